// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Pages of timelines")
struct TimelinePagesTests {
    @Test(
        "home with many hidden answers shows what lies behind them, whatever the length of the page",
        arguments: TestEngine.available)
    func hiddenAnswers(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob"))
            let stranger = try await scene.account("stranger")
            try await scene.follow(bob, by: ana)
            let strange = try await scene.post(by: stranger)
            var expected: [ID<Post>] = []
            for _ in 0..<5 { expected.insert(try await scene.post(by: bob).id, at: 0) }
            for _ in 0..<164 { try await scene.post(by: bob, replyingTo: strange) }
            let shown = expected
            try await scene.db.read { db in
                for limit in [1, 3, 5, 20, 40] {
                    let first = try Timelines.home(ana.id, PageRequest(limit: limit), in: db)
                    #expect(first.posts == Array(shown.prefix(limit)), "\(limit)")
                    #expect((first.older != nil) == (limit < 5))
                }
            }
        }
    }

    @Test(
        "a page has a cursor also when all that it looked at is hidden, and the cursor leads on",
        arguments: TestEngine.available)
    func emptyPages(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let (ana, eve) = (try await scene.account("ana"), try await scene.account("eve"))
            try await scene.follow(eve, by: ana)
            let own = try await scene.post(by: ana)
            let newest = try await Self.fill(9_000, by: eve, behind: own, scene)
            try await scene.db.write { tx in
                try Mutes.set(
                    by: ana.id, target: eve.id, hidesNotifications: false, until: nil, at: Scene.start, in: tx)
            }
            try await scene.db.read { db in
                for read in [Self.home, Self.everyone] {
                    var pages: [TimelinePage] = []
                    var before: Int64?
                    repeat {
                        let begun = statements.value
                        let page = try read(ana.id, PageRequest(before: before), db)
                        #expect(statements.value - begun < 40)
                        pages.append(page)
                        before = page.older
                    } while before != nil && pages.count < 10
                    #expect(pages.count > 1 && pages.first?.items == [])
                    #expect(pages.first?.newer == newest)
                    #expect(pages.flatMap(\.posts) == [own.id])
                    var upwards = try read(ana.id, PageRequest(after: own.id.rawValue, fromOldest: true), db)
                    #expect(upwards.items == [] && upwards.newer ?? 0 > own.id.rawValue)
                    for _ in 0..<10 where upwards.newer != newest {
                        upwards = try read(ana.id, PageRequest(after: upwards.newer ?? 0, fromOldest: true), db)
                    }
                    #expect(upwards.newer == newest)
                }
            }
        }
    }

    @Test("who follows nobody on a large node is answered by three statements", arguments: TestEngine.available)
    func followsNobody(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let (ana, eve) = (try await scene.account("ana"), try await scene.account("eve"))
            let own = try await scene.post(by: ana)
            _ = try await Self.fill(3_000, by: eve, behind: own, scene)
            let begun = statements.value
            let pages = try await scene.db.read { db in
                [
                    try Timelines.home(ana.id, PageRequest(), in: db),
                    try Timelines.home(ana.id, PageRequest(), onlyPosts: true, in: db),
                ]
            }
            #expect(pages.map(\.posts) == [[own.id], [own.id]] && pages.map(\.older) == [nil, nil])
            #expect(statements.value - begun <= 6)
        }
    }

    @Test(
        "who follows many reads the latest items of the node, or those behind the heads of a thousand sources, alike",
        arguments: TestEngine.available)
    func manySources(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, far) = (try await scene.account("ana"), try await scene.account("far"))
            var people: [Account] = []
            for number in 0..<140 { people.append(try await scene.account("p\(number)")) }
            for person in people { try await scene.follow(person, by: ana) }
            var expected: [ID<Post>] = []
            for (number, person) in people.enumerated() {
                for _ in 0..<(number % 3) { expected.insert(try await scene.post(by: person).id, at: 0) }
            }
            let last = try await scene.post(by: people[0])
            // Now many newer items of others exist, so the check of the server's latest items finds none of the
            // timeline.
            _ = try await Self.fill(1_000, by: far, behind: last, scene)
            expected.insert(last.id, at: 0)
            let all = expected
            try await scene.db.read { db in
                for limit in [1, 20, 80] {
                    var (found, before): ([ID<Post>], Int64?) = ([], nil)
                    repeat {
                        let page = try Timelines.home(ana.id, PageRequest(before: before, limit: limit), in: db)
                        found += page.posts
                        before = page.older
                    } while before != nil
                    #expect(found == all, "\(limit)")
                    var (up, after): ([ID<Post>], Int64) = ([], 0)
                    while true {
                        let request = PageRequest(after: after, fromOldest: true, limit: limit)
                        let page = try Timelines.home(ana.id, request, in: db)
                        guard let newer = page.newer else { break }
                        up = page.posts + up
                        after = newer
                    }
                    #expect(up == all, "\(limit)")
                }
            }
        }
    }

    @Test(
        "a group's timeline is paged by the numbers that it shows, whatever the order in which it relayed",
        arguments: TestEngine.available)
    func groupCursors(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, bob) = (try await scene.account("ana"), try await scene.account("bob", host: "far.example"))
            let (cafe, lyon) = (
                try await scene.account("cafe", kind: .group),
                try await scene.account("lyon", host: "lyon.example", kind: .group)
            )
            try await scene.follow(lyon, by: cafe)
            var posts: [Post] = []
            for _ in 0..<9 { posts.append(try await scene.post(by: bob)) }
            let event = try await scene.event(by: cafe)
            // The oldest post is boosted last, and every other post by both groups.
            for (number, post) in posts.reversed().enumerated() {
                try await scene.boost(post, by: lyon)
                if number % 2 == 0 { try await scene.boost(post, by: cafe) }
            }
            let expected = [event.id.rawValue] + posts.reversed().map(\.id.rawValue)
            try await scene.db.read { db in
                for limit in 1...10 {
                    var (found, before, pages): ([Int64], Int64?, Int) = ([], nil, 0)
                    repeat {
                        let page = try Timelines.group(
                            cafe.id, PageRequest(before: before, limit: limit), viewer: ana.id, mode: .open, in: db)
                        found += page.items.map(\.id.rawValue)
                        #expect(page.items.allSatisfy { !$0.isBoost })
                        before = page.older
                        pages += 1
                    } while before != nil
                    #expect(found == expected && pages == (10 + limit - 1) / limit, "\(limit)")
                }
            }
        }
    }

    private static func home(_ viewer: ID<Account>, _ page: PageRequest, _ db: Snapshot) throws -> TimelinePage {
        try Timelines.home(viewer, page, in: db)
    }

    private static func everyone(_ viewer: ID<Account>, _ page: PageRequest, _ db: Snapshot) throws -> TimelinePage {
        try Timelines.everyone(PublicFilter(), page, viewer: viewer, mode: .open, in: db)
    }

    /// Stores many posts, all newer than `post`, with one statement.
    ///
    /// - Returns: the id of the newest.
    static func fill(_ count: Int64, by author: Account, behind post: Post, _ scene: Scene) async throws -> Int64 {
        let first = post.id.rawValue
        let numbers: SQL = """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            """
        let (no, yes) = (false, true)
        try await scene.db.write { tx in
            try tx.run(
                """
                INSERT INTO post (id, iri, author_id, thread_id, kind, title, content_html, warning, visibility,
                    published_at, is_local)
                \(numbers) SELECT \(first) + i, 'https://here.example/many/' || i, \(author.id), \(first) + i, 'note', '', '',
                    '', 'public', 0, \(yes) FROM n
                """)
            try tx.run(
                """
                INSERT INTO entry (id, account_id, post_id, is_boost, is_reply, is_listed, is_local)
                \(numbers) SELECT \(first) + i, \(author.id), \(first) + i, \(no), \(no), \(yes), \(yes) FROM n
                """)
            try tx.run(
                """
                INSERT INTO newest_entry (account_id, entry_id) VALUES (\(author.id), \(first + count))
                ON CONFLICT (account_id) DO UPDATE SET entry_id = excluded.entry_id
                """)
        }
        return first + count
    }
}
