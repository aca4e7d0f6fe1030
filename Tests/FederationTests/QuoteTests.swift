// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Testing
import Vocabulary

@testable import Federation

@Suite("Quotes between nodes")
struct QuoteTests {
    /// Alice quotes Vera's post and asks for permission. It returns the post and the id of the request.
    private static func ask(_ scene: OutboundScene) async throws -> (post: Post, request: IRI) {
        let quoted = try await scene.verasPost()
        let post = scene.post(101) { $0.quote = Quote(iri: quoted.iri, post: quoted.id, state: .pending) }
        try await scene.publish(post)
        let marker = scene.world.marker()
        try await scene.write { tx in try scene.outbox.askToQuote(quoted, in: post, by: scene.alice, in: tx) }
        let sent = try #require(try await scene.world.sent(after: marker).first)
        return (post, try #require(sent.body["id"]?.string.flatMap { IRI($0) }))
    }

    private static func state(_ post: Post, _ world: FederationWorld) async throws -> Quote? {
        try await world.database.read { db in try Posts.byID(post.id, in: db)?.quote }
    }

    @Test("the author's yes makes a quote of it, and its end takes that back")
    func accepted() async throws {
        try await FederationWorld.run { world in
            let scene = try await OutboundScene(world)
            let (post, request) = try await Self.ask(scene)
            let answer: JSON = [
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/accepts/1",
                "type": "Accept", "actor": JSON(scene.vera.iri), "object": JSON(request),
                "result": "https://prairie.example/words/1",
            ]
            #expect(try await world.receive(answer) == "applied")
            #expect(try await Self.state(post, world)?.state == .accepted)
            let end: JSON = [
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/deletes/1",
                "type": "Delete", "actor": JSON(scene.vera.iri), "object": "https://prairie.example/words/1",
            ]
            #expect(try await world.receive(end) == "applied")
            #expect(try await Self.state(post, world)?.state == .revoked)
        }
    }

    @Test("a word of another origin, and a yes of somebody else, are none")
    func forged() async throws {
        try await FederationWorld.run { world in
            let scene = try await OutboundScene(world)
            let (post, request) = try await Self.ask(scene)
            let mallory = try await world.resolve(try world.addRemote("mallory", at: "prairie.example"))
            for (actor, word, outcome) in [
                (mallory.iri, "https://prairie.example/words/1", "ignored:unknown_object"),
                (scene.vera.iri, "https://evil.example/words/1", "ignored:malformed"),
            ] {
                let answer: JSON = [
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": "https://prairie.example/accepts/\(outcome.count)",
                    "type": "Accept", "actor": JSON(actor), "object": JSON(request), "result": JSON(word),
                ]
                #expect(try await world.receive(answer) == outcome)
                #expect(try await Self.state(post, world)?.state == .pending)
            }
        }
    }

    @Test("no leaves a link")
    func rejected() async throws {
        try await FederationWorld.run { world in
            let scene = try await OutboundScene(world)
            let (post, request) = try await Self.ask(scene)
            let answer: JSON = [
                "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/rejects/1",
                "type": "Reject", "actor": JSON(scene.vera.iri), "object": JSON(request),
            ]
            #expect(try await world.receive(answer) == "applied")
            #expect(try await Self.state(post, world)?.state == .rejected)
        }
    }
}
