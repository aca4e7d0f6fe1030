// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import Logging
import MediaStore
import Model
import Services
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

/// One node for one test, with its own groups and clock. All remote servers are a dictionary.
struct Cafe: Sendable {
    let database: Database
    let services: Services
    let world = World()
    let clock = TestClock()
    let ids = IDMaker()

    /// Opens a node, runs a test in it and closes it.
    static func open(
        _ engine: TestEngine = .sqlite, registration: Registration = .open, secrets: Secrets = .quick,
        store: MediaStore? = nil, mode: FederationMode = .open, _ body: (Cafe) async throws -> Void
    ) async throws {
        let database = try await engine.makeDatabase(migrations: Schema.migrations)
        do {
            let cafe = try Cafe(database, registration: registration, secrets: secrets, store: store, mode: mode)
            try await cafe.services.prepareNode()
            try await body(cafe)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private init(
        _ database: Database, registration: Registration, secrets: Secrets, store: MediaStore?, mode: FederationMode
    ) throws {
        self.database = database
        let community = Community(
            origin: try iri("https://cafe.example"), name: "Le Comptoir", tagline: "Un café.", language: "fr",
            registration: registration, mode: mode)
        let federation = Federation(
            database: database, community: community, loader: world, ids: ids, clock: clock, counters: Counters(),
            logger: .silent)
        services = Services(
            database: database, federation: federation, secrets: secrets, clock: clock, ids: ids,
            store: store)
    }

    // MARK: - People and groups

    /// Creates a member, who belongs to the main group like all members.
    @discardableResult
    func member(_ name: String, _ role: Role = .member, password: String = "") async throws -> ID<Account> {
        var signUp = SignUp(name: name, email: "\(name)@mail.example")
        signUp.password = password
        return try await services.createAccount(signUp, role: role, as: .operator).id
    }

    /// Stores a remote person.
    func stranger(_ name: String, at host: String = "far.example") async throws -> Account {
        var account = Account(
            id: ids.make(at: clock.now), kind: .person, username: name, host: host,
            iri: try iri("https://\(host)/users/\(name)"), displayName: name, createdAt: clock.now)
        account.inbox = try iri("\(account.iri)/inbox")
        account.sharedInbox = try iri("https://\(host)/inbox")
        account.followers = try iri("\(account.iri)/followers")
        account.fetchedAt = clock.now
        let stored = account
        try await database.write { tx in try Accounts.insert(stored, in: tx) }
        return stored
    }

    /// Returns a local account by name.
    func local(_ name: String) async throws -> Account {
        try #require(
            try await database.read { db in try Accounts.byHandle(Handle(name: name, host: ""), in: db) })
    }

    /// Stores a follow, accepted by default, without an activity.
    func follow(_ target: ID<Account>, by follower: ID<Account>, state: Follow.State = .accepted) async throws {
        let activity = try iri("https://far.example/follows/\(follower)-\(target)")
        let now = clock.now
        try await database.write { tx in
            _ = try Follows.request(by: follower, of: target, activity: activity, at: now, in: tx)
            if state != .requested { _ = try Follows.setState(state, by: follower, of: target, in: tx) }
        }
    }

    /// Stores a block.
    func block(_ target: ID<Account>, by account: ID<Account>) async throws {
        let (activity, now) = (try iri("https://far.example/blocks/1"), clock.now)
        try await database.write { tx in
            _ = try Blocks.add(by: account, target: target, activity: activity, at: now, in: tx)
        }
    }

    // MARK: - Contents of the database

    func post(_ id: ID<Post>) async throws -> Post? {
        try await database.read { db in try Posts.byID(id, in: db) }
    }

    func event(_ id: ID<Event>) async throws -> Event {
        try #require(try await database.read { db in try Events.byID(id, in: db) })
    }

    /// Deletes all activities and deliveries.
    func forgetSayings() async throws {
        try await forgetDeliveries()
        try await database.write { tx in try tx.run("DELETE FROM activity") }
    }

    /// Deletes all deliveries, as if they were done.
    func forgetDeliveries() async throws {
        try await database.write { tx in try tx.run("DELETE FROM delivery") }
    }

    /// The enqueued activities, oldest first: `Create ada`.
    func sayings() async throws -> [String] {
        try await database.read { db in
            try db.rows(
                "SELECT x.type, a.username FROM activity x JOIN account a ON a.id = x.actor_id ORDER BY x.id"
            ).map { "\(try $0.text("type")) \(try $0.text("username"))" }
        }
    }

    /// The pending deliveries, sorted: `Create ada https://far.example/inbox`.
    func deliveries() async throws -> [String] {
        try await database.read { db in
            try db.rows(
                """
                SELECT x.type, a.username, d.inbox FROM delivery d JOIN activity x ON x.id = d.activity_id
                JOIN account a ON a.id = d.actor_id
                """
            ).map { "\(try $0.text("type")) \(try $0.text("username")) \(try $0.text("inbox"))" }.sorted()
        }
    }

    /// The documents of the activities of one type, oldest first, without those whose text was dropped.
    func documents(_ type: String) async throws -> [JSON] {
        try await database.read { db in
            try db.rows("SELECT body FROM activity WHERE type = \(type) AND body <> '' ORDER BY id").map {
                try JSON.parse(Array(try $0.text("body").utf8))
            }
        }
    }

    /// The queued e-mails, oldest first.
    func mails() async throws -> [(recipient: String, body: String)] {
        try await database.read { db in
            try db.rows("SELECT recipient, body FROM mail ORDER BY id").map {
                (try $0.text("recipient"), try $0.text("body"))
            }
        }
    }

    /// The number of rows in each table, and of rows in states that a command may change in place.
    func census() async throws -> [String: Int64] {
        try await database.read { db in
            let tables: SQL =
                db.engine == .sqlite
                ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
            var counts: [String: Int64] = [:]
            // The tables of the full-text index are left out, because they have rows of their own.
            for name in try db.rows(tables).map({ try $0.text("name") }) where !name.contains("_words_") {
                counts[name] = try db.row("SELECT count(*) AS n FROM \(SQL(stringLiteral: name))")?.int("n")
            }
            let states: [(String, SQL)] = [
                ("going", "guest WHERE state = 'going'"), ("accepted", "follow WHERE state = 'accepted'"),
                ("requested", "follow WHERE state = 'requested'"), ("scheduled", "event WHERE status = 'scheduled'"),
                ("changed events", "event WHERE sequence > 0"), ("edited", "post WHERE edited_at IS NOT NULL"),
                ("approved", "local_account WHERE approved_at IS NOT NULL"),
                ("active", "account WHERE suspended_at IS NULL AND deleted_at IS NULL"),
                ("open invitations", "invitation WHERE used_at IS NULL"),
                ("public", "activity WHERE is_public"),
            ]
            for (name, condition) in states {
                counts[name] = try db.row("SELECT count(*) AS n FROM \(condition)")?.int("n")
            }
            return counts
        }
    }

    /// Checks that a command throws `error` and that nothing is stored, changed or enqueued by it.
    func expect(
        _ error: ServiceError, sourceLocation: SourceLocation = #_sourceLocation,
        _ command: (Services) async throws -> Void
    ) async throws {
        let before = try await census()
        await #expect(throws: error, sourceLocation: sourceLocation) { try await command(services) }
        let after = try await census()
        #expect(after == before, sourceLocation: sourceLocation)
    }
}

extension Cafe {
    /// Expects that a command reaches a rate limit and changes nothing.
    func expectTooMany(
        sourceLocation: SourceLocation = #_sourceLocation, _ command: (Services) async throws -> Void
    ) async throws {
        let before = try await census()
        await #expect(sourceLocation: sourceLocation) {
            try await command(services)
        } throws: { error in
            guard case .tooMany? = error as? ServiceError else { return false }
            return true
        }
        let after = try await census()
        #expect(after == before, sourceLocation: sourceLocation)
    }
}

extension ServiceError {
    /// Makes the error for one field with one problem.
    static func field(_ field: String, _ code: String) -> Self { .invalid([FieldError(field, code)]) }
}
