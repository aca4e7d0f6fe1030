// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Compression")
struct CompressionTests {
    private static let gzip = ("Accept-Encoding", "gzip, deflate, br")
    private static let words = String(repeating: "On se retrouve entre deux cafés, un jeudi par mois. ", count: 60)

    @Test(
        "gzip is chosen by its quality",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("br;q=1.0, gzip;q=0.8, *;q=0.1", true), ("*", true),
            ("gzip;q=0.5, identity;q=0.5", true), ("deflate, gzip ; q=0.001", true),
            ("", false), ("br", false), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.0, *", false),
            ("*;q=0", false), ("gzip;q=0.4, identity", false), ("gzip;q=nan", false), ("gzip;q=", false),
            (",,;;,", false), ("gzipped", false),
        ])
    func quality(header: String, isTaken: Bool) {
        #expect(Compression.takesGzip(header) == isTaken)
        #expect(!Compression.takesGzip(nil))
    }

    private static func document(_ path: String, _ type: String, _ text: String = words) -> Route {
        .document(path) { request, _ in
            if Responses.isCurrent("\"1\"", for: request) { return Responses.notModified(etag: "\"1\"") }
            return Responses.bytes(
                ByteBuffer(string: text), contentType: type, status: .ok, headers: [.eTag: "\"1\"", .vary: "Accept"])
        }
    }

    private static let routes: [Route] = [
        document("/long", "application/activity+json"), document("/short", "application/json", "{}"),
        document("/picture", "image/png"), document("/calendar", "text/calendar; charset=utf-8"),
        .document("/events") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: Self.words))
                    try await writer.finish(nil)
                })
        },
        .document("/part") { request, _ in
            FileResponse(name: "a.txt", contentType: "text/plain", size: 5_000) { _, count in
                [UInt8](repeating: 65, count: count)
            }.response(to: request)
        },
        .get("/page") { _, _ in Responses.html("<p>\(Self.words)") },
    ]

    @Test("texts that are long enough are compressed for those who want it, and read the same")
    func texts() async throws {
        try await Server.run(routes: Self.routes) { server in
            for path in ["/long", "/calendar"] {
                let plain = try await server.get(path)
                let packed = try await server.get(path, [Self.gzip])
                #expect(plain.header("content-encoding") == nil && plain.header("etag") == "\"1\"")
                #expect(packed.header("content-encoding") == "gzip" && packed.header("etag") == "W/\"1\"")
                #expect(plain.header("vary") == "Accept, Accept-Encoding")
                #expect(packed.header("vary") == "Accept, Accept-Encoding")
                #expect(packed.text == Self.words && plain.text == Self.words)
                let head = try await TestHTTPClient.send("HEAD", server.url(path), headers: [Self.gzip])
                let length = try #require(Int(head.header("content-length") ?? ""))
                #expect(length < Self.words.utf8.count / 4)
            }
        }
    }

    @Test("HEAD tells the length and the coding of the body that GET sends")
    func head() async throws {
        try await Server.run(routes: Self.routes) { server in
            let whole = try await server.get("/long", [Self.gzip])
            let head = try await TestHTTPClient.send("HEAD", server.url("/long"), headers: [Self.gzip])
            #expect(head.body.isEmpty && head.header("content-length") != nil)
            for name in ["content-encoding", "content-type", "etag", "vary"] {
                #expect(head.header(name) == whole.header(name) && head.header(name) != nil, "\(name)")
            }
        }
    }

    @Test("each form of a document is still valid under the tag that came with it")
    func validation() async throws {
        try await Server.run(routes: Self.routes) { server in
            for tag in ["\"1\"", "W/\"1\""] {
                let again = try await server.get("/long", [Self.gzip, ("If-None-Match", tag)])
                #expect(again.status == 304 && again.header("etag") == tag && again.body.isEmpty)
            }
        }
    }

    @Test(
        "short texts, pictures, streams, files that can be asked for in parts, and pages are not",
        arguments: ["/short", "/picture", "/events", "/part", "/page"], [[], [("Range", "bytes=0-2000")]])
    func others(path: String, range: [(String, String)]) async throws {
        try await Server.run(routes: Self.routes) { server in
            let response = try await server.get(path, [Self.gzip] + range)
            #expect(response.header("content-encoding") == nil && !response.body.isEmpty)
        }
    }

    @Test("the files of the program are compressed once, pictures among them not")
    func assets() async throws {
        let assets = StaticAssets([
            .init(name: "a.css", contentType: "text/css; charset=utf-8", bytes: Array(Self.words.utf8)),
            .init(name: "b.png", contentType: "image/png", bytes: Array(Self.words.utf8)),
        ])
        try await Server.run(routes: assets.routes) { server in
            let sheet = try await server.get(assets.path("a.css"), [Self.gzip])
            #expect(sheet.header("content-encoding") == "gzip" && sheet.text == Self.words)
            #expect(sheet.header("vary") == "Accept-Encoding")
            let plain = try await server.get(assets.path("a.css"))
            #expect(plain.header("content-encoding") == nil && plain.header("vary") == "Accept-Encoding")
            #expect(try await server.get(assets.path("b.png"), [Self.gzip]).header("content-encoding") == nil)
        }
    }

    // MARK: - Replaceable parts

    /// A page with tokens, and where they are.
    private static func page(_ token: String, parts: [String]) -> (text: [UInt8], offsets: [Int]) {
        var text: [UInt8] = []
        var offsets: [Int] = []
        for (number, part) in parts.enumerated() {
            if number > 0 {
                offsets.append(text.count)
                text += token.utf8
            }
            text += part.utf8
        }
        return (text, offsets)
    }

    /// Checks what a client reads out of compressed bytes.
    private static func expect(_ bytes: [UInt8], read text: [UInt8]) async throws {
        let route = Route.document("/") { _, _ in
            Responses.bytes(
                ByteBuffer(bytes: bytes), contentType: "text/html", status: .ok, headers: [.contentEncoding: "gzip"])
        }
        try await Server.run(routes: [route]) { server in
            let found = try await server.get("/", [gzip]).text
            #expect(found == String(decoding: text, as: UTF8.self))
        }
    }

    @Test(
        "a compressed page takes another token in the place of the first one",
        arguments: [
            ["", ""], ["", "", ""], ["a", "b"], [words, words], [words, "", words, words],
            Array(repeating: "<form><input name=\"form_token\" value=\"", count: 200),
            [String(repeating: "0", count: 40_000), "0", String(repeating: "0", count: 70_000)],
        ] as [[String]])
    func tokens(parts: [String]) async throws {
        let (first, second) = (String(repeating: "0123abcd", count: 8), String(repeating: "fedc9876", count: 8))
        let (text, offsets) = Self.page(first, parts: parts)
        let gzip = try #require(Gzip(text, leaving: offsets, of: 64, effort: .kept))
        try await Self.expect(gzip.bytes, read: text)
        try await Self.expect(gzip.filled(with: Array(second.utf8)), read: Self.page(second, parts: parts).text)
    }

    @Test("the length of a compressed page is the same, whether the page also contains the token as text or not")
    func secrecy() throws {
        let token = String(repeating: "0123abcd", count: 8)
        let wrong = String(repeating: "0123abce", count: 8)
        func length(of guess: String) throws -> Int {
            let (text, offsets) = Self.page(token, parts: [Self.words + guess, Self.words + guess + Self.words])
            return try #require(Gzip(text, leaving: offsets, of: 64, effort: .kept)).bytes.count
        }
        #expect(try length(of: token) == length(of: wrong))
    }

    @Test("wrong offsets, different tokens and zero bytes are refused")
    func refusals() {
        let text = Array("abcdabcd".utf8)
        #expect(Gzip(text, leaving: [0, 4], of: 4, effort: .kept) != nil)
        #expect(Gzip(text, leaving: [0, 3], of: 4, effort: .kept) == nil)
        #expect(Gzip(text, leaving: [4, 0], of: 4, effort: .kept) == nil)
        #expect(Gzip(text, leaving: [6], of: 4, effort: .kept) == nil)
        #expect(Gzip(text, leaving: [0, 4], of: 3, effort: .kept) != nil)
        #expect(Gzip(text + [0], leaving: [0], of: 4, effort: .kept) == nil)
        #expect(Gzip(text + [0], effort: .kept) != nil)
        #expect(Gzip(text, leaving: [0], of: 70_000, effort: .kept) == nil)
    }
}
