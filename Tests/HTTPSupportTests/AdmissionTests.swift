// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Limits
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Admission under overload", .timeLimit(.minutes(10)))
struct AdmissionTests {
    /// Where handlers wait until the test lets them go.
    private final class Gate: Sendable {
        private let state = Mutex((isOpen: false, inside: 0))

        var inside: Int { state.withLock { $0.inside } }

        func open() { state.withLock { $0.isOpen = true } }

        func pass() async {
            state.withLock { $0.inside += 1 }
            while !state.withLock(\.isOpen), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        }

        func waitUntil(_ count: Int) async {
            while inside < count, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// One place for each class, no waiting, and no end of a slow request's place.
    private static let tight: AdmissionLimits = {
        var limits = AdmissionLimits()
        let rule = TimedPlaces.Rule(places: 1, waiting: 0, lease: .seconds(3_600))
        (limits.members, limits.unknownTokens, limits.inbox, limits.strangers) = (rule, rule, rule, rule)
        return limits
    }()

    private static func run(
        _ gate: Gate, admission: AdmissionLimits = tight, limits: ConnectionLimits = ConnectionLimits(),
        _ body: @escaping @Sendable (Server) async throws -> Void
    ) async throws {
        let held: Route.Handler = { _, _ in
            await gate.pass()
            return Responses.text("done")
        }
        let extra: [Route] = [
            .document("/held", held), .get("/held-page", held),
            Route(.post, "/users/ada/inbox", kind: .document, held),
            .document("/readyz") { _, _ in Responses.text("ok\n") },
            .document("/stream") { _, _ in
                Response(
                    status: .ok, headers: [.contentType: "text/event-stream"],
                    body: ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: ":)\n"))
                        await gate.pass()
                        try await writer.finish(nil)
                    })
            },
        ]
        try await Server.run(routes: extra + Server.routes, limits: limits, change: { $0.admission = admission }) {
            server async throws in
            // The handlers must end also when the test fails.
            defer { gate.open() }
            try await body(server)
        }
    }

    private static func get(_ path: String, cookie: String? = nil) -> @Sendable (Server) async throws -> Int {
        { server in try await server.get(path, cookie.map { [("cookie", "session=\($0)")] } ?? []).status }
    }

    @Test("a full class answers 503 with Retry-After, and takes nothing from health checks and other classes")
    func classes() async throws {
        let gate = Gate()
        try await Self.run(gate) { server in
            async let first = server.get("/held")
            await gate.waitUntil(1)
            let next = try await server.get("/things/cup", [("accept", "application/activity+json")])
            #expect(next.status == 503 && next.header("retry-after") == "5")
            #expect(next.text == #"{"error":"overloaded"}"#)
            #expect(try await server.get("/").text.contains("503 overloaded"))
            #expect(try await server.get("/livez").text == "ok\n")
            #expect(try await server.get("/readyz").status == 200)
            #expect(try await server.post("/inbox", "x").status == 200)
            #expect(try await server.get("/me", [("cookie", "session=valid")]).text == "ada")
            gate.open()
            let done = try await first
            #expect(done.text == "done")
            #expect(try await server.get("/things/cup", [("accept", "application/activity+json")]).status == 200)
        }
    }

    @Test("inbox requests have places of their own")
    func inbox() async throws {
        let gate = Gate()
        try await Self.run(gate) { server in
            async let first = server.post("/users/ada/inbox", "x")
            await gate.waitUntil(1)
            #expect(try await server.post("/inbox", "x").status == 503)
            #expect(try await server.get("/me").status == 200)
            gate.open()
            let done = try await first
            #expect(done.status == 200)
            #expect(try await server.post("/inbox", "x").status == 200)
        }
    }

    @Test("made-up tokens fill their own places, and not those of members")
    func tokens() async throws {
        let gate = Gate()
        try await Self.run(gate) { server in
            // This request shows that the token is valid.
            #expect(try await server.get("/me", [("cookie", "session=valid")]).text == "ada")
            async let first = server.get("/held-page", [("cookie", "session=made-up")])
            await gate.waitUntil(1)
            #expect(try await Self.get("/me", cookie: "another")(server) == 503)
            #expect(try await Self.get("/me", cookie: "valid")(server) == 200)
            #expect(try await Self.get("/me")(server) == 200)
            async let second = server.get("/held-page", [("cookie", "session=valid")])
            await gate.waitUntil(2)
            #expect(try await Self.get("/me", cookie: "valid")(server) == 503)
            gate.open()
            _ = try await (first, second)
        }
    }

    @Test("a request that may wait gets the place that becomes free")
    func waiting() async throws {
        let gate = Gate()
        var admission = Self.tight
        admission.strangers = .init(places: 1, waiting: 1, patience: .seconds(3_600), lease: .seconds(3_600))
        try await Self.run(gate, admission: admission) { server in
            async let first = server.get("/held")
            await gate.waitUntil(1)
            async let second = server.get("/me")
            gate.open()
            let both = try await (first, second)
            #expect(both.0.status == 200 && both.1.status == 200)
        }
    }

    @Test("a slow upload, a stream and a request that waits for long keep nobody away")
    func slow() async throws {
        let gate = Gate()
        var limits = ConnectionLimits()
        limits.body = .minutes(10)
        var admission = Self.tight
        admission.strangers = .init(places: 1, waiting: 1, patience: .seconds(3_600), lease: .milliseconds(20))
        try await Self.run(gate, admission: admission, limits: limits) { server in
            let upload = try await HeldConnections.open(
                1, from: "127.0.0.1", to: "127.0.0.1", port: server.port,
                sending: "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
            let stream = try await HeldConnections.open(
                1, from: "127.0.0.1", to: "127.0.0.1", port: server.port,
                sending: "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
            await gate.waitUntil(1)
            async let long = server.get("/held")
            await gate.waitUntil(2)
            #expect(try await server.get("/me").status == 200)
            // The upload gives its place back with its first read, which may come after this request.
            while try await server.post("/inbox", "x").status == 503 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(upload.openCount == 1 && stream.openCount == 1)
            gate.open()
            let done = try await long
            #expect(done.status == 200)
            await upload.close()
            await stream.close()
        }
    }

    @Test("a request to open a WebSocket waits for a place like all others, and an open one has none")
    func webSockets() async throws {
        let gate = Gate()
        var settings = RequestPipeline.Settings(origin: "http://cafe.example")
        settings.admission = Self.tight
        let pipeline = RequestPipeline(
            settings, session: { _ in nil }, errorPage: { status, _, _, _ in Responses.text("", status: status) })
        let endpoint = pipeline.admitting(
            WebSocketEndpoint(path: "/") { _ in
                await gate.pass()
                return .accept { _ in }
            })
        func request(_ token: String) -> WebSocketRequest {
            WebSocketRequest(target: "/", authorization: "Bearer \(token)", protocols: [], peer: nil, forwardedFor: [])
        }
        func status(_ decision: WebSocketDecision) -> Int {
            if case .refuse(let status, _) = decision { status.code } else { 101 }
        }
        async let first = endpoint.decide(request("a"))
        await gate.waitUntil(1)
        #expect(status(await endpoint.decide(request("b"))) == 503)
        gate.open()
        let opened = await first
        #expect(status(opened) == 101)
        #expect(status(await endpoint.decide(request("b"))) == 101)
    }

    @Test("the health check is answered in its turn on a connection with other requests")
    func order() async throws {
        try await Self.run(Gate(), admission: AdmissionLimits()) { server in
            func request(_ path: String, _ more: String = "") -> String {
                "GET \(path) HTTP/1.1\r\nHost: h\r\nAccept: application/activity+json\r\n\(more)\r\n"
            }
            let answer = try await TestHTTPClient.raw(
                request("/livez") + request("/things/a") + request("/livez") + request("/livez") + request("/things/b")
                    + request("/livez", "Connection: close\r\n"), port: server.port)
            let bodies = answer.split(separator: "HTTP/1.1 ").map { $0.split(separator: "\r\n\r\n").last ?? "" }
            // There is no route `/livez` here, so a health check behind an unfinished request finds none.
            #expect(bodies.count == 6)
            #expect(bodies.first == "ok\n" && bodies[1] == "\"a\"" && bodies[4] == "\"b\"")
        }
    }
}
