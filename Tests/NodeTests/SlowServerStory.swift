// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Servers that accept connections and never respond.
    @Suite("Slow servers")
    struct SlowServerStory {
        private static let activitiesPerPeer = 40

        @Test(
            "ten peers whose activities lead to a silent server do not keep a stranger's Follow waiting",
            .timeLimit(.minutes(10)), arguments: TestEngine.available)
        func strangersFollow(_ engine: TestEngine) async throws {
            let silent = try await LoopbackServer.start("127.0.0.8") { _ in LoopbackResponse(200, behaviour: .silence) }
            var peers: [Peer] = []
            for number in 20..<30 { peers.append(try await Peer.start(at: "127.0.0.\(number)")) }
            let stranger = try await Peer.start()
            try await withNodes([NodePlan(engine: engine)]) { nodes in
                let node = nodes[0]
                let paul = try await node.member("paul")
                for peer in peers { try await Self.flood(node, from: peer, naming: paul, below: silent) }
                try await eventually("the silent server was asked") {
                    !silent.requests.isEmpty
                }
                let follow = stranger.activity("Follow", 1, object: paul.iri.string)
                #expect(try await stranger.request(follow, to: node.host).send().status == 202)
                try await eventually("the Follow is answered") {
                    !stranger.heard("Accept").isEmpty
                }
                let waiting = try await node.count("received WHERE state = 'waiting'")
                #expect(waiting > 0, "the Follow was answered before the slow activities ended")
            }
            for server in [silent, stranger.server] + peers.map(\.server) { await server.stop() }
        }

        /// Sends replies of a peer to posts on a silent server.
        private static func flood(
            _ node: TestNode, from peer: Peer, naming reader: Account, below silent: LoopbackServer
        ) async throws {
            for number in 1...activitiesPerPeer {
                let note = "\(peer.iri)/notes/\(number)"
                let create: JSON = [
                    "@context": "https://www.w3.org/ns/activitystreams", "id": JSON("\(note)/create"),
                    "type": "Create", "actor": JSON(peer.iri),
                    "object": [
                        "id": JSON(note), "type": "Note", "attributedTo": JSON(peer.iri), "content": "<p>Oui</p>",
                        "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [JSON(reader.iri)],
                        "inReplyTo": JSON("\(silent.origin)/notes/\(number)"), "published": "2026-05-02T09:00:00Z",
                    ],
                ]
                #expect(try await peer.request(create.serialized(), to: node.host).send().status == 202)
            }
        }
    }
}
