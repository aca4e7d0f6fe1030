// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

@Suite("Emoji of other servers")
struct ReactionEmojiTests {
    private static let picture: JSON = [
        "type": "Emoji", "name": ":tasse:",
        "icon": ["type": "Image", "url": "https://lagune.example/emoji/tasse.png"],
    ]

    /// What is sent, and the emoji that is kept.
    private static let reactions: [(members: JSON.Object, kept: String?)] = [
        (["type": "EmojiReact", "content": "🌱"], "🌱"),
        (["type": "Like", "content": "👩🏽‍🍳"], "👩🏽‍🍳"),
        (["type": "Like", "_misskey_reaction": ":tasse:", "tag": [picture]], ":tasse:"),
        (["type": "EmojiReact", "content": ":tasse:", "tag": [picture]], ":tasse:"),
        (["type": "EmojiReact", "content": ":autre:", "tag": [picture]], nil),
        (["type": "Like", "content": "Bravo"], nil),
        (["type": "Like", "content": "7"], nil),
        (["type": "Like"], nil),
    ]

    @Test("a reaction is a favourite that keeps its emoji", arguments: TestEngine.available)
    func reactions(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let (alice, group) = (try await world.addPerson("alice"), try await world.addGroup("jardin"))
            let (post, event) = try await Self.furnish(world, by: alice, in: group)
            for (number, reaction) in Self.reactions.enumerated() {
                let pia = try world.addRemote("pia\(number)", at: "lagune.example")
                let account = try await world.resolve(pia).id
                for object in [post.iri, event.iri] {
                    var activity = reaction.members
                    activity["id"] = JSON("\(pia)#react-\(object == post.iri ? "post" : "event")")
                    activity["actor"] = JSON(pia)
                    activity["object"] = JSON(object)
                    #expect(await world.submit(try world.request(.object(activity))) == nil)
                }
                try await world.settle()
                let found = try await world.database.read { db in
                    try Favourites.emojis(of: [(account, .post(post.id)), (account, .event(event.id))], in: db)
                }
                let expected = reaction.kept.map {
                    [
                        FavouriteKey(account: account, subject: .post(post.id)): $0,
                        FavouriteKey(account: account, subject: .event(event.id)): $0,
                    ]
                }
                #expect(found == expected ?? [:])
            }
            let (count, emoji) = try await world.database.read { db in
                (try Likes.count(of: post.id, in: db), try CustomEmojis.find("tasse", of: "lagune.example", in: db))
            }
            #expect(count == Self.reactions.count)
            #expect(emoji?.url.string == "https://lagune.example/emoji/tasse.png")
        }
    }

    @Test("the custom emoji in the title and the text of an event are known", arguments: TestEngine.available)
    func event(_ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            let alice = try await world.addPerson("alice")
            let group = try world.addRemote("cercle", at: "lagune.example", type: "Group")
            try await world.follow(by: alice, of: try await world.resolve(group))
            let create: JSON = [
                "id": JSON("\(group)#create"), "type": "Create", "actor": JSON(group),
                "object": [
                    "id": JSON("\(group)/events/1"), "type": "Event", "attributedTo": JSON(group),
                    "to": ["https://www.w3.org/ns/activitystreams#Public"], "name": "Thé :tasse:",
                    "content": "<p>Sans :autre:</p>", "startTime": "2027-06-06T13:00:00Z",
                    "endTime": "2027-06-06T15:00:00Z", "tag": [Self.picture],
                ],
            ]
            #expect(await world.submit(try world.request(create)) == nil)
            try await world.settle()
            let id = try address("\(group)/events/1")
            let (event, emoji) = try await world.database.read { db in
                (try Events.byIRI(id, in: db), try CustomEmojis.find("tasse", of: "lagune.example", in: db))
            }
            #expect(event?.emojis == ["tasse"] && emoji != nil)
        }
    }

    private static func furnish(
        _ world: FederationWorld, by author: Account, in group: Account
    ) async throws -> (Post, Event) {
        let now = world.clock.now
        let (postID, eventID): (ID<Post>, ID<Event>) = (world.ids.make(at: now), world.ids.make(at: now))
        let post = Post(
            id: postID, iri: world.identifiers.post(postID), author: author.id,
            content: .init(unchecked: "<p>Salut</p>"), visibility: .everyone, publishedAt: now, isLocal: true)
        let event = Event(
            id: eventID, iri: world.identifiers.event(eventID), owner: group.id, uuid: "uuid", title: "Thé",
            startsAt: now + .days(1), endsAt: now + .days(2), publishedAt: now, isLocal: true)
        try await world.database.write { tx in
            try Posts.insert(post, PostParts(), in: tx)
            try Events.insert(event, in: tx)
        }
        return (post, event)
    }
}
