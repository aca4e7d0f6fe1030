// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Model

/// Writes one log line for each request. It contains the pattern of the route, and no text that a client sent.
enum RequestLog {
    /// Successful GET requests for documents are logged at `debug`, because peers repeat the same few requests all day.
    static func write(
        _ request: Request, _ context: NodeContext, status: HTTPResponse.Status, isPage: Bool,
        took duration: Duration
    ) {
        let isQuiet = !isPage && status.code < 400 && (request.method == .get || request.method == .head)
        let level: Logger.Level = isQuiet ? .debug : .info
        guard context.logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "request.id": "\(context.requestID)", "http.method": "\(request.method.rawValue)",
            "http.path": "\(context.endpointPath ?? "-")", "http.status": "\(status.code)",
            "duration.ms": "\(duration.milliseconds)",
        ]
        if let account = context.session?.account { metadata["account.id"] = "\(account.id)" }
        context.logger.log(level: level, "request answered", metadata: metadata)
    }

    /// Logs an internal error, with its text for the operator.
    static func failure(_ error: any Error, _ context: NodeContext) {
        let text = String(describing: error).unicodeScalars.prefix(500)
            .map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        context.logger.error(
            "request failed",
            metadata: [
                "request.id": "\(context.requestID)", "http.path": "\(context.endpointPath ?? "-")",
                "error.kind": "\(type(of: error))", "error.text": "\(text)",
            ])
    }
}
