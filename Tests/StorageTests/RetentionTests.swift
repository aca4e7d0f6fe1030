// SPDX-License-Identifier: Apache-2.0

import Database
import FoundationEssentials
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Retention")
struct RetentionTests {
    @Test("every table has one rule", arguments: TestEngine.available)
    func complete(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let names = try await scene.db.tableNames().filter { !$0.contains("_words_") }
            let ruled = Retention.rules.map(\.table)
            #expect(Set(ruled).count == ruled.count)
            #expect(Set(names).symmetricDifference(ruled) == [])
        }
    }

    @Test("FEDERATION.md shows every rule")
    func documented() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../federation-specs/FEDERATION.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        for rule in Retention.rules { #expect(text.contains("`\(rule.table)`"), "\(rule.table)") }
        for rule in Set(Retention.rules.map(\.text)) { #expect(text.contains(rule), "\(rule)") }
    }

    @Test("every column that refers to an account is looked at before an account of another node is deleted")
    func references() async throws {
        try await Scene.with(.sqlite) { scene in
            // Accounts of this node alone are in these columns, or the row is deleted with the account.
            let local: Set = [
                "local_account", "session", "sign_in_link", "invitation", "bookmark", "event_like", "pin",
                "thread_mute", "host_block", "account_list", "followed_tag", "access_token", "authorization_code",
                "media", "push_subscription", "marker", "notification_policy", "conversation", "announcement",
                "announcement_read", "announcement_reaction", "content_filter", "featured_tag", "idempotency",
                "scheduled", "actor_key", "undone", "newest_entry", "mute.account_id", "account_note.account_id",
                "endorsement.account_id", "dismissed_suggestion.account_id", "notification.account_id",
                "notification_request.account_id", "mail_batch", "mail_choice", "mail_notice", "account_words",
                "farewell", "moderation_log.moderator_id",
            ]
            let known = Set(RetentionWalk.references.map { "\($0.table).\($0.column)" })
            for table in try await scene.db.tableNames() {
                let columns = try await scene.db.read { db in
                    try db.rows("SELECT * FROM pragma_foreign_key_list(\(table))").filter {
                        try $0.text("table") == "account"
                    }.map { try $0.text("from") }
                }
                for column in columns where !local.contains(table) && !local.contains("\(table).\(column)") {
                    #expect(known.contains("\(table).\(column)"), "\(table).\(column)")
                }
            }
        }
    }

    @Test("old rows are deleted in batches, and doctor sees when nobody deletes them", arguments: TestEngine.available)
    func batches(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let vic = try await scene.account("vic", host: "far.example")
            try await scene.db.write { tx in
                for number in 1...7 {
                    _ = try SignatureMemory.remember([UInt8(number)], until: Scene.start, in: tx)
                    let iri = try iri("https://far.example/\(number)")
                    let activity = ReceivedActivity(
                        id: ID(Int64(number)), activity: iri, type: "Like", signer: vic.id, keyID: "k", body: "{}",
                        receivedAt: Scene.start)
                    _ = try InboxQueue.accept(activity, in: tx)
                    if number < 7 { _ = try InboxQueue.finish(ID(Int64(number)), outcome: "applied", in: tx) }
                }
            }
            let later = Scene.start + .days(103)
            let overdue = try await scene.db.read { db in try Retention.overdue(at: later, in: db) }
            #expect(Set(overdue) == ["received", "seen_signature"])
            let deleted = try await scene.db.write { tx in
                try (1...3).map { _ in try Retention.sweep("received", at: later, limit: 4, in: tx) }
            }
            #expect(deleted == [4, 2, 0])
            // What still waits is not deleted.
            let waiting = try await scene.db.read { db in try InboxQueue.queue.backlog(now: later, in: db).count }
            #expect(waiting == 1)
        }
    }

    @Test(
        "a post of another node goes after a year, unless somebody here needs its thread",
        arguments: TestEngine.available)
    func posts(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, vic) = (try await scene.account("ada"), try await scene.account("vic", host: "far.example"))
            let una = try await scene.account("una", host: "far.example")
            try await scene.follow(una, by: ada)
            let unneeded = try await scene.post(by: vic)
            let reply = try await scene.post(by: vic, replyingTo: unneeded)
            let answered = try await scene.post(by: vic)
            let own = try await scene.post(by: ada, replyingTo: answered)
            let boosted = try await scene.post(by: vic)
            try await scene.boost(boosted, by: una)
            let followed = try await scene.post(by: una)
            let named = try await scene.post(by: vic, mentions: [ada])
            let soon = try await Self.walk(.posts, at: Scene.start + .days(300), in: scene)
            #expect(soon == 0)
            let deleted = try await Self.walk(.posts, at: Scene.start + .days(500), in: scene)
            #expect(deleted == 2)
            let left = try await scene.db.read { db in
                try [unneeded, reply, answered, own, boosted, followed, named].filter {
                    try Posts.byID($0.id, in: db) != nil
                }.map(\.id)
            }
            #expect(left == [answered, own, boosted, followed, named].map(\.id))
        }
    }

    @Test("an account of another node goes after a year when nothing refers to it", arguments: TestEngine.available)
    func accounts(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let followed = try await scene.account("una", host: "far.example")
            let unneeded = try await scene.account("vic", host: "far.example")
            try await scene.follow(followed, by: ada)
            let deleted = try await Self.walk(.accounts, at: Scene.start + .days(500), in: scene)
            #expect(deleted == 1)
            let left = try await scene.db.read { db in
                try [ada, followed, unneeded].map { try Accounts.byID($0.id, in: db) != nil }
            }
            #expect(left == [true, true, false])
        }
    }

    @Test("an answer that was sent goes after a hundred days, a post's Create stays", arguments: TestEngine.available)
    func activities(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let types = ["Create", "Accept", "Like", "Create"]
            for type in types {
                let sent = SentActivity(
                    id: scene.id(), iri: try scene.iri("activities"), actor: ada.id, type: type,
                    object: try scene.iri("posts"), body: "{}", isPublic: false, createdAt: Scene.start)
                try await scene.db.write { tx in try OutboxQueue.insert(sent, in: tx) }
            }
            let deleted = try await Self.walk(.activities, at: Scene.start + .days(101), in: scene)
            #expect(deleted == 2)
        }
    }

    @Test("a deleted text is not in the database file any more")
    func file() async throws {
        let word = "zyxquark"
        let place = try await TestEngine.sqlite.makePlace(migrations: Schema.migrations)
        let database = try await Database.open(place.url, readers: 1, logger: .silent)
        let vic = try Someone.remote(1, "vic")
        let address = try iri("https://far.example/notes/1")
        try await database.write { tx in
            try Accounts.insert(vic, in: tx)
            let text = String(repeating: "\(word) ", count: 2_000)
            for number in 1...20 as ClosedRange<Int64> {
                let post = Post(
                    id: ID(number), iri: try iri("https://far.example/notes/\(number)"), author: vic.id,
                    content: SanitizedHTML(unchecked: "<p>\(text)</p>"), visibility: .everyone, publishedAt: .start,
                    isLocal: false)
                try Posts.insert(post, PostParts(), in: tx)
            }
            let activity = ReceivedActivity(
                id: ID(1), activity: address, type: "Create", signer: vic.id, keyID: "k", body: text,
                receivedAt: .start)
            _ = try InboxQueue.accept(activity, in: tx)
        }
        let path = String(place.url.description.dropFirst("sqlite:".count))
        try await database.write { tx in
            _ = try InboxQueue.finish(ID(1), outcome: "applied", in: tx)
            _ = try AccountRemoval.step(of: vic.id, limit: 100, in: tx)
        }
        try await database.write { tx in try SearchIndex.compact(pages: 1_000, in: tx) }
        await database.close()
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.count > 4_096)
        #expect(!bytes.contains(word.utf8))
        await place.remove()
    }

    /// Walks through a whole table in small steps.
    private static func walk(_ walk: RetentionWalk, at now: Timestamp, in scene: Scene) async throws -> Int {
        var count = 0
        for _ in 1...10 { count += try await scene.db.write { tx in try walk.step(at: now, limit: 3, in: tx) } }
        return count
    }
}
