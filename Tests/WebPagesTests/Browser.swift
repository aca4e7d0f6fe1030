// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
import NIOCore
import Services
import TestSupport
import TextEncoding

/// A browser that keeps cookies and sends forms, but runs no scripts.
final class Browser: Sendable {
    let origin: String
    private let jar = Jar()

    private actor Jar {
        var cookies: [String: String] = [:]
        func keep(_ header: String) {
            let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = pair.first else { return }
            let value = String(pair.dropFirst().first ?? "")
            cookies[String(name)] = value.isEmpty ? nil : value
        }
        var header: String { cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ") }
    }

    init(origin: String) {
        self.origin = origin
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> TestResponse {
        try await send("GET", path, headers: [("Accept", "text/html"), ("Accept-Language", "fr")] + headers, nil)
    }

    /// Sends a form with the form token of the page from which it comes.
    func post(
        _ action: String, _ fields: [String: String], from page: String, headers: [(String, String)] = []
    ) async throws -> TestResponse {
        let word = Markup(try await get(page).text).values(of: "value", in: "name=\"form_token\"").first ?? ""
        return try await post(action, fields.merging(["form_token": word]) { a, _ in a }, headers: headers)
    }

    /// Sends a form unchanged.
    func post(
        _ action: String, _ fields: [String: String], headers: [(String, String)] = []
    ) async throws -> TestResponse {
        let body = fields.map { "\($0.key.percentEncoded)=\($0.value.percentEncoded)" }.sorted().joined(separator: "&")
        let type = ("Content-Type", "application/x-www-form-urlencoded")
        let language = ("Accept-Language", "fr")
        return try await send("POST", action, headers: [type, language] + headers, Array(body.utf8))
    }

    /// Sends a form with the form token of a page, and a field with several values.
    func post(_ action: String, _ name: String, values: [String], from page: String) async throws -> TestResponse {
        let word = Markup(try await get(page).text).values(of: "value", in: "name=\"form_token\"").first ?? ""
        let pairs = [("form_token", word)] + values.map { (name, $0) }
        let body = pairs.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&")
        let type = ("Content-Type", "application/x-www-form-urlencoded")
        return try await send("POST", action, headers: [type, ("Accept-Language", "fr")], Array(body.utf8))
    }

    /// Sends a form with files, with the form token of the page from which it comes.
    func post(
        _ action: String, _ fields: [String: String], files: [String: [UInt8]], from page: String
    ) async throws -> TestResponse {
        let word = Markup(try await get(page).text).values(of: "value", in: "name=\"form_token\"").first ?? ""
        var body: [UInt8] = []
        for (name, value) in fields.merging(["form_token": word], uniquingKeysWith: { a, _ in a }) {
            body += Array("--X\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        for (name, bytes) in files {
            let head = "--X\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(name).svg\"\r\n\r\n"
            body += Array(head.utf8) + bytes + Array("\r\n".utf8)
        }
        let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Accept-Language", "fr")]
        return try await send("POST", action, headers: headers, body + Array("--X--\r\n".utf8))
    }

    /// Signs in with a password.
    func signIn(_ name: String) async throws {
        let answer = try await post("/sign-in", ["name": name, "password": Cafe.password], from: "/sign-in")
        guard answer.status == 303 else { throw TestHTTPError.noAnswer }
    }

    func send(
        _ method: String, _ path: String, headers: [(String, String)], _ body: [UInt8]?
    ) async throws -> TestResponse {
        let cookies = await jar.header
        let all = cookies.isEmpty ? headers : headers + [("Cookie", cookies)]
        let response = try await answer(method, path, all, body)
        for (name, value) in response.headers where name.lowercased() == "set-cookie" { await jar.keep(value) }
        return response
    }

    /// When the response arrives before the client has written the end of its request, the connection is closed. In
    /// that case the page is requested again, which changes nothing.
    private func answer(
        _ method: String, _ path: String, _ headers: [(String, String)], _ body: [UInt8]?
    ) async throws -> TestResponse {
        do {
            return try await TestHTTPClient.send(method, origin + path, headers: headers, body: body)
        } catch is ChannelError where method == "GET" {
            return try await TestHTTPClient.send(method, origin + path, headers: headers, body: body)
        }
    }
}

/// A page as a list of tags, for the checks of these tests.
struct Markup {
    let text: String
    let tags: [String]

    init(_ text: String) {
        self.text = text
        var tags: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            tags.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        self.tags = tags
    }

    /// Returns the tags of one element.
    func all(_ name: String) -> [String] {
        tags.filter { $0 == name || $0.hasPrefix(name + " ") || $0.hasPrefix(name + "\n") }
    }

    /// Returns the value of an attribute in a tag.
    static func value(_ attribute: String, in tag: String) -> String? {
        for mark in [" ", "\n"] {
            guard let start = tag.firstRange(of: "\(mark)\(attribute)=\"") else { continue }
            let value = String(tag[start.upperBound...].prefix { $0 != "\"" })
            return value.replacing("&amp;", with: "&").replacing("&#39;", with: "'")
        }
        return nil
    }

    /// Returns the values of an attribute in all tags that contain a text.
    func values(of attribute: String, in part: String = "") -> [String] {
        tags.filter { part.isEmpty || $0.contains(part) }.compactMap { Self.value(attribute, in: $0) }
    }
}
