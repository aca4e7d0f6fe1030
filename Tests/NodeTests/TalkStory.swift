// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// A discussion across three nodes.
    @Suite("Talking")
    struct TalkStory {
        @Test(
            "a post that comes as Create, as Announce of the Create and as Announce of itself stands once",
            arguments: Cast.all)
        func once(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let scene = try await Scene(a, b)
                let post = try await a.post("Qui vient ?", title: "Ménage", in: scene.group, as: scene.paul)
                try await eventually("all three came") { try await b.received("Announce").count == 2 }
                try await settle([a, b])
                // Whichever activity arrives first brings the post. It is fetched when that is an `Announce`.
                #expect(try await b.received("Create").count == 1)
                #expect(try await b.received().allSatisfy { ["applied", "duplicate"].contains($0.outcome) })
                #expect(try await b.count("post") == 1)
                let copy = try #require(try await b.post(post.iri))
                #expect(copy.title == "Ménage")
                #expect(copy.content.string.contains("Qui vient ?"))
                let group = try #require(try await b.account(scene.group.iri))
                #expect(copy.group == group.id)
                // The group's two announcements count as one boost, and nobody else boosted.
                #expect(try await b.count("boost") == 1)
            }
        }

        @Test("a reply from elsewhere threads at the group's home and is repeated to a third node", arguments: Cast.all)
        func reply(_ cast: Cast) async throws {
            try await cast.playThree { a, b, c in
                let scene = try await Scene(a, b)
                let carl = try await c.member("carl")
                try await c.follow(scene.group, of: a, as: carl)
                let root = try await a.post("Qui vient ?", title: "Ménage", in: scene.group, as: scene.paul)
                let copy = try await awaited("the post is at B") { try await b.post(root.iri) }
                var draft = PostDraft(text: "Moi !")
                draft.inReplyTo = copy.id
                let id = try await b.services.publishPost(draft, as: .member(scene.anna.id))
                let reply = try await b.get("/posts/\(id)")
                #expect(reply.status == 200)
                let iri = try #require(IRI("\(b.origin)/posts/\(id)"))
                let atHome = try await awaited("the reply is at A") { try await a.post(iri) }
                #expect(atHome.inReplyTo == root.id)
                #expect(atHome.thread == root.thread)
                #expect(atHome.group == scene.group.id)
                let atThird = try await awaited("the reply is at C") { try await c.post(iri) }
                let rootAtThird = try #require(try await c.post(root.iri))
                #expect(atThird.inReplyTo == rootAtThird.id)
                #expect(atThird.thread == rootAtThird.thread)
                try await settle([a, b, c])
                #expect(try await c.count("post") == 2)
                #expect(try await b.count("post") == 2)
                let replies = try await a.document("/posts/\(root.id)/replies")
                #expect(replies.iris("items") + replies.iris("orderedItems") == [iri])
            }
        }

        @Test("likes and boosts from elsewhere count once, and go when they are taken back", arguments: Cast.all)
        func reactions(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let scene = try await Scene(a, b)
                let root = try await a.post("Qui vient ?", in: scene.group, as: scene.paul)
                let copy = try await awaited("the post is at B") { try await b.post(root.iri) }
                for _ in 0..<2 {
                    try await b.services.likePost(copy.id, as: .member(scene.anna.id))
                    try await b.services.boostPost(copy.id, as: .member(scene.anna.id))
                }
                let anna = try await awaited("the boost came") { () -> Account? in
                    guard let anna = try await a.account(scene.anna.iri) else { return nil }
                    return try await a.count("boost WHERE account_id = \(anna.id.rawValue)") == 1 ? anna : nil
                }
                try await eventually("the like came") { try await a.count("post_like") == 1 }
                try await b.services.unlikePost(copy.id, as: .member(scene.anna.id))
                try await b.services.unboostPost(copy.id, as: .member(scene.anna.id))
                try await eventually("both are taken back") {
                    let likes = try await a.count("post_like")
                    return try await a.count("boost WHERE account_id = \(anna.id.rawValue)") + likes == 0
                }
                try await settle([a, b])
            }
        }

        @Test(
            "an edit reaches whoever has the post; a deletion leaves a tombstone and what others said",
            arguments: Cast.all)
        func editAndDelete(_ cast: Cast) async throws {
            try await cast.playThree { a, b, c in
                let scene = try await Scene(a, b)
                let carl = try await c.member("carl")
                try await c.follow(scene.group, of: a, as: carl)
                let root = try await a.post("Samedi", title: "Ménage", in: scene.group, as: scene.paul)
                let copy = try await awaited("the post is at B") { try await b.post(root.iri) }
                var draft = PostDraft(text: "Moi !")
                draft.inReplyTo = copy.id
                _ = try await b.services.publishPost(draft, as: .member(scene.anna.id))
                try await eventually("both are at C") { try await c.count("post") == 2 }

                try await a.services.editPost(root.id, title: "Ménage", text: "Dimanche", as: .member(scene.paul.id))
                for node in [b, c] {
                    try await eventually("the edit came") {
                        try await node.post(root.iri)?.content.string.contains("Dimanche") == true
                    }
                    #expect(try await node.post(root.iri)?.editedAt != nil)
                }
                try await a.services.deletePost(root.id, as: .member(scene.paul.id))
                for node in [b, c] {
                    try await eventually("the deletion came") { try await node.post(root.iri) == nil }
                    #expect(try await node.read { db in try Tombstones.find(root.iri, in: db) } != nil)
                    #expect(try await node.count("post") == 1)
                }
                try await settle([a, b, c])
                let gone = try await a.get("/posts/\(root.id)")
                #expect(gone.status == 410)
                let tombstone = Document(try JSON.parse(gone.body))
                #expect(tombstone?.type == "Tombstone")
                #expect(tombstone?.string("formerType") == "Note")
                // Activities that contain the deleted text are no longer shown either.
                for id in try await a.activities(about: root.iri, type: "Create") {
                    #expect(try await a.get("/activities/\(id)").status == 404)
                }
            }
        }
    }
}

extension TestNode {
    /// The ids of the sent activities about an object.
    func activities(about iri: IRI, type: String) async throws -> [Int64] {
        try await read { db in
            try db.rows("SELECT id FROM activity WHERE object_iri = \(iri.string) AND type = \(type)").map {
                try $0.int("id")
            }
        }
    }
}

/// Paul at A writes in a group there; Anna at B follows both.
struct Scene: Sendable {
    let paul: Account
    let group: Account
    let anna: Account

    init(_ a: TestNode, _ b: TestNode) async throws {
        paul = try await a.member("paul", role: .moderator)
        group = try await a.group("jardin", founder: paul.id)
        anna = try await b.member("anna")
        try await b.follow(group, of: a, as: anna)
        try await b.follow(paul, of: a, as: anna)
    }
}
