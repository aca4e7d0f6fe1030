// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Testing
import Vocabulary

@testable import Federation

extension OutboundCase {
    /// Blocks, reports, and the revocation of quotes and follows.
    static let moderation: [OutboundCase] = [
        .init("block") { scene in
            try await scene.write { tx in try scene.outbox.block(scene.vera, by: scene.alice, in: tx) }
            return nil
        },
        .init("undo-block") { scene in
            try await scene.write { tx in
                try scene.outbox.block(scene.vera, by: scene.alice, in: tx)
                try scene.outbox.unblock(scene.vera, by: scene.alice, in: tx)
            }
            return nil
        },
        .init("flag") { scene in
            let node = Account(
                id: ID(1), kind: .application, username: "cafe.example", host: "",
                iri: scene.world.identifiers.instanceActor, displayName: "Café", createdAt: scene.now)
            let report = Report(
                id: ID(2), activity: try address("https://cafe.example/activities/2"), reporter: scene.alice.id,
                target: scene.vera.id, objects: [scene.vera.iri.string], comment: "Sells things",
                createdAt: scene.now)
            try await scene.write { tx in
                try Accounts.insert(node, in: tx)
                _ = try scene.outbox.flag(report, about: scene.vera, in: tx)
            }
            return nil
        },
        .init("announce-removal") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in
                _ = try scene.outbox.remove(
                    post, from: scene.garden, .removed, reason: "Advertising", by: scene.alice, in: tx)
            }
            return nil
        },
        .init("announce-lock") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in
                _ = try scene.outbox.lock(post, true, in: scene.garden, by: scene.alice, in: tx)
                _ = try scene.outbox.lock(post, false, in: scene.garden, by: scene.alice, in: tx)
            }
            return nil
        },
        .init("announce-block") { scene in
            try await scene.write { tx in
                _ = try scene.outbox.ban(
                    scene.vera, from: scene.garden, until: scene.now + .days(7), reason: "Advertising",
                    by: scene.alice, in: tx)
            }
            return nil
        },
        .init("delete-quote-authorization") { scene in
            let post = try await scene.verasPost()
            let authorization = scene.world.identifiers.quoteAuthorization(of: ID(100), in: post.id)
            try await scene.write { tx in try scene.outbox.revoke(authorization, from: post, by: scene.alice, in: tx) }
            return nil
        },
        .init("accept-quote-request") { scene in
            try await scene.requestQuote(policy: .everyone)
            return nil
        },
        .init("reject-quote-request") { scene in
            try await scene.requestQuote(policy: .nobody)
            return nil
        },
    ]
}

extension OutboundScene {
    /// Vera asks for permission to quote a post by Alice. The response is the sent activity.
    func requestQuote(policy: QuotePolicy) async throws {
        let quoted = post(100) { $0.quotePolicy = policy }
        try await write { tx in _ = try Posts.insert(quoted, PostParts(), in: tx) }
        let quoting: JSON = [
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/notes/7",
            "type": "Note", "attributedTo": JSON(vera.iri), "content": "<p>Well said</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "quote": JSON(quoted.iri),
            "published": "2026-05-01T08:00:00Z",
        ]
        let outcome = try await world.receive([
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://prairie.example/requests/7",
            "type": "QuoteRequest", "actor": JSON(vera.iri), "object": JSON(quoted.iri), "instrument": quoting,
        ])
        #expect(outcome == "applied")
    }
}
