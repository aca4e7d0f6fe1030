// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import HTTPSupport

@Suite("Forms with files")
struct UploadTests {
    private static let form = [
        "--X", "Content-Disposition: form-data; name=\"text\"", "", "two\r\nlines\r\n--Yes", "--X",
        "content-disposition: form-data; filename=\"a; name=\\\"b\\\".jpg\"; name=file", "Content-Type: image/jpeg", "",
        "\u{0}\u{1}\r\n--\r\n--Y\r\n", "--X", "Content-Disposition: form-data; name=\"none\"; filename=\"\"",
        "Content-Type: application/octet-stream", "", "", "--X", "Content-Disposition: form-data; name=\"empty\"", "",
        "", "--X--", "epilogue",
    ].joined(separator: "\r\n")

    @Test("wherever a body is cut on its way, its parts are the same", arguments: [1, 2, 3, 5, 7, 16, 61, 1_000])
    func cuts(size: Int) throws {
        var parser = UploadParser(boundary: "X")
        var said = ""
        var rest = Array(("preamble\r\n" + Self.form).utf8)[...]
        while !rest.isEmpty {
            try parser.take(rest.prefix(size)) { event in
                switch event {
                case .part(let head): said += "<\(head.name)|\(head.filename ?? "-")|\(head.contentType ?? "-")>"
                case .bytes(let bytes): said += String(decoding: bytes, as: UTF8.self)
                case .partEnd: said += "</>"
                case .end: said += "."
                }
            }
            rest = rest.dropFirst(size)
        }
        #expect(parser.isDone)
        #expect(
            said
                == "<text|-|->two\r\nlines\r\n--Yes</><file|a; name=\"b\".jpg|image/jpeg>\u{0}\u{1}\r\n--\r\n--Y\r\n</>"
                + "<none||application/octet-stream></><empty|-|-></>.")
    }

    @Test("a form gives its fields, and its files for as long as it is looked at")
    func receive() async throws {
        try await Inbox.run { server, folder async throws in
            let answer = try await server.upload(Self.form)
            #expect(answer.status == 200)
            #expect(answer.text == "text=two\r\nlines\r\n--Yes empty= file a; name=\"b\".jpg 13 there")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    private static let noForms: [(String, Int)] = {
        var cases: [(String, Int)] = ["", "--X", "--X\r\n\r\nabc\r\n--X--", "--Xabc\r\n"].map { ($0, 400) }
        cases.append((form.replacing("--X--", with: "--X"), 400))
        cases.append(("--X\r\n" + String(repeating: "h", count: 10_000), 400))
        cases.append((part("file", 2_000, file: true) + "--X--\r\n", 413))
        cases.append((part("text", 2_000, file: false) + "--X--\r\n", 413))
        cases.append((String(repeating: part("file", 5, file: true), count: 4) + "--X--\r\n", 400))
        cases.append((String(repeating: part("text", 1, file: false), count: 300) + "--X--\r\n", 400))
        cases.append(("--X\r\nContent-Disposition: form-data; name=t\r\n\r\n\u{0}\r\n--X--", 400))
        cases.append((part("file", 30_000, file: true), 413))
        return cases
    }()

    @Test("what is no form, too large or too much is refused, and nothing of it stays", arguments: noForms)
    func refused(body: String, status: Int) async throws {
        try await Inbox.run { server, folder async throws in
            #expect(try await server.upload(body).status == status)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            #expect(try await server.upload(Self.form).status == 200)
        }
    }

    @Test("what all forms together may have on disk is bounded")
    func ceiling() async throws {
        try await Inbox.run(ceiling: 300) { server, folder async throws in
            #expect(try await server.upload(Self.form).status == 503)
            let small = "--X\r\nContent-Disposition: form-data; name=t\r\n\r\na\r\n--X--"
            for _ in 1...10 { #expect(try await server.upload(small).status == 200) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("another kind of body is not a form with files")
    func otherKind() async throws {
        try await Inbox.run { server, _ async throws in
            #expect(try await server.post("/upload", "a=1").status == 415)
            let type = ("content-type", "multipart/form-data")
            #expect(try await TestHTTPClient.send("POST", server.url("/upload"), headers: [type]).status == 415)
        }
    }

    /// A thousand bytes may take 102 seconds. They take at least three, which is longer than every body may.
    @Test("a body that comes fast enough has the time that it needs")
    func fastEnough() async throws {
        let form = Self.thousandBytes
        let pieces = stride(from: 0, to: form.body.count, by: 100).map { start in
            Array(form.body[start..<min(start + 100, form.body.count)])
        }
        var limits = ConnectionLimits()
        limits.body = .seconds(2)
        limits.bytesPerSecond = 10
        try await Inbox.run(connections: limits) { server, _ async throws in
            let said = try await TestHTTPClient.raw(
                [form.head] + pieces, port: server.port, seconds: 300, pause: .milliseconds(300))
            #expect(said.hasPrefix("HTTP/1.1 200"), "\(said.prefix(80))")
        }
    }

    /// A thousand bytes may take 0.8 seconds. They take at least twenty.
    @Test("a body that trickles is not waited for")
    func tooSlow() async throws {
        let form = Self.thousandBytes
        var limits = ConnectionLimits()
        limits.body = .milliseconds(300)
        limits.bytesPerSecond = 2_000
        try await Inbox.run(connections: limits) { server, _ async throws in
            let said = try await TestHTTPClient.raw(
                [form.head] + form.body.map { [$0] }, port: server.port, seconds: 300, pause: .milliseconds(20))
            #expect(!said.hasPrefix("HTTP/1.1 200"), "\(said.prefix(80))")
        }
    }

    /// A request with a form of a thousand bytes.
    private static var thousandBytes: (head: [UInt8], body: [UInt8]) {
        let body = Array((part("text", 1_000 - 69, file: false) + "--X--").utf8)
        let head =
            "POST /upload HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
            + "Content-Type: multipart/form-data; boundary=X\r\nContent-Length: \(body.count)\r\n\r\n"
        return (Array(head.utf8), body)
    }

    @Test("even a fast body has an end", .timeLimit(.minutes(10)))
    func longest() async throws {
        var limits = ConnectionLimits()
        limits.body = .milliseconds(50)
        limits.longestBody = .milliseconds(200)
        limits.bytesPerSecond = 1
        try await Inbox.run(connections: limits) { server, _ async throws in
            let head = "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=X\r\n"
            let piece = Array("1\r\na\r\n".utf8)
            let said = try await TestHTTPClient.raw(
                [Array("\(head)Transfer-Encoding: chunked\r\n\r\n".utf8)] + Array(repeating: piece, count: 3_000),
                port: server.port, seconds: 3_600, pause: .milliseconds(20))
            #expect(!said.hasPrefix("HTTP/1.1 200"))
        }
    }

    static func part(_ name: String, _ size: Int, file: Bool) -> String {
        "--X\r\nContent-Disposition: form-data; name=\"\(name)\"\(file ? "; filename=\"f\"" : "")\r\n\r\n"
            + String(repeating: "x", count: size) + "\r\n"
    }
}

/// A server that takes forms with at most three files of a thousand bytes.
private enum Inbox {
    static func run(
        ceiling: Int = 1 << 20, connections: ConnectionLimits = ConnectionLimits(),
        _ body: @escaping @Sendable (Server, String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "inbox-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let uploads = UploadReceiver(folder: folder, ceiling: ceiling)
        let route = Route(.post, "/upload", kind: .document) { request, _ in
            var limits = UploadReceiver.Limits(fileBytes: 1_000, files: 3)
            limits.fieldBytes = 1_000
            let said = try await uploads.receive(request, limits: limits) { form in
                let fields = form.fields.map { "\($0.name)=\($0.value)" }
                let files = form.files.map { file in
                    let there = FileManager.default.contents(atPath: file.path)?.count == file.size
                    return "\(file.fieldName) \(file.filename) \(file.size) \(there ? "there" : "missing")"
                }
                return (fields + files).joined(separator: " ")
            }
            return Responses.text(said)
        }
        try await Server.run(routes: [route], limits: connections) { server in try await body(server, folder) }
    }
}

extension Server {
    fileprivate func upload(_ body: String) async throws -> TestResponse {
        let type = ("content-type", "multipart/form-data; boundary=X")
        return try await TestHTTPClient.send("POST", url("/upload"), headers: [type], body: Array(body.utf8))
    }
}
