// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Moderating with an app")
struct GroupModerationAPITests {
    @Test(
        "DELETE of somebody else's post takes it out of the group for those who run it",
        arguments: TestEngine.available)
    func delete(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (mia, ada) = (try await node.guest("mia", .moderator), try await node.guest("ada"))
            let vic = try await node.stranger("vic")
            let group = try #require(
                try await node.database.read { db in try Accounts.byHandle(Handle(name: "cafe", host: ""), in: db) })
            let id: ID<Post> = node.ids.make(at: node.clock.now)
            var post = Post(
                id: id, iri: try #require(IRI("https://far.example/notes/1")), author: vic.id, content: .empty,
                visibility: .everyone, publishedAt: node.clock.now, isLocal: false)
            post.group = group.id
            let stored = post
            try await node.database.write { tx in _ = try Posts.insert(stored, PostParts(), in: tx) }
            #expect(try await node.call("DELETE", "/api/v1/statuses/\(id)", token: ada.token).status == 404)
            #expect(try await node.call("DELETE", "/api/v1/statuses/\(id)", token: mia.token).status == 200)
            let after = try await node.database.read { db in try Posts.byID(id, in: db) }
            #expect(after != nil && after?.group == nil)
            #expect(try await node.call("DELETE", "/api/v1/statuses/\(id)", token: mia.token).status == 404)
        }
    }

    @Test("a reply to a closed discussion says why it is refused", arguments: TestEngine.available)
    func locked(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            var draft = PostDraft(text: "Qui vient ?")
            draft.group = try await node.database.read { db in
                try Accounts.byHandle(Handle(name: "cafe", host: ""), in: db)?.id
            }
            let post = try await node.services.publishPost(draft, as: .member(ada.id))
            try await node.services.lockDiscussion(post, true, as: .operator)
            let reply = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "Moi", "in_reply_to_id": JSON("\(post)")])
            #expect(reply.status == 422)
            #expect(reply.json["error"] == "Validation failed: This discussion is closed")
        }
    }

    @Test("who is interested in an event is named only when they agreed to be shown", arguments: TestEngine.available)
    func interest(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            let mia = try await node.guest("mia", .moderator)
            let group = try #require(
                try await node.database.read { db in try Accounts.byHandle(Handle(name: "cafe", host: ""), in: db) })
            let event = try await node.services.planEvent(
                EventDraft(
                    group: group.id, title: "Soirée", startsAt: node.clock.now + .days(2),
                    endsAt: node.clock.now + .days(3), timeZone: "Europe/Paris"), as: .member(mia.id))
            for guest in [ada, ben] { try await node.services.favourite(.event(event), as: .member(guest.id)) }
            try await node.database.write { tx in
                try tx.run("UPDATE account SET discoverable = \(true) WHERE id = \(ben.id)")
            }
            let list = try await node.get("/api/v1/statuses/\(event)/favourited_by")
            #expect(list.json.array?.compactMap { $0["username"]?.string } == ["ben"])
        }
    }
}
