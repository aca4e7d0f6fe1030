// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Files, whole and in part")
struct FileResponseTests {
    private static let size = 200_000
    private static let route = Route.document("/file") { request, _ in
        FileResponse(name: "abc.mp4", contentType: "video/mp4", size: size) { offset, count in
            (offset..<offset + count).map { UInt8($0 % 251) }
        }.response(to: request)
    }

    @Test(
        "a part is what was asked for; what is no part is the whole",
        arguments: [
            (nil, 200, 0..<200_000), ("bytes=0-0", 206, 0..<1), ("bytes=100-199", 206, 100..<200),
            ("bytes=199999-", 206, 199_999..<200_000), ("bytes=-10", 206, 199_990..<200_000),
            ("bytes=-999999999", 206, 0..<200_000), ("bytes=5-99999999999", 206, 5..<200_000),
            ("bytes=0-1,5-6", 200, 0..<200_000), ("bytes=5-4", 200, 0..<200_000), ("bytes=-", 200, 0..<200_000),
            ("bytes=a-b", 200, 0..<200_000), ("items=0-1", 200, 0..<200_000), ("bytes=-5-6", 200, 0..<200_000),
            ("bytes=99999999999999999999-", 200, 0..<200_000),
        ] as [(String?, Int, Range<Int>)])
    func parts(range: String?, status: Int, expected: Range<Int>) async throws {
        try await Server.run(routes: [Self.route]) { server async throws in
            let answer = try await server.get("/file", range.map { [("range", $0)] } ?? [])
            #expect(answer.status == status)
            #expect(answer.body == expected.map { UInt8($0 % 251) })
            if status == 206 {
                let words = "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/\(Self.size)"
                #expect(answer.header("content-range") == words)
            }
        }
    }

    @Test(
        "a part that the file does not have is refused",
        arguments: ["bytes=200000-", "bytes=300000-400000", "bytes=-0"])
    func outside(range: String) async throws {
        try await Server.run(routes: [Self.route]) { server async throws in
            let answer = try await server.get("/file", [("range", range)])
            #expect(answer.status == 416)
            #expect(answer.header("content-range") == "bytes */200000")
            #expect(answer.body.isEmpty)
        }
    }

    @Test("of another version a reader gets the whole")
    func ifRange() async throws {
        try await Server.run(routes: [Self.route]) { server async throws in
            let range = ("range", "bytes=0-9")
            #expect(try await server.get("/file", [range, ("if-range", "\"abc.mp4\"")]).status == 206)
            #expect(try await server.get("/file", [range, ("if-range", "\"old\"")]).status == 200)
            #expect(try await server.get("/file", [("if-none-match", "\"abc.mp4\"")]).status == 304)
        }
    }

    @Test("a file is shown and does nothing, for ever")
    func headers() async throws {
        try await Server.run(routes: [Self.route]) { server async throws in
            for method in ["GET", "HEAD"] {
                let answer = try await TestHTTPClient.send(method, server.url("/file"))
                #expect(answer.header("content-type") == "video/mp4")
                #expect(answer.header("x-content-type-options") == "nosniff")
                #expect(answer.header("content-security-policy") == "default-src 'none'; sandbox")
                #expect(answer.header("content-disposition") == "inline")
                #expect(answer.header("cache-control") == "public, max-age=31536000, immutable")
                #expect(answer.header("accept-ranges") == "bytes")
                #expect(answer.header("access-control-allow-origin") == "*")
                #expect(answer.header("content-length") == "200000")
            }
        }
    }
}
