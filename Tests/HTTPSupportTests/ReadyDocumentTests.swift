// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Documents that are ready in memory")
struct ReadyDocumentTests {
    /// Counts how often the handler ran.
    private final class Runs: Sendable {
        let count = Atomic<Int>(0)
    }

    /// A page and a document at one URL. The document with the name `cup` is ready.
    private static func routes(_ runs: Runs) -> [Route] {
        var document = Route.document("/cups/:name") { _, _ in
            runs.count.add(1, ordering: .relaxed)
            return Responses.text("made")
        }
        document.ready = { request in
            guard request.uri.path == "/cups/cup" else { return nil }
            var response = Responses.text("ready")
            response.headers[.vary] = "Accept"
            SecurityHeaders(secure: false).complete(&response.headers, path: request.uri.path)
            return response
        }
        return Negotiation.merge(documents: [document], pages: [.get("/cups/:name") { _, _ in Responses.html("page") }])
    }

    @Test("a ready document is sent without its handler, and only to those who want the document")
    func ready() async throws {
        let runs = Runs()
        try await Server.run(routes: Self.routes(runs)) { server async throws in
            let program = [("accept", "application/activity+json")]
            #expect(try await server.get("/cups/cup", program).text == "ready")
            #expect(runs.count.load(ordering: .relaxed) == 0)
            #expect(try await server.get("/cups/glass", program).text == "made")
            #expect(runs.count.load(ordering: .relaxed) == 1)
            #expect(try await server.get("/cups/cup", [("accept", "text/html")]).text == "page")
            let head = try await TestHTTPClient.send("HEAD", server.url("/cups/cup"), headers: program)
            #expect(head.status == 200 && head.body.isEmpty && head.header("content-length") == "5")
            #expect(runs.count.load(ordering: .relaxed) == 1)
        }
    }

    @Test("a path that is not in its canonical form is never ready")
    func otherSpelling() async throws {
        let runs = Runs()
        try await Server.run(routes: Self.routes(runs)) { server async throws in
            let response = try await server.get("/cups/%63up", [("accept", "application/activity+json")])
            #expect(response.status == 404)
            #expect(runs.count.load(ordering: .relaxed) == 0)
        }
    }

    @Test("ready and made documents have the same headers, each once")
    func headers() async throws {
        try await Server.run(routes: Self.routes(Runs())) { server async throws in
            var names: [[String]] = []
            for path in ["/cups/cup", "/cups/glass"] {
                let response = try await server.get(path, [("accept", "application/activity+json")])
                #expect(response.header("vary") == "Accept")
                names.append(response.headers.map { $0.name.lowercased() }.sorted())
            }
            #expect(names[0] == names[1])
            #expect(Set(names[0]).count == names[0].count)
        }
    }

    @Test("a longer name in Vary does not count as the shorter one")
    func longerName() {
        var headers: HTTPFields = [.vary: "Accept-Language"]
        Vary.add("Accept", to: &headers)
        #expect(headers[.vary] == "Accept-Language, Accept")
    }

    @Test(
        "the WebSocket endpoint is at its path, with or without a slash and a query, and nowhere else",
        arguments: [
            ("/stream", true), ("/stream/", true), ("/stream?a=/b", true), ("/stream/?a", true), ("/stream?", true),
            ("/streams", false), ("/stream//", false), ("/stream/x", false), ("/strea", false), ("/", false),
            ("/?/stream", false),
        ])
    func endpoint(target: String, isThere: Bool) {
        let endpoint = WebSocketEndpoint(path: "/stream") { _ in .refuse(status: .notFound, json: []) }
        #expect(endpoint.isAt(target) == isThere)
    }
}
