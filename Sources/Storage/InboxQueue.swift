// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// An activity as it came through the gate, before anything was done with it.
public struct ReceivedActivity: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<ReceivedActivity>
    /// Its id on the wire: what makes it once-only.
    public var activity: IRI
    /// `Follow`, `Create` and so on, for the log and for counting.
    public var type: String
    /// Who signed it; a worker never derives this from the body.
    public var signer: ID<Account>
    /// With which key.
    public var keyID: String
    /// The exact text that came.
    public var body: String
    /// When it came.
    public var receivedAt: Timestamp
    /// How often it was tried; 0 before the first time.
    public var attempts: Int

    /// Creates the value.
    public init(
        id: ID<ReceivedActivity>, activity: IRI, type: String, signer: ID<Account>, keyID: String, body: String,
        receivedAt: Timestamp
    ) {
        self.id = id
        self.activity = activity
        self.type = type
        self.signer = signer
        self.keyID = keyID
        self.body = body
        self.receivedAt = receivedAt
        self.attempts = 0
    }
}

/// Received activities: accepted once, leased, finished.
public enum InboxQueue {
    /// Stores what came. The same activity id a second time changes nothing.
    ///
    /// - Returns: whether it is new.
    public static func accept(_ activity: ReceivedActivity, in tx: Transaction) throws(DatabaseError) -> Bool {
        let inserted = try tx.changed(
            """
            INSERT INTO received (id, activity_iri, activity_type, signer_id, key_id, body, received_at, run_at,
                lease_until, attempts, state, outcome)
            VALUES (\(activity.id), \(activity.activity), \(activity.type), \(activity.signer), \(activity.keyID),
                \(activity.body), \(activity.receivedAt), \(activity.receivedAt), NULL, 0, 'waiting', '')
            ON CONFLICT (activity_iri) DO NOTHING
            """)
        return inserted == 1
    }

    /// Whether the activity was accepted before.
    public static func knows(_ activity: IRI, in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row("SELECT id FROM received WHERE activity_iri = \(activity)") != nil
    }

    /// Takes the oldest activities that wait, for as long as the lease lasts.
    public static func lease(
        limit: Int, until lease: Timestamp, now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [ReceivedActivity] {
        let rows = try tx.rows(
            """
            UPDATE received SET lease_until = \(lease), attempts = attempts + 1
            WHERE id IN (SELECT r.id FROM received r
                         WHERE r.state = 'waiting' AND r.run_at <= \(now)
                           AND (r.lease_until IS NULL OR r.lease_until < \(now))
                         ORDER BY r.run_at, r.id LIMIT \(limit) \(.skipLocked(of: "r")))
            RETURNING id, activity_iri, activity_type, signer_id, key_id, body, received_at, attempts
            """)
        var leased: [ReceivedActivity] = []
        for row in rows {
            var activity = ReceivedActivity(
                id: try row.id("id"), activity: try row.iri("activity_iri"), type: try row.text("activity_type"),
                signer: try row.id("signer_id"), keyID: try row.text("key_id"), body: try row.text("body"),
                receivedAt: try row.time("received_at"))
            activity.attempts = Int(try row.int("attempts"))
            leased.append(activity)
        }
        return leased.sorted { $0.id < $1.id }
    }

    /// Records what became of it. Runs in the transaction that applied it, so it is applied once.
    ///
    /// - Returns: false when somebody else finished it first; the caller then gives up its transaction.
    public static func finish(
        _ id: ID<ReceivedActivity>, outcome: String, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE received SET state = 'done', outcome = \(outcome), lease_until = NULL
            WHERE id = \(id) AND state = 'waiting'
            """) == 1
    }

    /// Puts it back for later.
    public static func postpone(
        _ id: ID<ReceivedActivity>, until time: Timestamp, reason: String, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE received SET run_at = \(time), lease_until = NULL, outcome = \(reason)
            WHERE id = \(id) AND state = 'waiting'
            """)
    }

    /// Sets it aside for a person to look at: nothing is thrown away.
    public static func park(
        _ id: ID<ReceivedActivity>, reason: String, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE received SET state = 'parked', outcome = \(reason), lease_until = NULL
            WHERE id = \(id) AND state = 'waiting'
            """)
    }

    /// How many wait, and since when the oldest does.
    public static func backlog(in db: some Queryable) throws(DatabaseError) -> (count: Int, oldest: Timestamp?) {
        let row = try db.row("SELECT count(*) AS n, min(received_at) AS oldest FROM received WHERE state = 'waiting'")
        return (Int(try row?.int("n") ?? 0), try row?.timeOrNil("oldest"))
    }

    /// What became of an activity; nil when it never came.
    public static func outcome(of activity: IRI, in db: some Queryable) throws(DatabaseError) -> String? {
        guard let row = try db.row("SELECT state, outcome FROM received WHERE activity_iri = \(activity)") else {
            return nil
        }
        let state = try row.text("state")
        return state == "waiting" ? state : try row.text("outcome")
    }

    /// Forgets finished activities. Their ids stay known for as long as this keeps them: at least 90 days.
    public static func prune(before time: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        // The first condition says nothing new; it lets SQLite see that `received_done` holds every row that is meant.
        try tx.changed("DELETE FROM received WHERE state <> 'waiting' AND state = 'done' AND received_at < \(time)")
    }
}

/// Stores what the gate let in: whatever waits at one moment shares one commit, so that a burst costs a few flushes of
/// the disk and not one each. A caller returns only after its own row is durable.
public actor InboxIntake {
    private struct Waiting {
        let activity: ReceivedActivity
        let signature: [UInt8]
        let continuation: CheckedContinuation<Bool, any Error>
    }

    /// Rows of one commit, at the most.
    private static let batch = 128
    /// Waiting requests beyond which a new one is turned away: the peer tries again later.
    private static let ceiling = 4_096
    /// How long a signature could be played again: the window of dates that the verifier accepts, and a little.
    private static let memory = Duration.minutes(130)

    private let database: Database
    private var waiting: [Waiting] = []
    private var isWriting = false

    /// - Parameter database: where it is kept.
    public init(database: Database) {
        self.database = database
    }

    /// Stores an activity, unless it or its signature came before.
    ///
    /// - Returns: whether it is new.
    /// - Throws: `InboxFull` when too many wait; whatever the database says.
    public func store(_ activity: ReceivedActivity, signature: [UInt8]) async throws -> Bool {
        guard waiting.count < Self.ceiling else { throw InboxFull() }
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(activity: activity, signature: signature, continuation: continuation))
            guard !isWriting else { return }
            isWriting = true
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.batch))
            waiting.removeFirst(batch.count)
            await write(batch)
        }
        isWriting = false
    }

    private func write(_ batch: [Waiting]) async {
        let items = batch.map { ($0.activity, $0.signature) }
        do {
            let fresh = try await database.write { tx in
                var fresh: [Bool] = []
                for (activity, signature) in items { fresh.append(try Self.insert(activity, signature, in: tx)) }
                if fresh.contains(true) { tx.announce(.inboxWaits) }
                return fresh
            }
            for (waiting, isNew) in zip(batch, fresh) { waiting.continuation.resume(returning: isNew) }
        } catch  where batch.count > 1 {
            // One row that the database refuses must not turn the others away.
            for waiting in batch { await write([waiting]) }
        } catch {
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }

    private static func insert(
        _ activity: ReceivedActivity, _ signature: [UInt8], in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let expiry = activity.receivedAt + memory
        guard try SignatureMemory.remember(signature, until: expiry, in: tx) else { return false }
        return try InboxQueue.accept(activity, in: tx)
    }
}

/// More requests wait to be stored than can wait.
public struct InboxFull: Error {}

/// Signatures that were used once, so that a recorded request cannot be played again.
public enum SignatureMemory {
    /// Remembers a signature until it would be too old anyway.
    ///
    /// - Returns: false when it was seen before.
    public static func remember(
        _ digest: [UInt8], until expiry: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO seen_signature (digest, expires_at) VALUES (\(digest), \(expiry))
            ON CONFLICT (digest) DO NOTHING
            """) == 1
    }

    /// Forgets those that are too old to pass.
    public static func prune(before time: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM seen_signature WHERE expires_at < \(time)")
    }
}
