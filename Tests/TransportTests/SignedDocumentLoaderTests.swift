// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Transport

@Suite("Signed document loader")
struct SignedDocumentLoaderTests {
    private static let note = "{\"id\":\"https://a.test/1\",\"type\":\"Note\"}"
    private static let keyID = "https://here.test/actor#main-key"

    private func iri(_ text: String) throws -> IRI { try #require(IRI(text)) }

    private func loader(
        _ client: OutboundClient, clock: any Model.Clock = SystemClock(), patience: Duration = .seconds(300),
        blocked: String = ""
    ) throws -> SignedDocumentLoader {
        let key = try #require(TransportWorld.key)
        return SignedDocumentLoader(
            client: client, signer: { (Self.keyID, key) }, admits: { $0 != blocked }, clock: clock, logger: .silent,
            patience: patience)
    }

    private func error(_ loader: SignedDocumentLoader, _ text: String) async throws -> FetchError? {
        let address = try iri(text)
        do throws(FetchError) {
            _ = try await loader.load(address)
            return nil
        } catch {
            return error
        }
    }

    /// Runs a loader against one server.
    private func withServer(
        clock: any Model.Clock = SystemClock(), patience: Duration = .seconds(300),
        handler: @escaping LoopbackServer.Handler,
        _ body: (SignedDocumentLoader, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start("127.0.0.2", handler: handler)
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            try await body(try loader(client, clock: clock, patience: patience), server)
        }
        await server.stop()
    }

    private static func activity(_ text: String = note) -> LoopbackResponse {
        .text(text, type: "application/activity+json")
    }

    @Test("the software of a server is asked for at the address that its discovery document names")
    func nodeInfo() async throws {
        let own = Mutex("")
        try await withServer { request in
            switch request.target {
            case "/.well-known/nodeinfo":
                let links = """
                    {"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"\(own.withLock { $0 })/ni"}]}
                    """
                return .text(links, type: "application/jrd+json")
            case "/ni": return .text("{\"software\":{\"name\":\"snac\",\"version\":\"2\"}}", type: "application/json")
            default: return LoopbackResponse(404)
            }
        } _: { loader, server in
            own.withLock { $0 = server.origin }
            let document = try await loader.nodeInfo(of: server.authority)
            #expect(NodeInfo.software(in: document)?.name == "snac")
            #expect(server.requests.allSatisfy { $0["signature"] == nil })
        }
    }

    @Test("tells which host has answered with a document, and of no other")
    func success() async throws {
        let heard = Mutex<[String]>([])
        let key = try #require(TransportWorld.key)
        let server = try await LoopbackServer.start("127.0.0.2") { request in
            request.target == "/1" ? Self.activity() : LoopbackResponse(500)
        }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let loader = SignedDocumentLoader(
                client: client, signer: { (Self.keyID, key) }, admits: { _ in true }, logger: .silent,
                onSuccess: { host in heard.withLock { $0.append(host) } })
            #expect(try await error(loader, "\(server.origin)/2") == .unavailable(status: 500))
            #expect(heard.withLock { $0 } == [])
            _ = try await loader.load(try iri("\(server.origin)/1"))
            #expect(heard.withLock { $0 } == [server.authority])
        }
        await server.stop()
    }

    @Test("a document is asked for as an activity, signed, without the fragment")
    func plain() async throws {
        try await withServer(handler: { _ in Self.activity() }) { loader, server in
            let found = try await loader.load(try iri("\(server.origin)/notes/1?x=y#part"))
            #expect(found.finalURL.string == "\(server.origin)/notes/1?x=y")
            #expect(found.document.type == "Note")
            let request = try #require(server.requests.first)
            #expect(request.target == "/notes/1?x=y")
            #expect(request["accept"]?.contains("application/activity+json") == true)
            #expect(TransportWorld.isSigned(request, authority: server.authority, now: SystemClock().now))
        }
    }

    @Test(
        "what a status means",
        arguments: [
            (404, .notFound), (410, .gone), (401, .refused(status: 401)), (403, .refused(status: 403)),
            (406, .refused(status: 406)), (500, .unavailable(status: 500)), (503, .unavailable(status: 503)),
            (429, .unavailable(status: 429)), (304, .malformed), (302, .malformed),
        ] as [(Int, FetchError)])
    func statuses(status: Int, expected: FetchError) async throws {
        try await withServer(handler: { _ in LoopbackResponse(status) }) { loader, server in
            let error = try await error(loader, "\(server.origin)/1")
            #expect(error == expected)
        }
    }

    @Test("a page for people, a list and broken text are no documents")
    func kinds() async throws {
        try await withServer(handler: { request in
            switch request.target {
            case "/page": .text("<html>", type: "text/html")
            case "/json": .text(Self.note, type: "application/json")
            case "/list": Self.activity("[]")
            case "/broken": Self.activity("{\"id\":")
            case "/twice": Self.activity("{\"id\":\"a\",\"id\":\"b\"}")
            case "/packed", "/packed-br":
                LoopbackResponse(
                    200,
                    headers: [
                        ("content-type", "application/activity+json"),
                        ("content-encoding", request.target == "/packed" ? "gzip" : "br"),
                    ], body: Array(Self.note.utf8))
            default: .text(Self.note, type: "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"")
            }
        }) { loader, server in
            for (path, expected) in [
                ("page", .wrongMediaType("text/html")), ("json", .wrongMediaType("application/json")),
                ("list", .malformed), ("broken", .malformed), ("twice", .malformed), ("packed", .malformed),
                ("packed-br", .malformed),
                ("fine", nil),
            ] as [(String, FetchError?)] {
                let error = try await error(loader, "\(server.origin)/\(path)")
                #expect(error == expected, "\(path)")
            }
        }
    }

    @Test("a peer that refuses is asked without the query in the signature, then by the newer scheme, then remembered")
    func doubleKnock() async throws {
        try await withServer(handler: { request in
            request["signature-input"] == nil ? LoopbackResponse(401) : Self.activity()
        }) { loader, server in
            _ = try await loader.load(try iri("\(server.origin)/1?page=2"))
            #expect(server.requests.count == 3)
            let requests = server.requests
            let now = SystemClock().now
            #expect(TransportWorld.isSigned(requests[0], authority: server.authority, now: now))
            #expect(TransportWorld.isSigned(requests[1], authority: server.authority, target: "/1", now: now))
            #expect(TransportWorld.isSigned(requests[2], authority: server.authority, now: now))
            #expect(requests.allSatisfy { $0.target == "/1?page=2" })
            _ = try await loader.load(try iri("\(server.origin)/2"))
            #expect(server.requests.count == 4)
        }
    }

    @Test("each hop of a redirect is signed anew")
    func redirect() async throws {
        let second = try await LoopbackServer.start("127.0.0.3") { _ in Self.activity() }
        let target = "\(second.origin)/moved"
        try await withServer(handler: { _ in LoopbackResponse(302, headers: [("location", target)]) }) {
            loader, server in
            let found = try await loader.load(try iri("\(server.origin)/1"))
            #expect(found.finalURL.string == target)
            let request = try #require(second.requests.first)
            #expect(TransportWorld.isSigned(request, authority: second.authority, now: SystemClock().now))
        }
        await second.stop()
    }

    @Test("a redirect to a forbidden address is not followed")
    func redirectInside() async throws {
        let canary = try await LoopbackServer.start("127.1.0.1") { _ in Self.activity() }
        let target = "\(canary.origin)/secret"
        let host = canary.authority
        try await withServer(handler: { _ in LoopbackResponse(302, headers: [("location", target)]) }) {
            loader, server in
            let error = try await error(loader, "\(server.origin)/1")
            #expect(error == .forbiddenAddress(host: host))
        }
        #expect(canary.connectionCount == 0)
        await canary.stop()
    }

    @Test("three redirects are followed and not a fourth", arguments: [(3, nil), (4, FetchError.tooManyRedirects)])
    func manyRedirects(count: Int, expected: FetchError?) async throws {
        try await withServer(handler: { request in
            let step = Int(request.target.dropFirst()) ?? 0
            return step == count ? Self.activity() : LoopbackResponse(302, headers: [("location", "/\(step + 1)")])
        }) { loader, server in
            let error = try await error(loader, "\(server.origin)/0")
            #expect(error == expected)
        }
    }

    @Test("what is not there is not asked for again for five minutes, what is gone for a day")
    func memory() async throws {
        let clock = MovableClock()
        try await withServer(
            clock: clock,
            handler: { request in
                LoopbackResponse(request.target == "/gone" ? 410 : 404)
            }
        ) { loader, server in
            for (path, wait, count) in [
                ("absent", Duration.zero, 1), ("absent", .minutes(4), 1), ("absent", .minutes(2), 2),
                ("gone", .zero, 3), ("gone", .hours(23), 3), ("gone", .hours(2), 4),
            ] {
                clock.move(by: wait)
                let error = try await error(loader, "\(server.origin)/\(path)")
                #expect(error == (path == "gone" ? .gone : .notFound))
                #expect(server.requests.count == count, "\(path) after \(wait)")
            }
        }
    }

    @Test("a blocked host is not asked, and what answers too slowly is unavailable")
    func refusals() async throws {
        try await withServer(
            patience: .milliseconds(300),
            handler: { _ in LoopbackResponse(200, behaviour: .drip(interval: .milliseconds(20))) }
        ) { loader, server in
            let slow = try await error(loader, "\(server.origin)/1")
            #expect(slow == .unavailable(status: nil))
        }
        let server = try await LoopbackServer.start("127.0.0.2") { _ in Self.activity() }
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let blocked = try await error(try loader(client, blocked: server.authority), "\(server.origin)/1")
            #expect(blocked == .blockedHost)
        }
        #expect(server.requests.isEmpty)
        await server.stop()
    }

    @Test("a host is asked two things at once and no more")
    func politeness() async throws {
        let (arrivals, arrive) = AsyncStream.makeStream(of: Int.self)
        let (gates, opener) = AsyncStream.makeStream(of: Void.self)
        let semaphore = AsyncSemaphore(gates)
        let open = OpenCount()
        try await withServer(handler: { _ in
            arrive.yield(await open.enter())
            await semaphore.pass()
            await open.leave()
            return Self.activity()
        }) { loader, server in
            let addresses = try (0..<6).map { try iri("\(server.origin)/\($0)") }
            await withTaskGroup(of: Void.self) { group in
                for address in addresses { group.addTask { _ = try? await loader.load(address) } }
                var seen = 0
                for await _ in arrivals {
                    seen += 1
                    opener.yield()
                    if seen == 6 { break }
                }
            }
            #expect(await open.most <= 2)
            #expect(server.requests.count == 6)
        }
    }

    @Test("documents of a slow host that strangers name do not delay what a member asks the same host for")
    func purposes() async throws {
        try await withServer(
            patience: .seconds(3_600),
            handler: { request in
                request.target.hasPrefix("/slow") ? LoopbackResponse(200, behaviour: .silence) : Self.activity()
            }
        ) { loader, server in
            let addresses = try (0..<60).map { try iri("\(server.origin)/slow/\($0)") }
            let strangers = Task {
                await withTaskGroup(of: Void.self) { group in
                    for address in addresses {
                        group.addTask { _ = try? await loader.serving(.strangersKey).load(address) }
                        group.addTask { _ = try? await loader.serving(.thread).load(address) }
                    }
                }
            }
            while server.requests.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
            _ = try await loader.load(try iri("\(server.origin)/1"))
            strangers.cancel()
            await strangers.value
        }
    }

    @Test("WebFinger is asked at the host, with its port, for the account")
    func webfinger() async throws {
        try await withServer(handler: { _ in
            .text("{\"subject\":\"acct:a@b\"}", type: "application/jrd+json; charset=utf-8")
        }) {
            loader, server in
            let document = try await loader.webfinger("a", host: server.authority)
            #expect(document["subject"]?.string == "acct:a@b")
            let request = try #require(server.requests.first)
            #expect(request.target == "/.well-known/webfinger?resource=acct:a@\(server.authority)")
            #expect(request["signature"] == nil)
        }
    }

    @Test("a host without WebFinger is asked once where it is")
    func hostMeta() async throws {
        try await withServer(handler: { request in
            switch request.target.prefix(while: { $0 != "?" }) {
            case "/.well-known/host-meta":
                .text(
                    "<XRD><Link rel=\"lrdd\" template=\"http://\(request["host"] ?? "")/wf?r={uri}\"/></XRD>",
                    type: "application/xrd+xml")
            case "/wf": .text("{\"subject\":\"x\"}", type: "application/json")
            default: LoopbackResponse(404)
            }
        }) { loader, server in
            let document = try await loader.webfinger("a", host: server.authority)
            #expect(document["subject"]?.string == "x")
            #expect(server.requests.count == 3)
        }
    }

    @Test(
        "a handle whose host is no plain name is not asked about",
        arguments: [
            "127.1.0.1", "127.1.0.1:5432", "evil.test:8080/path?", "user@evil.test", "localhost", "", "a.onion",
        ])
    func handles(host: String) async throws {
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let loader = try loader(client)
            await #expect(throws: FetchError.self) { try await loader.webfinger("a", host: host) }
        }
    }
}

/// Lets one caller pass for each element of a stream.
private actor AsyncSemaphore {
    private var openings = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ openings: AsyncStream<Void>) {
        Task { for await _ in openings { await self.open() } }
    }

    func pass() async {
        if openings > 0 {
            openings -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func open() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        openings += 1
    }
}

/// Counts the current callers and their maximum.
private actor OpenCount {
    private var now = 0
    private(set) var most = 0

    func enter() -> Int {
        now += 1
        most = max(most, now)
        return now
    }

    func leave() { now -= 1 }
}
