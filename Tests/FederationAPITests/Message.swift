// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import TestSupport
import Vocabulary

/// A POST request to an inbox that a test can change before and after it is signed.
struct Message: Sendable {
    var target = "/inbox"
    var method = "POST"
    var authority = "cafe.example"
    var actor = Node.vic
    var mediaType = "application/activity+json"
    var body: [UInt8] = Message.like("1")
    var scheme: SignatureScheme = .cavage
    /// How long ago it was signed.
    var age: Duration = .zero
    var usesForeignKey = false
    /// Filled by `sign`.
    var headers: [(name: String, value: String)] = []

    static func like(_ number: String, actor: String = Node.vic) -> [UInt8] {
        let json: JSON = [
            "@context": "https://www.w3.org/ns/activitystreams", "id": JSON("https://peer.example/likes/\(number)"),
            "type": "Like", "actor": JSON(actor), "object": "https://cafe.example/posts/1",
        ]
        return json.serialized()
    }

    mutating func sign(_ node: Node) throws {
        var head = RequestHead(
            method: method, target: target, authority: authority, scheme: "https",
            headers: [("content-type", mediaType)])
        let key = try (usesForeignKey ? Pairs.stranger : Pairs.peer).get()
        try Signer.sign(
            &head, body: body, keyID: "\(actor)#main-key", key: key, scheme: scheme,
            now: node.clock.now.milliseconds - age.milliseconds)
        headers = head.headers
    }

    func value(_ name: String) -> String { headers.first { $0.name == name }?.value ?? "" }

    /// Replaces a header; nil removes it.
    mutating func set(_ name: String, _ value: String?) {
        guard let index = headers.firstIndex(where: { $0.name == name }) else {
            if let value { headers.append((name, value)) }
            return
        }
        if let value { headers[index].value = value } else { headers.remove(at: index) }
    }

    /// Replaces text in a header.
    mutating func edit(_ name: String, _ from: String, _ to: String) {
        set(name, value(name).replacing(from, with: to))
    }

    func send(to node: Node) async throws -> TestResponse {
        try await TestHTTPClient.send(
            method, "http://127.0.0.1:\(node.port)\(target)", headers: headers.map { ($0.name, $0.value) }, body: body)
    }
}

/// A way to change a message so that it is refused, with the expected status and code.
struct Refused: Sendable, CustomStringConvertible {
    let status: Int
    let code: String
    /// The change before it is signed.
    var before: @Sendable (inout Message) -> Void = { _ in }
    /// The change after it was signed.
    var after: @Sendable (inout Message) -> Void = { _ in }

    var description: String { "\(status) \(code)" }

    /// A message with an invalid signature.
    static func signature(_ status: Int, _ code: String, _ after: @escaping @Sendable (inout Message) -> Void) -> Self {
        Refused(status: status, code: code, after: after)
    }

    /// A correctly signed request that is still refused.
    static func content(_ status: Int, _ code: String, _ before: @escaping @Sendable (inout Message) -> Void) -> Self {
        Refused(status: status, code: code, before: before)
    }

    /// A correctly signed body that is still refused.
    static func body(_ status: Int, _ code: String, _ text: String) -> Self {
        content(status, code) { $0.body = Array(text.utf8) }
    }
}
