// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Writing posts")
struct PostTests {
    @Test("a post is stored, said and on its way to followers in one go", arguments: TestEngine.available)
    func publish(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            try await cafe.forgetSayings()
            var draft = PostDraft(text: " Bonjour #Thé\n")
            draft.title = " Un titre "
            draft.warning = "chaud"
            draft.language = "fr"
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            let post = try #require(try await cafe.post(id))
            #expect(post.title == "Un titre" && post.warning == "chaud" && post.source == "Bonjour #Thé")
            #expect(post.iri.string == "https://cafe.example/posts/\(id)" && post.isLocal && post.thread == id)
            #expect(post.content.string.contains("https://cafe.example/tags/"))
            let parts = try await cafe.database.read { db in try Posts.parts(of: id, in: db) }
            #expect(parts.hashtags == ["thé"] && parts.mentions == [])
            #expect(try await cafe.deliveries() == ["Create ada https://far.example/inbox"])
        }
    }

    @Test(
        "an answer is never wider than what it answers",
        arguments: [
            (.everyone, .everyone, .everyone), (.unlisted, .everyone, .unlisted), (.followers, .everyone, .followers),
            (.direct, .everyone, .direct), (.everyone, .direct, .direct), (.followers, .unlisted, .followers),
        ] as [(Visibility, Visibility, Visibility)])
    func narrowing(parent: Visibility, wanted: Visibility, given: Visibility) async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let bob = try await cafe.member("bob")
            var draft = PostDraft(text: "Coucou @bob")
            draft.visibility = parent
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            var answer = PostDraft(text: "Oui")
            answer.title = "An answer has none"
            answer.inReplyTo = id
            answer.visibility = wanted
            let answerID = try await cafe.services.publishPost(answer, as: .member(bob))
            let post = try #require(try await cafe.post(answerID))
            #expect(post.visibility == given && post.inReplyTo == id && post.thread == id && post.title.isEmpty)
            let parts = try await cafe.database.read { db in try Posts.parts(of: answerID, in: db) }
            #expect(parts.mentions == [ada])
        }
    }

    @Test("a comment on an unlisted event is not listed either")
    func eventComment() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let event = try await cafe.plan(by: ada)
            try await cafe.database.write { tx in
                try tx.run("UPDATE event SET visibility = 'unlisted' WHERE id = \(event)")
            }
            var draft = PostDraft(text: "J’amène un gâteau")
            draft.event = event
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            let post = try #require(try await cafe.post(id))
            #expect(post.visibility == .unlisted && post.event == event && !post.isTopLevel)
            var answer = PostDraft(text: "Merci")
            answer.inReplyTo = id
            let answerID = try await cafe.services.publishPost(answer, as: .member(ada))
            #expect(try await cafe.post(answerID)?.event == event)
        }
    }

    @Test("those who are named get it: members here, others by their own inbox, unknown ones stay text")
    func mentions() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let bob = try await cafe.member("bob")
            cafe.world.servePerson("vic")
            try await cafe.forgetSayings()
            var draft = PostDraft(text: "@bob @vic@far.example @nobody @gone@far.example")
            draft.visibility = .direct
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            let parts = try await cafe.database.read { db in try Posts.parts(of: id, in: db) }
            #expect(parts.mentions.count == 2 && parts.mentions.contains(bob))
            #expect(try await cafe.deliveries() == ["Create ada https://far.example/users/vic/inbox"])
            #expect(try await cafe.documents("Create").first?["to"]?.array?.count == 2)
        }
    }

    @Test("at most twenty are named and thirty tags kept")
    func limits() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            for number in 10..<32 { try await cafe.member("guest\(number)") }
            let names = (10..<32).map { "@guest\($0)" }.joined(separator: " ")
            let tags = (1...32).map { "#tag\($0)" }.joined(separator: " ")
            let id = try await cafe.services.publishPost(PostDraft(text: "\(names) \(tags)"), as: .member(ada))
            let parts = try await cafe.database.read { db in try Posts.parts(of: id, in: db) }
            #expect(parts.mentions.count == PostLimits.mentions && parts.hashtags.count == PostLimits.hashtags)
        }
    }

    @Test("a group of ours repeats what is said in it, in both dialects", arguments: TestEngine.available)
    func relay(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let group = try await cafe.local("cafe")
            try await cafe.follow(group.id, by: try await cafe.stranger("vic").id)
            try await cafe.forgetSayings()
            var draft = PostDraft(text: "Bonjour")
            draft.group = group.id
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            #expect(try await cafe.sayings() == ["Create ada", "Announce cafe", "Announce cafe"])
            #expect(
                try await cafe.deliveries() == Array(repeating: "Announce cafe https://far.example/inbox", count: 2))
            let objects = try await cafe.documents("Announce").map { $0["object"] }
            #expect(objects.first??["type"]?.string == "Create")
            #expect(objects.last??.string == "https://cafe.example/posts/\(id)")
            var answer = PostDraft(text: "Bonsoir")
            answer.inReplyTo = id
            try await cafe.forgetSayings()
            let answerID = try await cafe.services.publishPost(answer, as: .member(ada))
            // The group announces a reply (`Announce` of the activity) and does not boost it.
            #expect(try await cafe.sayings() == ["Create ada", "Announce cafe"])
            #expect(try await cafe.post(answerID)?.group == group.id)
        }
    }

    @Test("what is not for everybody is not repeated by the group")
    func quiet() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            var draft = PostDraft(text: "Entre nous")
            draft.group = try await cafe.local("cafe").id
            draft.visibility = .followers
            try await cafe.forgetSayings()
            _ = try await cafe.services.publishPost(draft, as: .member(ada))
            #expect(try await cafe.sayings() == ["Create ada"])
        }
    }

    @Test("too much, too little and the wrong language are refused, all at once", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            for text in ["", " \n ", "\0"] {
                try await cafe.expect(.field("text", "missing")) {
                    _ = try await $0.publishPost(PostDraft(text: text), as: .member(ada))
                }
            }
            var draft = PostDraft(text: String(repeating: "a", count: PostLimits.text + 1))
            draft.title = String(repeating: "t", count: PostLimits.title + 1)
            draft.warning = draft.title
            draft.language = "fr\0"
            let wrong = draft
            try await cafe.expect(
                .invalid([
                    FieldError("title", "too_long"), FieldError("text", "too_long"), FieldError("warning", "too_long"),
                    FieldError("language", "not_a_language"),
                ])
            ) { _ = try await $0.publishPost(wrong, as: .member(ada)) }
        }
    }

    @Test("one may not answer what one may not read, nor write where one is shut out", arguments: TestEngine.available)
    func hidden(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            var secret = PostDraft(text: "Psst")
            secret.visibility = .direct
            var answer = PostDraft(text: "Ah ?")
            answer.inReplyTo = try await cafe.services.publishPost(secret, as: .member(ada))
            let hidden = answer
            try await cafe.expect(.notFound) { _ = try await $0.publishPost(hidden, as: .member(eve)) }
            answer.inReplyTo = ID(1)
            let missing = answer
            try await cafe.expect(.notFound) { _ = try await $0.publishPost(missing, as: .member(eve)) }
            var draft = PostDraft(text: "Hé")
            draft.event = ID(1)
            let noEvent = draft
            try await cafe.expect(.notFound) { _ = try await $0.publishPost(noEvent, as: .member(eve)) }
            draft.event = nil
            draft.group = ada
            let noGroup = draft
            try await cafe.expect(.notFound) { _ = try await $0.publishPost(noGroup, as: .member(eve)) }
            let group = try await cafe.local("cafe").id
            try await cafe.block(eve, by: group)
            draft.group = group
            let shut = draft
            try await cafe.expect(.notAllowed) { _ = try await $0.publishPost(shut, as: .member(eve)) }
        }
    }

    @Test("ten posts at once, then one every thirty seconds; somebody else is not held up")
    func rate() async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            for number in 1...10 {
                _ = try await cafe.services.publishPost(PostDraft(text: "\(number)"), as: .member(ada))
            }
            try await cafe.expectTooMany { _ = try await $0.publishPost(PostDraft(text: "11"), as: .member(ada)) }
            _ = try await cafe.services.publishPost(PostDraft(text: "1"), as: .member(bob))
            cafe.clock.pass(.seconds(30))
            _ = try await cafe.services.publishPost(PostDraft(text: "11"), as: .member(ada))
            try await cafe.expectTooMany { _ = try await $0.publishPost(PostDraft(text: "12"), as: .member(ada)) }
        }
    }
}

@Suite("Changing and deleting posts")
struct EditPostTests {
    @Test("an edit keeps the address and the date, and whoever got the post gets it", arguments: TestEngine.available)
    func edit(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            cafe.world.servePerson("vic")
            let id = try await cafe.services.publishPost(PostDraft(text: "Salut @vic@far.example"), as: .member(ada))
            let before = try #require(try await cafe.post(id))
            try await cafe.forgetSayings()
            cafe.clock.pass(.minutes(1))
            try await cafe.services.editPost(id, title: "Titre", text: "Salut tout le monde", as: .member(ada))
            let after = try #require(try await cafe.post(id))
            #expect(after.iri == before.iri && after.publishedAt == before.publishedAt)
            #expect(after.editedAt == cafe.clock.now && after.source == "Salut tout le monde" && after.title == "Titre")
            // The edit no longer mentions Vic, but Vic still receives it.
            #expect(try await cafe.deliveries() == ["Update ada https://far.example/inbox"])
            let source = try await cafe.services.source(of: id, by: ada)
            #expect(source == ("Titre", "Salut tout le monde"))
        }
    }

    @Test("nobody else edits a post or sees its source, moderators neither", arguments: [Role.member, .steward])
    func stranger(role: Role) async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve", role))
            let id = try await cafe.services.publishPost(PostDraft(text: "À moi"), as: .member(ada))
            try await cafe.expect(.notFound) { try await $0.editPost(id, title: "", text: "Non", as: .member(eve)) }
            try await cafe.expect(.notFound) { _ = try await $0.source(of: id, by: eve) }
            try await cafe.expect(.field("text", "missing")) {
                try await $0.editPost(id, title: "", text: "", as: .member(ada))
            }
            try await cafe.expect(.notFound) { try await $0.editPost(ID(1), title: "", text: "x", as: .member(ada)) }
        }
    }

    @Test("an author and a moderator delete a post; everybody who had it is told", arguments: TestEngine.available)
    func delete(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, moderator) = (try await cafe.member("ada"), try await cafe.member("mona", .moderator))
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            for person in [ada, moderator] {
                let id = try await cafe.services.publishPost(PostDraft(text: "Éphémère"), as: .member(ada))
                let address = try #require(try await cafe.post(id)).iri
                try await cafe.forgetSayings()
                try await cafe.services.deletePost(id, as: .member(person))
                #expect(try await cafe.post(id) == nil)
                #expect(try await cafe.deliveries() == ["Delete ada https://far.example/inbox"])
                let tombstone = try await cafe.database.read { db in try Tombstones.find(address, in: db) }
                #expect(tombstone?.formerType == "Note")
                try await cafe.expect(.notFound) { try await $0.deletePost(id, as: .member(person)) }
            }
        }
    }

    @Test("the text of a deleted post is no longer in an outbox")
    func hidden() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            var draft = PostDraft(text: "Éphémère")
            draft.group = try await cafe.local("cafe").id
            let id = try await cafe.services.publishPost(draft, as: .member(ada))
            try await cafe.services.deletePost(id, as: .member(ada))
            let shown = try await cafe.database.read { db in
                try db.rows("SELECT type, body FROM activity WHERE is_public").map {
                    (try $0.text("type"), try $0.text("body"))
                }
            }
            #expect(shown.map(\.0).contains("Delete"))
            #expect(!shown.contains { $0.1.contains("Éphémère") })
        }
    }

    @Test("a stranger deletes nothing, a moderator nothing of another node")
    func refused() async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            let moderator = try await cafe.member("mona", .moderator)
            let id = try await cafe.services.publishPost(PostDraft(text: "À moi"), as: .member(ada))
            try await cafe.expect(.notFound) { try await $0.deletePost(id, as: .member(eve)) }
            let vic = try await cafe.stranger("vic")
            let remote = Post(
                id: ID(5), iri: try iri("https://far.example/posts/5"), author: vic.id,
                content: SanitizedHTML(unchecked: "<p>5</p>"), visibility: .everyone, publishedAt: cafe.clock.now,
                isLocal: false)
            try await cafe.database.write { tx in _ = try Posts.insert(remote, PostParts(), in: tx) }
            try await cafe.expect(.notFound) { try await $0.deletePost(remote.id, as: .member(moderator)) }
            try await cafe.services.suspend(ada, true, as: .operator)
            try await cafe.expect(.notAllowed) { try await $0.deletePost(id, as: .member(ada)) }
        }
    }
}
