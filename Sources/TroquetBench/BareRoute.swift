// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Hummingbird
internal import Logging

/// `troquet-bench bare`: one Hummingbird route that does nothing, the limit for every `GET`.
struct BareRoute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare", abstract: "Serve one route that answers a fixed JSON document.")

    @Option(name: .long, help: "The port of 127.0.0.1 on which it answers.")
    var port: Int

    func run() async throws {
        let answer = ByteBuffer(string: Self.document)
        let router = Router()
        router.get("/bare") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/activity+json"],
                body: ResponseBody(byteBuffer: answer))
        }
        var logger = Logger(label: "bare")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
        try await application.runService()
    }

    /// As long as an actor with its key: 2 kB.
    static let document = #"{"type":"Person","summary":""# + String(repeating: "café ", count: 340) + #""}"#
}
