// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Plans")
struct PlanTests {
    /// The number of rows in each of the growing tables.
    private static let size: Int64 = 20_000

    @Test("the statements that run all the time read no growing table from end to end", arguments: TestEngine.available)
    func plans(engine: TestEngine) async throws {
        let recorder = StatementRecorder()
        try await Scene.with(engine, readers: 1, onStatement: { recorder.record($0) }) { scene in
            try await scene.db.write { tx in try Self.seed(tx) }
            // SQLite may never have run ANALYZE; PostgreSQL does it automatically.
            if engine == .sqlite { try await check(scene.db, recorder) }
            try await scene.db.write { tx in try tx.run("ANALYZE") }
            try await check(scene.db, recorder)
        }
    }

    /// A frequent operation: its name, the values of its statements as literals, and the function that runs it.
    private typealias Hot = (name: String, arguments: [String], run: @Sendable (Transaction) throws -> Void)

    /// Timelines and discussions, of which all statements are checked.
    private static let readings: [Hot] = {
        let (me, page) = (ID<Account>(7), PageRequest())
        return [
            ("home", [], { tx in _ = try Timelines.home(me, page, in: tx) }),
            (
                "list", ["7", "TRUE"],
                { tx in _ = try Timelines.list(ID(1), replies: .followed, viewer: me, page, in: tx) }
            ),
            ("everyone", [], { _ = try Timelines.everyone(PublicFilter(), page, viewer: me, mode: .open, in: $0) }),
            ("discussions", [], { _ = try Timelines.discussions(page, viewer: me, mode: .open, in: $0) }),
            ("account", [], { _ = try Timelines.account(ID(9), AccountFilter(), page, viewer: me, in: $0) }),
            ("mentions", [], { _ = try Timelines.mentions(me, page, in: $0) }),
            ("bookmarks", [], { _ = try Timelines.bookmarks(of: me, page, in: $0) }),
            ("quotes", [], { _ = try Timelines.quotes(of: ID(9), page, viewer: me, in: $0) }),
            ("thread", [], { _ = try Threads.load(ID(7), viewer: me, in: $0) }),
            ("answers", [], { _ = try Threads.answers(to: .event(ID(7)), viewer: me, in: $0) }),
            ("posts of a page", [], { _ = try PostViews.load([ID(7), ID(8)], viewer: me, with: .page, in: $0) }),
        ]
    }()

    private static func hot() throws -> [Hot] {
        let address = try iri("https://far.example/x/77")
        let now = Scene.start + .days(1)
        return [
            (
                "lease of received", ["30000", "30000", "30000", "30000"],
                { tx in
                    _ = try InboxQueue.lease(signers: 20, Lease(now: now, until: now), in: tx)
                }
            ),
            (
                "lease of delivery", ["30000", "30000", "30000", "100", "40000"],
                { tx in
                    _ = try OutboxQueue.lease(LeaseRequest(limit: 100, Lease(now: now, until: now)), in: tx)
                }
            ),
            ("prune of received", ["1"], { tx in _ = try InboxQueue.queue.prune(before: Timestamp(1), in: tx) }),
            ("gone inbox", ["'x'"], { tx in try GoneInboxes.forget(address, in: tx) }),
            (
                "request that is answered", ["'x'", "'x'", "'x'", "'x'"],
                { tx in _ = try AnsweredRequests.find(address, in: tx) }
            ),
            ("inboxes of followers", ["7"], { tx in _ = try OutboxQueue.followerInboxes(of: ID(7), in: tx) }),
            ("received by id", ["'x'"], { tx in _ = try InboxQueue.knows(address, in: tx) }),
            ("post by page", ["'x'"], { tx in _ = try Posts.byURL(address, in: tx) }),
            ("event by page", ["'x'"], { tx in _ = try Events.byURL(address, in: tx) }),
            ("post by id", ["'x'"], { tx in _ = try Posts.byIRI(address, in: tx) }),
            ("account by id", ["'x'"], { tx in _ = try Accounts.byIRI(address, in: tx) }),
            (
                "public activities", ["7", "9", "20"],
                { tx in
                    _ = try SentActivities.outbox(of: ID(7), PageRequest(), in: tx)
                }
            ),
            ("followers", ["7", "9", "20"], { tx in _ = try Follows.followers(of: ID(7), PageRequest(), in: tx) }),
        ]
    }

    private func check(_ db: Database, _ recorder: StatementRecorder) async throws {
        struct Enough: Error {}
        for (name, arguments, statement) in try Self.hot() + Self.readings {
            recorder.forget()
            await #expect(throws: Enough.self) {
                try await db.write { tx in
                    try statement(tx)
                    throw Enough()
                }
            }
            let isReading = Self.readings.contains { $0.name == name }
            for text in isReading ? recorder.statements : Array(recorder.statements.prefix(3))
            where !text.contains("pg_advisory") {
                let plan = try await explain(isReading ? Self.withPlausibleValues(text) : text, arguments, in: db)
                #expect(!plan.isEmpty)
                // Tables that the statement itself makes are small. SQLite names them before it scans them.
                let made = plan.filter { $0.hasPrefix("MATERIALIZE ") || $0.hasPrefix("CO-ROUTINE ") }
                    .map { $0.split(separator: " ")[1] }
                let scans = plan.filter(Self.isFullScan).filter { !made.contains($0.split(separator: " ")[1]) }
                #expect(scans == [], "\(name) (\(db.engine)):\n\(plan.joined(separator: "\n"))")
            }
        }
    }

    /// The query plan, one line for each step.
    private func explain(_ text: String, _ arguments: [String], in db: Database) async throws -> [String] {
        let (verb, column) = db.engine == .sqlite ? ("EXPLAIN QUERY PLAN", "detail") : ("EXPLAIN", "QUERY PLAN")
        return try await db.write { tx in
            try tx.rows(SQL(stringLiteral: "\(verb) \(Self.withValues(text, arguments))")).map { try $0.text(column) }
        }
    }

    /// The text of a timeline's statement, with literals for the parameters whose type or size matters to the planner.
    private static func withPlausibleValues(_ text: String) -> String {
        text.replacing(/BETWEEN \$\d+/, with: "BETWEEN 1").replacing(/(BETWEEN 1|FROM l\)) AND \$\d+/) {
            "\($0.1) AND 19000"
        }
        .replacing(/\$\d+ AS with_boosts/, with: "TRUE AS with_boosts")
        .replacing(/shows_boosts, \$\d+/, with: "shows_boosts, TRUE")
        .replacing(/entry_id <= \$\d+/, with: "entry_id <= 19000")
        .replacing(/\$\d+ = '/, with: "'followed' = '")
        .replacing(/'unset'\)\s+IN \([^)]*\)/, with: "'unset') IN ('allowed')")
    }

    /// The text with literals for its parameters. Parameters that are not given become small numbers.
    private static func withValues(_ text: String, _ arguments: [String]) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let number = rest[rest.index(after: dollar)...].prefix { $0.isNumber }
            let index = (Int(number) ?? 1) - 1
            result += arguments.indices.contains(index) ? arguments[index] : index == 0 ? "19000" : "7"
            rest = rest[number.endIndex...]
        }
        return result + rest
    }

    /// SQLite prints `SCAN p` for a full table scan and `SCAN p USING INDEX` for a full index scan. A scan of a partial
    /// index is allowed, because it contains only the wanted rows.
    private static func isFullScan(_ line: String) -> Bool {
        if line.hasPrefix("SCAN ") {
            let words = line.split(separator: " ")
            let names: Set<Substring> = ["delivery", "received", "follow", "post", "activity", "account", "entry"]
            let aliases: Set<Substring> = ["d", "e", "r", "f", "p", "a", "x", "b", "g", "y", "t", "v", "q", "h"]
            return words.count > 1 && (names.contains(words[1]) || aliases.contains(words[1]))
                && !line.contains("USING")
        }
        return ["delivery", "received", "follow", "post", "activity", "account", "entry"].contains {
            line.contains("Seq Scan on \($0) ")
        }
    }

    /// Adds twenty thousand rows to each table, distributed as on a real server: most received activities are done,
    /// most deliveries are due later.
    private static func seed(_ tx: Transaction) throws {
        let numbers: SQL = """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(size))
            """
        let (no, yes) = (false, true)
        let statements: [SQL] = [
            """
            INSERT INTO account (id, kind, username, username_folded, host, iri, display_name, summary_html, inbox,
                shared_inbox, approves_followers, discoverable, created_at, updated_at)
            \(numbers) SELECT i, 'person', 'u' || i, 'u' || i, 'h' || (i % 500) || '.example',
                'https://far.example/users/' || i, '', '', 'https://far.example/users/' || i || '/inbox',
                'https://h' || (i % 500) || '.example/inbox', \(no), \(no), 0, 0 FROM n
            """,
            """
            INSERT INTO follow (follower_id, target_id, activity_iri, state, created_at)
            \(numbers) SELECT i, 1 + (i * 7) % 997, 'https://far.example/f/' || i, 'accepted', 0 FROM n
            WHERE i <> 1 + (i * 7) % 997
            """,
            """
            INSERT INTO post (id, iri, author_id, thread_id, kind, title, content_html, warning, visibility,
                published_at, is_local)
            \(numbers) SELECT i, 'https://far.example/p/' || i, i, i, 'note', '', '', '', 'public', 0, \(no) FROM n
            """,
            """
            INSERT INTO entry (id, account_id, post_id, is_boost, is_reply, is_listed, is_local)
            \(numbers) SELECT i, i, i, \(no), \(no), \(yes), \(no) FROM n
            """,
            "INSERT INTO newest_entry (account_id, entry_id) \(numbers) SELECT i, i FROM n",
            """
            INSERT INTO received (id, activity_iri, activity_type, signer_id, key_id, body, received_at, run_at,
                attempts, state, outcome)
            \(numbers) SELECT i, 'https://far.example/a/' || i, 'Like', i, 'k', '{}', i, i, 1,
                CASE WHEN i % 200 = 0 THEN 'waiting' ELSE 'done' END, '' FROM n
            """,
            """
            INSERT INTO activity (id, iri, actor_id, type, body, is_public, created_at)
            \(numbers) SELECT i, 'https://here.example/a/' || i, i % 200 + 1, 'Create', '{}', \(yes), 0 FROM n
            """,
            """
            INSERT INTO delivery (id, activity_id, actor_id, inbox, host, order_key, run_at, attempts, created_at)
            \(numbers) SELECT i, i, 1, 'https://h' || (i % 500) || '.example/inbox', 'h' || (i % 500) || '.example',
                'https://here.example/p/' || i, i, 0, 0 FROM n
            """,
        ]
        for statement in statements { try tx.run(statement) }
    }
}
