// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import HTTPSignatures
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@Suite("The inbox, through a socket")
struct InboxTests {
    private static let rfc9421: @Sendable (inout Message) -> Void = { $0.scheme = .rfc9421 }

    static let signatures: [Refused] = [
        .signature(401, "missing_signature") { $0.set("signature", nil) },
        .signature(400, "malformed_signature") { $0.set("signature", "nonsense") },
        .signature(400, "duplicate_header") { $0.headers.append(("date", $0.value("date"))) },
        .signature(400, "duplicate_header") { $0.headers.append(("Signature", $0.value("signature"))) },
        .signature(400, "duplicate_header") { $0.headers.append(("digest", $0.value("digest"))) },
        .signature(400, "duplicate_parameter") { $0.edit("signature", "keyId=", "keyId=\"x\",keyId=") },
        .signature(400, "malformed_digest") { $0.set("digest", "SHA-256=!!!") },
        .signature(401, "unsupported_algorithm") { $0.edit("signature", "rsa-sha256", "hmac-sha256") },
        .signature(401, "weak_coverage") { $0.edit("signature", "(request-target) ", "") },
        .signature(401, "weak_coverage") { $0.edit("signature", " host", "") },
        .signature(401, "weak_coverage") { $0.edit("signature", " date", "") },
        .signature(401, "digest_not_signed") { $0.edit("signature", " digest", "") },
        .signature(401, "digest_missing") {
            $0.edit("signature", " digest", "")
            $0.set("digest", nil)
        },
        .signature(401, "digest_mismatch") { $0.body.append(0x20) },
        .signature(401, "missing_header") { $0.edit("signature", " digest", " digest x-missing") },
        .signature(401, "date_missing") { $0.set("date", "yesterday") },
        .signature(401, "wrong_host") { $0.set("host", "evil.example") },
        .signature(401, "bad_key_id") { $0.edit("signature", "https://peer.example", "https://cafe.example") },
        .signature(401, "bad_key_id") { $0.edit("signature", "https://peer.example", "peer") },
        .signature(403, "signer_is_not_actor") { $0.edit("signature", "users/vic", "users/eve") },
        .signature(401, "bad_signature") { $0.target = "/inbox?x=1" },
        .signature(401, "key_not_found") { $0.edit("signature", "users/vic", "users/nobody") },
        Refused(status: 400, code: "malformed_signature", before: rfc9421) { $0.set("signature-input", "(") },
        Refused(status: 400, code: "unsupported_component", before: rfc9421) {
            $0.edit("signature-input", "\"@method\"", "\"@method\";req")
        },
        Refused(status: 401, code: "expired", before: rfc9421) {
            $0.edit("signature-input", ";keyid", ";expires=1;keyid")
        },
        Refused(status: 401, code: "too_many_signatures", before: rfc9421) {
            let input = $0.value("signature-input")
            let labels = (2...6).map { input.replacing("sig1=", with: "sig\($0)=") }
            $0.set("signature-input", ([input] + labels).joined(separator: ", "))
        },
        Refused(status: 401, code: "digest_not_signed", before: rfc9421) {
            $0.edit("signature-input", " \"content-digest\"", "")
        },
    ]

    static let contents: [Refused] = [
        .content(401, "date_out_of_range") { $0.age = .seconds(4_000) },
        .content(401, "date_out_of_range") { $0.age = .seconds(-4_000) },
        .content(401, "wrong_host") { $0.authority = "evil.example" },
        .content(401, "bad_signature") { $0.usesForeignKey = true },
        .content(415, "wrong_media_type") { $0.mediaType = "application/json" },
        .content(415, "wrong_media_type") { $0.mediaType = "text/html" },
        .content(413, "too_large") { $0.body = Array(repeating: 0x20, count: 1_048_577) },
        .content(403, "signer_is_not_actor") { $0.actor = Node.eve },
        .body(400, "malformed_json", "{"), .body(400, "malformed_activity", "\u{feff}{}"),
        .body(400, "malformed_json", ""),
        .body(400, "duplicate_key", #"{"type":"Like","type":"Follow"}"#),
        .body(400, "too_deep", String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)),
        .body(400, "malformed_activity", "[]"), .body(400, "malformed_activity", "{}"),
        .body(400, "malformed_activity", #"{"type":"Like"}"#),
        .body(
            403, "wrong_origin", #"{"type":"Like","id":"https://other.example/1","actor":"\#(Node.vic)","object":"x"}"#),
        .body(403, "local_identifier", #"{"type":"Like","id":"https://cafe.example/1","actor":"\#(Node.vic)"}"#),
        .body(
            403, "attributed_to_mismatch",
            """
            {"type":"Create","id":"https://peer.example/1","actor":"\(Node.vic)","object":{"id":"https://peer.example/2",
            "type":"Note","attributedTo":"https://other.example/users/ada","content":"x"}}
            """),
    ]

    @Test("a request with two hosts is refused before anything reads it", arguments: ["cafe.example", "evil.example"])
    func twoHosts(host: String) async throws {
        try await Node.run { node async throws in
            var message = Message()
            try message.sign(node)
            message.headers.append(("host", host))
            #expect(try await message.send(to: node).status == 400)
            #expect(try await stored(node) == 0)
        }
    }

    @Test("a request is turned away with its status and code, and nothing is stored", arguments: signatures + contents)
    func refused(refused: Refused) async throws {
        try await Node.run { node async throws in
            var message = Message()
            refused.before(&message)
            try message.sign(node)
            refused.after(&message)
            let response = try await message.send(to: node)
            #expect(response.status == refused.status)
            #expect(response.text == "{\"error\":\"\(refused.code)\"}")
            #expect(response.header("content-type") == "application/json")
            #expect(try await stored(node) == 0)
        }
    }

    @Test(
        "a signed activity is stored before 202, and sent again it has no second effect",
        arguments: [
            SignatureScheme.cavage, .rfc9421,
        ])
    func accepted(scheme: SignatureScheme) async throws {
        try await Node.run { node async throws in
            var message = Message()
            message.scheme = scheme
            for _ in 0..<2 {
                try message.sign(node)
                for _ in 0..<2 {
                    let response = try await message.send(to: node)
                    #expect(response.status == 202)
                    #expect(response.body.isEmpty)
                }
                node.clock.pass(.seconds(5))
            }
            #expect(try await stored(node) == 1)
            #expect(node.counters.value("inbox.accepted") == 1)
        }
    }

    @Test("ld+json without a profile, and a byte order mark, are taken", arguments: [true, false])
    func loose(isLinkedData: Bool) async throws {
        try await Node.run { node async throws in
            var message = Message()
            if isLinkedData {
                message.mediaType = "application/ld+json"
            } else {
                message.body = [0xEF, 0xBB, 0xBF] + message.body
            }
            try message.sign(node)
            #expect(try await message.send(to: node).status == 202)
            #expect(try await stored(node) == 1)
        }
    }

    @Test("a body that breaks off is refused as such")
    func brokenBody() async throws {
        try await Node.run { node async throws in
            let head = "POST /inbox HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            let answer = try await TestHTTPClient.raw([Array("\(head)3\r\nabc\r\nzz\r\n".utf8)], port: node.port)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("a body that comes in chunks is the same body")
    func chunked() async throws {
        try await Node.run { node async throws in
            var message = Message()
            try message.sign(node)
            message.set("transfer-encoding", "chunked")
            #expect(try await message.send(to: node).status == 202)
            #expect(try await stored(node) == 1)
        }
    }

    @Test("an activity for one account is for an account that is here")
    func owners() async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            try await node.add(.group, "berlin")
            try await node.add(.application, "cafe.example")
            try await node.add(.person, "gone") { $0.deletedAt = Timestamp(1) }
            let expected = [
                ("/users/ada/inbox", 202), ("/groups/berlin/inbox", 202), ("/actor/inbox", 202),
                ("/users/nobody/inbox", 404), ("/groups/ada/inbox", 404), ("/users/ADA/inbox", 404),
                ("/users/gone/inbox", 410), ("/users/%61da/inbox", 404), ("/users/..%2Finbox/inbox", 404),
            ]
            for (number, (target, status)) in expected.enumerated() {
                var message = Message()
                message.target = target
                message.body = Message.like("\(number)")
                try message.sign(node)
                let response = try await message.send(to: node)
                #expect(response.status == status, "\(target)")
            }
            #expect(try await stored(node) == 3)
        }
    }

    @Test(
        "no other spelling of the inbox is one, however well it is signed",
        arguments: [
            "//inbox", "/inbox/", "/./inbox", "/x/../inbox", "/%69nbox", "/inbox%2f", "/Inbox", "/inbox/.", "/inbox;x",
        ])
    func spellings(target: String) async throws {
        try await Node.run { node async throws in
            var message = Message()
            message.target = target
            try message.sign(node)
            let response = try await message.send(to: node)
            #expect(response.status == 404)
            #expect(response.text == "{\"error\":\"not_found\"}")
            #expect(try await stored(node) == 0)
        }
    }

    @Test("an inbox is not read by GET, and takes nothing by PUT", arguments: ["GET", "PUT", "DELETE", "PATCH"])
    func methods(method: String) async throws {
        try await Node.run { node async throws in
            var message = Message()
            message.method = method
            try message.sign(node)
            let response = try await message.send(to: node)
            #expect(response.status == 405)
            #expect(response.header("allow") == "POST")
        }
    }

    @Test("a blocked host is refused before anything is fetched for it, and so is everybody when federation is off")
    func blocked() async throws {
        try await Node.run { node async throws in
            try await node.database.write { tx in
                try Peers.setPolicy("peer.example", .blocked, note: "", at: Timestamp(1), in: tx)
            }
            try await expectRefusal(node, 403, "host_blocked")
        }
        try await Node.run(mode: .off) { node async throws in
            try await expectRefusal(node, 403, "federation_off")
            try await node.add(.person, "ada")
            #expect(try await node.get("/users/ada").status == 404)
        }
    }

    @Test("a suspended actor is refused")
    func suspended() async throws {
        try await Node.run { node async throws in
            let vic = try await node.federation.actors.resolve(try iri(Node.vic))
            try await node.database.write { tx in try Accounts.suspend(vic.id, at: Timestamp(1), in: tx) }
            try await expectRefusal(node, 403, "actor_suspended")
        }
    }

    @Test("what is ours to mend is 503 and says when to come again")
    func later() async throws {
        try await Node.run { node async throws in
            node.others.fail(Node.vic, .unavailable(status: 500))
            try await expectRefusal(node, 503, "key_unavailable")
        }
        try await Node.run { node async throws in
            await node.database.close()
            try await expectRefusal(node, 503, "overloaded")
        }
    }

    @Test("two megabytes in chunks are refused while they come")
    func large() async throws {
        try await Node.run { node async throws in
            var message = Message()
            try message.sign(node)
            message.body = Array(repeating: 0x20, count: 2_097_152)
            message.set("transfer-encoding", "chunked")
            let response = try await message.send(to: node)
            #expect(response.status == 413)
            #expect(response.text == "{\"error\":\"too_large\"}")
        }
    }

    @Test("a network that sends too much gets 429 before its body is read, and is told when to come again")
    func tooMany() async throws {
        try await Node.run { node async throws in
            var message = Message()
            message.headers = [(name: "content-type", value: "application/activity+json")]
            for _ in 1...60 { #expect(try await message.send(to: node).status == 401) }
            // The server would reject this body when it read it.
            message.body = Array(repeating: 0x20, count: 1_100_000)
            let response = try await message.send(to: node)
            #expect(response.status == 429)
            #expect(response.text == "{\"error\":\"too_many_requests\"}")
            #expect(response.header("retry-after") == "1")
            #expect(try await node.get("/users/nobody").status == 404, "documents are not counted")

            node.clock.pass(.seconds(1))
            message.body = Message.like("1")
            try message.sign(node)
            #expect(try await message.send(to: node).status == 202)
            #expect(try await message.send(to: node).status == 202, "its signature was valid, so it may send more")
        }
    }

    private func expectRefusal(_ node: Node, _ status: Int, _ code: String) async throws {
        var message = Message()
        try message.sign(node)
        let response = try await message.send(to: node)
        #expect(response.status == status)
        #expect(response.text == "{\"error\":\"\(code)\"}")
        #expect(response.header("retry-after") == (status == 503 ? "120" : nil))
    }

    private func stored(_ node: Node) async throws -> Int {
        try await node.database.read { db in try InboxQueue.queue.backlog(now: SystemClock().now, in: db).count }
    }
}
