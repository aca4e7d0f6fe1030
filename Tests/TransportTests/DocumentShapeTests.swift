// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Transport

/// How other servers pack, label and link their documents.
@Suite("Documents in many shapes")
struct DocumentShapeTests {
    private func withServer(
        handler: @escaping LoopbackServer.Handler,
        _ body: (SignedDocumentLoader, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start("127.0.0.2", handler: handler)
        let key = try #require(TransportWorld.key)
        try await TransportWorld.withClient(try TransportWorld.client()) { client in
            let loader = SignedDocumentLoader(
                client: client, signer: { ("https://here.test/actor#main-key", key) }, admits: { _ in true },
                logger: .silent, patience: .seconds(20))
            try await body(loader, server)
        }
        await server.stop()
    }

    private func load(_ loader: some DocumentLoader, _ text: String) async throws -> Result<RemoteDocument, FetchError>
    {
        let address = try #require(IRI(text))
        do throws(FetchError) {
            return .success(try await loader.load(address))
        } catch {
            return .failure(error)
        }
    }

    private static func note(_ request: LoopbackRequest) -> String {
        #"{"id":"http://\#(request["host"] ?? "")/note","type":"Note"}"#
    }

    /// `{"id":"https://a.test/1","type":"Note"}` in the formats gzip and zlib.
    private static let packed: [String: [UInt8]] = [
        "gzip": [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 82, 202, 40, 41, 41, 40, 182, 210, 215, 79, 212,
            43, 73, 45, 46, 209, 55, 84, 210, 81, 42, 169, 44, 72, 5, 202, 248, 229, 151, 164, 42, 213, 2, 0, 179, 75,
            82,
            34, 39, 0, 0, 0,
        ],
        "deflate": [
            120, 156, 171, 86, 202, 76, 81, 178, 82, 202, 40, 41, 41, 40, 182, 210, 215, 79, 212, 43, 73, 45, 46, 209,
            55,
            84, 210, 81, 42, 169, 44, 72, 5, 202, 248, 229, 151, 164, 42, 213, 2, 0, 245, 127, 12, 72,
        ],
    ]

    @Test("a compressed document is read, and the request says which compressions are", arguments: ["gzip", "deflate"])
    func compressed(coding: String) async throws {
        let body = Self.packed[coding] ?? []
        try await withServer(handler: { _ in
            LoopbackResponse(
                200, headers: [("content-type", "application/activity+json"), ("content-encoding", coding)], body: body)
        }) { loader, server in
            let found = try await load(loader, "\(server.origin)/1").get()
            #expect(found.document.id?.string == "https://a.test/1")
            #expect(server.requests.first?["accept-encoding"] == "gzip, deflate")
        }
    }

    @Test("a small body that becomes a large document is too large")
    func bomb() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: UUID().uuidString, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let make = "head -c 40000000 /dev/zero | tr '\\0' ' ' | gzip -9 > \"$0\""
        let body = try await TestProgram.make(["sh", "-c", make, "large.gz"], in: folder)
        #expect(body.count < 100_000)
        try await withServer(handler: { _ in
            LoopbackResponse(
                200, headers: [("content-type", "application/activity+json"), ("content-encoding", "gzip")], body: body)
        }) { loader, server in
            let result = try await load(loader, "\(server.origin)/1")
            #expect(throws: FetchError.tooLarge(limit: OutboundClient.limitBytes)) { try result.get() }
        }
    }

    @Test("a byte order mark is skipped")
    func byteOrderMark() async throws {
        try await withServer(handler: { request in
            LoopbackResponse(
                200, headers: [("content-type", "application/activity+json")],
                body: [0xEF, 0xBB, 0xBF] + Array(Self.note(request).utf8))
        }) { loader, server in
            let note = try await load(loader, "\(server.origin)/note").get()
            #expect(note.document.type == "Note")
        }
    }

    @Test("ld+json without a profile is believed about its own address, and else asked for by another name")
    func withoutProfile() async throws {
        try await withServer(handler: { request in
            let isAlone = request["accept"] == "application/activity+json"
            let isStubborn = request.target == "/stubborn"
            return .text(
                Self.note(request), type: isAlone && !isStubborn ? "application/activity+json" : "application/ld+json")
        }) { loader, server in
            let note = try await load(loader, "\(server.origin)/note").get()
            #expect(note.document.type == "Note")
            #expect(server.requests.count == 1)
            let other = try await load(loader, "\(server.origin)/other").get()
            #expect(other.document.type == "Note")
            #expect(server.requests.count == 3)
            #expect(try #require(server.requests.last)["signature"] != nil)
            let stubborn = try await load(loader, "\(server.origin)/stubborn")
            #expect(throws: FetchError.wrongMediaType("application/ld+json")) { try stubborn.get() }
        }
    }

    @Test("a page leads a member to its document on the same origin, and nobody else")
    func alternate() async throws {
        let types = "type=\"application/activity+json\""
        try await withServer(handler: { request in
            func page(_ link: String) -> LoopbackResponse {
                .text("<!doctype html><html><head><link rel=stylesheet href=/x.css>\(link)</head>", type: "text/html")
            }
            switch request.target {
            case "/note": return .text(Self.note(request), type: "application/activity+json")
            case "/path": return page("<link rel=\"alternate\" \(types) href=\"/note\">")
            case "/whole":
                return page("<LINK href='http://\(request["host"] ?? "")/note' \(types) rel='me alternate'/>")
            case "/header":
                return LoopbackResponse(
                    200, headers: [("content-type", "text/html"), ("link", "</note>; rel=\"alternate\"; \(types)")])
            case "/foreign": return page("<link rel=\"alternate\" \(types) href=\"http://127.1.0.1:1/note\">")
            case "/feed": return page("<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/note\">")
            case "/self": return page("<link rel=\"alternate\" \(types) href=\"/self\">")
            default: return LoopbackResponse(404)
            }
        }) { loader, server in
            for path in ["path", "whole", "header"] {
                let found = try await load(loader, "\(server.origin)/\(path)").get()
                #expect(found.finalURL.string == "\(server.origin)/note", "\(path)")
            }
            for path in ["foreign", "feed", "self"] {
                let result = try await load(loader, "\(server.origin)/\(path)")
                #expect(throws: FetchError.wrongMediaType("text/html")) { try result.get() }
            }
            let thread = try await load(loader.serving(.thread), "\(server.origin)/path")
            #expect(throws: FetchError.wrongMediaType("text/html")) { try thread.get() }
        }
    }

    @Test("WebFinger is asked for a name with any letters, and over plain http only after https failed")
    func names() async throws {
        try await withServer(handler: { _ in .text("{\"subject\":\"acct:a@b\"}", type: "application/jrd+json") }) {
            loader, server in
            for _ in 1...2 {
                _ = try await loader.webfinger("ali~1é", host: server.authority)
                #expect(
                    server.requests.last?.target
                        == "/.well-known/webfinger?resource=acct:ali~1%C3%A9@\(server.authority)")
            }
        }
    }

    @Test("NodeInfo is asked over https first, also in a network where plain http is allowed")
    func secureNodeInfo() async throws {
        let server = Mutex<LoopbackServer?>(nil)
        let connections = Mutex<[Int]>([])
        try await withServer(handler: { _ in
            let count = server.withLock { $0?.connectionCount } ?? 0
            connections.withLock { $0.append(count) }
            return LoopbackResponse(404)
        }) { loader, started in
            server.withLock { $0 = started }
            await #expect(throws: FetchError.notFound) { try await loader.nodeInfo(of: started.authority) }
            // The first connection was the one for TLS, on which no request came.
            #expect(connections.withLock { $0 } == [2])
        }
    }
}
