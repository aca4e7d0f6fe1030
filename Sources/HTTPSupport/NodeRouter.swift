// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird

/// Builds the router. Every route passes through the request pipeline ``RequestPipeline``.
///
/// - Parameter routes: all routes. When a pair of method and pattern occurs twice, the first route is used.
public func buildRouter(routes: [Route], pipeline: RequestPipeline) -> Router<NodeContext> {
    let router = Router(context: NodeContext.self, options: [.autoGenerateHeadEndpoints])
    var known: Set<String> = []
    var table: [PathPattern: [HTTPRequest.Method]] = [:]
    for route in routes where known.insert("\(route.method.rawValue) \(route.path)").inserted {
        let responder = CallbackResponder<NodeContext> { request, context in
            try await pipeline.respond(request, context, by: route)
        }
        router.on(RouterPath(route.path), method: route.method, responder: responder)
        table[PathPattern(route.path), default: []].append(route.method)
    }
    // Added last, so that it runs only for requests without a route.
    router.add(middleware: UnknownRequests(pipeline: pipeline, table: table))
    return router
}

/// The pattern of a route. It distinguishes an unknown path from a known path with an unsupported method.
private struct PathPattern: Hashable {
    let segments: [String]

    init(_ path: String) {
        segments = path.split(separator: "/").map { $0.first == ":" ? "{\($0.dropFirst())}" : String($0) }
    }

    func matches(_ path: [Substring]) -> Bool {
        guard path.count == segments.count else { return false }
        return zip(segments, path).allSatisfy { pattern, text in
            guard let open = pattern.firstIndex(of: "{"), let close = pattern.lastIndex(of: "}"), open < close else {
                return pattern == text
            }
            let before = pattern[..<open]
            let after = pattern[pattern.index(after: close)...]
            return text.hasPrefix(before) && text.hasSuffix(after)
        }
    }
}

private struct UnknownRequests: RouterMiddleware {
    typealias Context = NodeContext

    let pipeline: RequestPipeline
    let table: [PathPattern: [HTTPRequest.Method]]

    func handle(
        _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
    ) async throws -> Response {
        context.coreContext.endpointPath.value = "unknown"
        let path = request.uri.path.split(separator: "/").prefix(20)
        var allowed: Set<HTTPRequest.Method> = []
        for (pattern, methods) in table where pattern.matches(Array(path)) { allowed.formUnion(methods) }
        if allowed.contains(.get) { allowed.insert(.head) }
        let sorted = allowed.sorted { $0.rawValue < $1.rawValue }
        return try await pipeline.respondToUnknown(request, context, allowed: sorted)
    }
}
