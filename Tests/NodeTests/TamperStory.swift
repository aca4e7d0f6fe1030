// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Signed requests that were changed on their way.
    @Suite("Tampering")
    struct TamperStory {
        @Test(
            "every change of a signed request is refused and leaves no trace; unchanged it is taken, and once",
            arguments: [SignatureScheme.cavage, .rfc9421])
        func tampering(_ scheme: SignatureScheme) async throws {
            let peer = try await Peer.start()
            for engine in TestEngine.available {
                try await withNodes([NodePlan(engine: engine)]) { nodes in
                    let node = nodes[0]
                    let paul = try await node.member("paul")
                    // The node knows the peer before, so that no actor is fetched and stored while a request is
                    // refused.
                    let like = peer.activity("Like", 1, object: paul.iri.string)
                    #expect(try await peer.request(like, to: node.host, scheme: scheme).send().status == 202)
                    try await settle([node])
                    let before = try await node.rowCounts()
                    let follow = peer.activity("Follow", 1, object: paul.iri.string)
                    let honest = try peer.request(follow, to: node.host, scheme: scheme)
                    for change in Tampering.all where change.schemes.contains(scheme) {
                        var request = honest
                        try change.apply(&request, peer)
                        let answer = try await request.send()
                        #expect(answer.status == change.status, "\(change.name)")
                        if let code = change.code { #expect(answer.code == code, "\(change.name)") }
                    }
                    #expect(try await node.rowCounts() == before)
                    try await Self.checkOnce(honest, peer: peer, node: node, paul: paul)
                }
            }
            await peer.server.stop()
        }

        private static func checkOnce(
            _ honest: SignedRequest, peer: Peer, node: TestNode, paul: Account
        ) async throws {
            #expect(try await honest.send().status == 202)
            try await eventually("the follow is there") { try await node.count("follow WHERE state = 'accepted'") >= 1 }
            try await settle([node])
            let after = try await node.rowCounts()
            #expect(try await honest.send().status == 202)
            // The same activity with a new signature has no second effect. It is a follow, so it is answered again.
            let scheme: SignatureScheme = honest["signature-input"].isEmpty ? .cavage : .rfc9421
            let again = try peer.request(
                honest.body, to: node.host, scheme: scheme, at: SystemClock().now + .seconds(5))
            #expect(try await again.send().status == 202)
            try await settle([node])
            var expected = after
            expected["seen_signature", default: 0] += 1
            expected["activity", default: 0] += 1
            #expect(try await node.rowCounts() == expected)
        }

        @Test("a blocked host is refused, whatever it signs")
        func blocked() async throws {
            let peer = try await Peer.start()
            try await withNodes([NodePlan()]) { nodes in
                try await nodes[0].write { tx in
                    try Peers.setPolicy(
                        peer.server.address, .blocked, note: "", at: SystemClock().now, in: tx)
                }
                let body = peer.activity("Like", 1, object: "\(nodes[0].origin)/users/paul")
                let answer = try await peer.request(body, to: nodes[0].host).send()
                #expect(answer.status == 403)
                #expect(answer.code == "host_blocked")
                #expect(peer.server.requests.isEmpty)
            }
            await peer.server.stop()
        }

        @Test("a key that its owner does not show is refused for good, one that cannot be asked for is for later")
        func unknownKeys() async throws {
            let silent = try await Peer.start(at: "127.0.0.8", showsKey: false)
            let gone = try await Peer.start(at: "127.0.0.7")
            await gone.server.stop()
            try await withNodes([NodePlan()]) { nodes in
                let host = nodes[0].host
                let before = try await nodes[0].rowCounts()
                let first = try await silent.request(silent.activity("Like", 1, object: "http://a.test/1"), to: host)
                    .send()
                #expect(first.status == 401)
                #expect(first.code == "key_not_found")
                let second = try await gone.request(gone.activity("Like", 1, object: "http://a.test/1"), to: host)
                    .send()
                #expect(second.status == 503)
                #expect(second.code == "key_unavailable")
                #expect(second.header("Retry-After") == "120")
                #expect(try await nodes[0].rowCounts() == before)
            }
            await silent.server.stop()
        }

        @Test("what is too large, of another type or no JSON is refused by its own code")
        func forms() async throws {
            let peer = try await Peer.start()
            try await withNodes([NodePlan()]) { nodes in
                let host = nodes[0].host
                let body = peer.activity("Like", 1, object: "http://a.test/1")
                let large = Array("{\"a\":\"".utf8) + [UInt8](repeating: 97, count: 1_048_576) + Array("\"}".utf8)
                let cases: [(SignedRequest, Int, String)] = [
                    (try peer.request(large, to: host), 413, "too_large"),
                    (try peer.request(body, to: host, mediaType: "text/plain"), 415, "wrong_media_type"),
                    (
                        try peer.request(body, to: host, mediaType: "application/ld+json; profile=\"https://a.test/\""),
                        415, "wrong_media_type"
                    ),
                    (try peer.request(Array("{\"type\":".utf8), to: host), 400, "malformed_json"),
                    (try peer.request(Array("{\"a\":1,\"a\":2}".utf8), to: host), 400, "duplicate_key"),
                    (try peer.request(Array("[]".utf8), to: host), 400, "malformed_activity"),
                    (try peer.request(Array("{\"type\":\"Like\"}".utf8), to: host), 400, "malformed_activity"),
                ]
                for (request, status, code) in cases {
                    let answer = try await request.send()
                    #expect(answer.status == status, "\(code)")
                    #expect(answer.code == code)
                }
                #expect(try await nodes[0].count("received") == 0)
                #expect(peer.server.requests.isEmpty)
            }
            await peer.server.stop()
        }
    }
}

extension TestNode {
    /// The number of rows in each table that an activity could change.
    func rowCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        counts["received"] = try await count("received")
        counts["seen_signature"] = try await count("seen_signature")
        counts["account"] = try await count("account")
        counts["actor_key"] = try await count("actor_key")
        counts["follow"] = try await count("follow")
        counts["activity"] = try await count("activity")
        counts["delivery"] = try await count("delivery")
        counts["post"] = try await count("post")
        return counts
    }
}
