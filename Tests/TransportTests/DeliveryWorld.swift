// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Limits
import Logging
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Transport

/// A database with one group that has a key, and a delivery worker for it.
struct DeliveryWorld: Sendable {
    let database: Database
    let clock: MovableClock
    let client: OutboundClient
    let counters = Counters()
    let ids = IDMaker()
    let group = ID<Account>(7)
    var settings = DeliverySettings()
    var admits: @Sendable (String) async -> Bool = { _ in true }
    var render: @Sendable (QueuedDelivery) async -> String? = { $0.body }

    /// Calls `body` with a new world, and closes it afterwards.
    static func with(_ engine: TestEngine, _ body: (DeliveryWorld) async throws -> Void) async throws {
        let world = try await DeliveryWorld(engine)
        do {
            try await body(world)
        } catch {
            await world.close()
            throw error
        }
        await world.close()
    }

    private init(_ engine: TestEngine) async throws {
        database = try await engine.makeDatabase(migrations: Schema.migrations)
        clock = MovableClock()
        client = try TransportWorld.client(clock: clock)
        settings.pollInterval = .milliseconds(20)
        settings.chance = { 0.5 }
        let key = try #require(TransportWorld.key)
        let iri = try #require(IRI("https://here.test/groups/g"))
        let account = Account(
            id: group, kind: .group, username: "g", host: "", iri: iri, createdAt: clock.now)
        let (group, now) = (group, clock.now)
        try await database.write { tx in
            try Accounts.insert(account, in: tx)
            let pair = KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
            try Keys.insertLocal(keyID: "\(iri)#main-key", account: group, pair: pair, at: now, in: tx)
        }
    }

    private func close() async {
        await client.shutdown()
        await database.close()
    }

    /// Queues one activity for the inboxes.
    func say(_ number: Int, about object: String? = nil, to inboxes: [String]) async throws {
        let activity = SentActivity(
            id: ids.make(at: clock.now), iri: try #require(IRI("https://here.test/activities/\(number)")), actor: group,
            type: "Create", object: object.flatMap { IRI($0) },
            body: "{\"id\":\"https://here.test/activities/\(number)\"}", isPublic: true, createdAt: clock.now)
        let targets = try inboxes.map { try #require(IRI($0)) }
        let ids = ids
        try await database.write { tx in
            try OutboxQueue.insert(activity, in: tx)
            try OutboxQueue.deliver(activity, to: targets, ids: ids, in: tx)
            tx.announce(Change.deliveriesWait)
        }
    }

    /// Runs a worker until `condition` holds, then stops it and waits until it has stopped.
    func work(until condition: @escaping @Sendable () async throws -> Bool) async throws {
        let worker = makeWorker()
        let running = Task { try await worker.run() }
        let result: Result<Void, any Error>
        do {
            try await Self.wait(condition)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        running.cancel()
        try await running.value
        try result.get()
    }

    func makeWorker() -> DeliveryWorker {
        var context = DeliveryContext(
            database: database, client: client, keys: KeyStore(database: database), ids: ids, logger: .silent)
        context.clock = clock
        context.counters = counters
        context.admits = admits
        context.render = render
        return DeliveryWorker(context, settings: settings)
    }

    /// Checks the condition repeatedly, for at most five minutes.
    static func wait(_ condition: @escaping @Sendable () async throws -> Bool) async throws {
        try await withDeadline(.after(.seconds(300))) {
            while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// How many deliveries are queued.
    func queueLength() async throws -> Int {
        try await database.read { db in Int(try db.row("SELECT count(*) AS n FROM delivery")?.int("n") ?? -1) }
    }

    /// The reasons of abandoned deliveries, in order.
    func abandoned() async throws -> [String] {
        try await database.read { db in
            try db.rows("SELECT reason FROM abandoned_delivery ORDER BY id").map { try $0.text("reason") }
        }
    }

    /// The stored state of a host.
    func peer(_ host: String) async throws -> PeerState? {
        try await database.read { db in try Peers.state(of: host, in: db) }
    }
}
