// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Searching")
struct SearchTests {
    @Test("words are found however they are written, in the same way on each engine", arguments: TestEngine.available)
    func words(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            let texts = [
                "Un <strong>CAFÉ</strong> crème à l’Opéra", "cafe au lait", "cafeteria", "Straße &amp; œuvre",
                "日本語の喫茶店",
                "it's a don't' \" OR near* (x) AND NOT : 'y' \\ | ! &lt;-&gt;",
            ]
            var posts: [ID<Post>] = []
            for text in texts {
                var post = try scene.draft(by: ada)
                post.content = SanitizedHTML(unchecked: "<p>\(text)</p>")
                try await scene.store(post)
                posts.append(post.id)
            }
            let cases: [(String, [Int])] = [
                ("café", [1, 0]), ("CAFE", [1, 0]), ("creme opera", [0]), ("lait cafe", [1]), ("strasse oeuvre", [3]),
                ("喫茶", [4]), ("don't", [5]), ("near x and not y", [5]), ("\" ' \\ & | ! : * ( )", []), ("strong", []),
                ("amp", []), ("cafe tea", []),
            ]
            for (text, expected) in cases {
                let found = try await find(text, as: bob, scene)
                #expect(found == expected.map { posts[$0].rawValue }, "\(text)")
            }
        }
    }

    @Test("what changed is found by its new words, what went is not found", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var post = try scene.draft(by: ada)
            post.content = SanitizedHTML(unchecked: "<p>tea</p>")
            try await scene.store(post)
            post.content = SanitizedHTML(unchecked: "<p>milk</p>")
            try await scene.db.write { [post] tx in _ = try Posts.update(post, PostParts(), in: tx) }
            #expect(try await find("tea", as: ada, scene) == [])
            #expect(try await find("milk", as: ada, scene) == [post.id.rawValue])
            try await scene.db.write { [post] tx in _ = try Posts.delete(post.id, in: tx) }
            #expect(try await find("milk", as: ada, scene) == [])
            let left = try await scene.db.read { db in
                try db.row("SELECT count(*) AS n FROM entry_words")?.int("n")
            }
            #expect(left == 0)
        }
    }

    @Test(
        "what is changed or deleted in the transaction that stored it leaves no words", arguments: TestEngine.available)
    func atOnce(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var (changed, deleted) = (try scene.draft(by: ada), try scene.draft(by: ada))
            changed.content = SanitizedHTML(unchecked: "<p>tea</p>")
            deleted.content = SanitizedHTML(unchecked: "<p>milk</p>")
            try await scene.db.write { [changed, deleted] tx in
                var changed = changed
                for post in [changed, deleted] { _ = try Posts.insert(post, PostParts(), in: tx) }
                changed.content = SanitizedHTML(unchecked: "<p>coffee</p>")
                _ = try Posts.update(changed, PostParts(), in: tx)
                _ = try Posts.delete(deleted.id, in: tx)
            }
            #expect(try await find("tea", as: ada, scene) == [])
            #expect(try await find("coffee", as: ada, scene) == [changed.id.rawValue])
            let left = try await scene.db.read { db in
                try db.row("SELECT count(*) AS n FROM entry_words")?.int("n")
            }
            #expect(left == 1)
        }
    }

    @Test("what somebody may not read, or has no part in, is not found", arguments: TestEngine.available)
    func reach(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            let shy = try await scene.account("shy", host: "far.example")
            let open = try await scene.account("open", host: "far.example")
            try await scene.db.write { tx in
                try tx.run("UPDATE account SET indexable = \(true) WHERE id = \(open.id)")
            }
            try await scene.follow(ada, by: bob)
            func tea(_ author: Account, _ visibility: Visibility, _ mentions: [Account] = []) async throws -> Int64 {
                var post = try scene.draft(by: author, visibility)
                post.content = SanitizedHTML(unchecked: "<p>tea</p>")
                var parts = PostParts()
                parts.mentions = mentions.map(\.id)
                try await scene.store(post, parts)
                return post.id.rawValue
            }
            let mine = try await tea(bob, .direct)
            let here = try await tea(ada, .everyone)
            _ = try await tea(ada, .unlisted)
            let named = try await tea(ada, .direct, [bob])
            _ = try await tea(ada, .direct)
            _ = try await tea(ada, .followers)
            let far = try await tea(open, .everyone)
            let hidden = try await tea(shy, .everyone)
            #expect(try await find("tea", as: bob, scene) == [far, named, here, mine])
            try await scene.db.write { tx in
                try Bookmarks.add(9, account: bob.id, subject: .post(ID(hidden)), in: tx)
            }
            #expect(try await find("tea", as: bob, scene) == [hidden, far, named, here, mine])
            try await scene.block(open, by: bob)
            #expect(try await find("tea", as: bob, scene) == [hidden, named, here, mine])
        }
    }

    @Test("events are found by title and place", arguments: TestEngine.available)
    func events(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var event = try scene.eventDraft(by: ada)
            event.title = "Soirée jeux"
            try await scene.store(event)
            #expect(try await find("soiree", as: ada, scene) == [event.id.rawValue])
            event.title = "Bal"
            try await scene.db.write { [event] tx in try Events.update(event, in: tx) }
            #expect(try await find("soiree", as: ada, scene) == [])
        }
    }

    @Test("accounts are found by the beginning of their names, the exact one first", arguments: TestEngine.available)
    func accounts(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let adam = try await scene.account("adam", kind: .group)
            let ada = try await scene.account("ada", kind: .group)
            let far = try await scene.account("ada", host: "far.example")
            _ = try await scene.account("bea", kind: .group)
            let names = { (query: AccountQuery) in
                try await scene.db.read { db in
                    try Searches.accounts(query, viewer: adam.id, offset: 0, limit: 9, in: db).map(\.id)
                }
            }
            #expect(try await names(AccountQuery(terms: ["ad"], name: "ad")) == [adam.id, ada.id, far.id])
            #expect(try await names(AccountQuery(terms: ["ada"], name: "ada")) == [ada.id, far.id, adam.id])
            #expect(try await names(AccountQuery(terms: ["ada"], host: "", name: "ada")) == [ada.id, adam.id])
            #expect(try await names(AccountQuery(terms: ["ada"], host: "far.example")) == [far.id])
            #expect(try await names(AccountQuery(terms: ["da"])) == [])
            var renamed = ada
            renamed.displayName = "Zoé"
            try await scene.db.write { [renamed] tx in
                try Accounts.update(renamed, summarySource: nil, at: Scene.start, in: tx)
            }
            #expect(try await names(AccountQuery(terms: ["zoe"])) == [ada.id])
            try await scene.db.write { tx in try Accounts.markDeleted(ada.id, at: Scene.start, in: tx) }
            #expect(try await names(AccountQuery(terms: ["zoe"])) == [])
        }
    }

    @Test("hashtags stand in the order of their letters; direct messages tell nothing", arguments: TestEngine.available)
    func tags(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            for tag in ["tag_z", "tag_x", "tagé", "tag", "ta", "tag_y"] { try await scene.post(by: ada, tags: [tag]) }
            try await scene.post(by: ada, .direct, tags: ["tag_secret"])
            let names = try await scene.db.read { db in try Tags.names(beginning: "tag", offset: 0, limit: 9, in: db) }
            #expect(names == ["tag", "tag_x", "tag_y", "tag_z", "tagé"])
            let page = try await scene.db.read { db in try Tags.names(beginning: "tag", offset: 1, limit: 2, in: db) }
            #expect(page == ["tag_x", "tag_y"])
        }
    }

    @Test("what was stored before words were kept is read in the background", arguments: TestEngine.available)
    func fill(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            for _ in 1...3 {
                var post = try scene.draft(by: ada)
                post.content = SanitizedHTML(unchecked: "<p>tea</p>")
                try await scene.store(post)
            }
            _ = try await scene.event(by: ada)
            try await scene.db.write { tx in
                try tx.run("DELETE FROM entry_words")
                try tx.run("DELETE FROM account_words")
                for key in ["search.entries", "search.accounts"] { try Settings.set(key, String(Int64.max), in: tx) }
            }
            #expect(try await find("tea", as: ada, scene) == [])
            var rounds: [Int] = []
            for _ in 1...4 { rounds.append(try await scene.db.write { tx in try SearchIndex.fill(limit: 2, in: tx) }) }
            #expect(rounds == [3, 2, 0, 0])
            #expect(try await find("tea", as: ada, scene).count == 3)
            #expect(try await find("event", as: ada, scene).count == 1)
        }
    }

    private func find(_ text: String, as viewer: Account, _ scene: Scene) async throws -> [Int64] {
        var query = StatusQuery()
        query.terms = SearchTerms.of(text)
        guard !query.terms.isEmpty else { return [] }
        return try await scene.db.read { [query] db in
            try Searches.statuses(query, viewer: viewer.id, offset: 0, limit: 20, in: db).map(\.id.rawValue)
        }
    }
}
