// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A received activity before it is processed (table `received`).
public struct ReceivedActivity: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<ReceivedActivity>
    /// The id of the activity. It is unique in the table.
    public var activity: IRI
    /// The type, such as `Follow` or `Create`, for logs and metrics.
    public var type: String
    /// The account that signed the request. A worker never derives it from the body.
    public var signer: ID<Account>
    /// The id of the key that signed the request.
    public var keyID: String
    /// The exact text that was received. It is dropped when the activity is done.
    public var body: String
    /// When it was received.
    public var receivedAt: Timestamp
    /// The number of attempts; 0 before the first.
    public var attempts: Int
    /// The digest of the body, by which a repetition is recognized after the body was dropped.
    public var digest: [UInt8] = []
    /// Whether the same activity may come again with the same id and have an effect again, because the state that it
    /// made may have been undone.
    public var mayRepeat = false
    /// The host whose activities are held; nil for an activity that is processed at once.
    public var heldFor: String?

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

/// The queue of received activities (table `received`).
public enum InboxQueue {
    /// Stores a received activity.
    ///
    /// The same activity id with the same body changes nothing. There are two exceptions, in which the row waits again
    /// as if the activity were new. Its place in the order of the signer's activities is then that of the repetition:
    ///
    /// - The body is another one.
    /// - The activity may repeat, and the earlier one is done, or the signer said something else in between.
    ///
    /// A repetition of an activity that still waits counts only when it has the same signer and the same type, and only
    /// for the types whose newest body is the one that counts: those that may repeat, and `Update`. Of all others, such
    /// as `Create`, the body that came first stays.
    ///
    /// - Returns: whether it waits now because of this call.
    public static func accept(_ activity: ReceivedActivity, in tx: Transaction) throws(DatabaseError) -> Bool {
        try accept([activity], in: tx) == [true]
    }

    /// Stores several received activities one after the other, each as ``accept(_:in:)`` does. PostgreSQL answers in one
    /// round trip for each 256 KiB.
    ///
    /// - Returns: for each of them, whether it waits now because of this call.
    public static func accept(
        _ activities: [ReceivedActivity], in tx: Transaction
    ) throws(DatabaseError) -> [Bool] {
        var isNew: [Bool] = []
        var rest = activities[...]
        while !rest.isEmpty {
            var bytes = 0
            // What is sent at once is held in memory a second time, so large bodies are sent one by one.
            let part = rest.prefix { activity in
                defer { bytes += activity.body.utf8.count }
                return bytes < 262_144
            }
            rest = rest.dropFirst(part.count)
            isNew += try tx.rows(ofEach: part.map(insertion)).map { !$0.isEmpty }
        }
        return isNew
    }

    private static func insertion(of activity: ReceivedActivity) -> SQL {
        let hasLater: SQL = """
            EXISTS (SELECT 1 FROM received l WHERE l.signer_id = \(activity.signer) AND l.state = 'waiting'
                    AND l.id > received.id)
            """
        let replacesWaiting = activity.mayRepeat || activity.type == "Update"
        return """
            INSERT INTO received (id, activity_iri, activity_type, signer_id, key_id, body, digest, received_at, run_at,
                lease_until, lease_holder, attempts, state, outcome)
            VALUES (\(activity.id), \(activity.activity), \(activity.type), \(activity.signer), \(activity.keyID),
                \(activity.body), \(activity.digest), \(activity.receivedAt), \(activity.receivedAt), NULL, NULL, 0,
                \(activity.heldFor == nil ? "waiting" : "parked"), \(activity.heldFor.map(HeldActivities.outcome) ?? ""))
            ON CONFLICT (activity_iri) DO UPDATE SET id = excluded.id, activity_type = excluded.activity_type,
                signer_id = excluded.signer_id, key_id = excluded.key_id, body = excluded.body,
                digest = excluded.digest, received_at = excluded.received_at, run_at = excluded.run_at,
                lease_until = NULL, lease_holder = NULL, attempts = 0, state = excluded.state,
                outcome = CASE WHEN excluded.state = 'waiting' THEN 'again' ELSE excluded.outcome END
            WHERE (received.state <> 'waiting'
                   AND (received.digest IS DISTINCT FROM excluded.digest OR \(activity.mayRepeat)))
                OR (received.state = 'waiting' AND received.signer_id = excluded.signer_id
                    AND received.activity_type = excluded.activity_type AND \(replacesWaiting)
                    AND (received.digest IS DISTINCT FROM excluded.digest OR (\(activity.mayRepeat) AND \(hasLater))))
            RETURNING id
            """
    }

    /// Whether the activity was accepted before.
    public static func knows(_ activity: IRI, in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row("SELECT id FROM received WHERE activity_iri = \(activity)") != nil
    }

    /// The queue: the activities of one signer are leased in runs of sixteen, in the order of their arrival. The
    /// signers of one host get only a part of the places.
    ///
    /// An activity that fails is tried eight times within about a day. After that it is parked, and an administrator
    /// must look at it.
    public static let queue = LeasedQueue(
        "inbox", table: "received", waiting: "state = 'waiting'",
        order: .inRuns(
            .init(
                column: "signer_id", length: 16, lock: 7_401_001,
                groups: .init(table: "account", column: "host"))),
        completed: .set("state = 'done', body = ''"), parked: .set("state = 'parked'"),
        // The first condition is redundant, but with it SQLite's planner can use the index `received_done`.
        history: .init(condition: "state <> 'waiting' AND state = 'done'", since: "received_at"),
        crashed: "outcome = 'crashed'",
        retry: RetryPolicy(steps: .growing(from: .seconds(10), by: 4, upTo: .hours(6)), attempts: 8))

    /// Leases the oldest waiting activities: at most sixteen of one signer, and none of a signer who has leased
    /// activities in any process. The signers of one host get at most a quarter of the places that are still free.
    ///
    /// - Parameter limit: the maximum number of signers: the free places.
    /// - Returns: the activities in the order of their arrival.
    public static func lease(
        signers limit: Int, _ lease: Lease, in tx: Transaction
    ) throws(DatabaseError) -> [ReceivedActivity] {
        let columns: SQL = "id, activity_iri, activity_type, signer_id, key_id, body, received_at, attempts"
        var leased: [ReceivedActivity] = []
        for row in try queue.lease(limit, lease, returning: columns, in: tx) {
            var activity = ReceivedActivity(
                id: try row.id("id"), activity: try row.iri("activity_iri"), type: try row.text("activity_type"),
                signer: try row.id("signer_id"), keyID: try row.text("key_id"), body: try row.text("body"),
                receivedAt: try row.time("received_at"))
            activity.attempts = Int(try row.int("attempts"))
            leased.append(activity)
        }
        return leased.sorted { $0.id < $1.id }
    }

    /// Records the outcome of an activity. It runs in the transaction that applied the activity, so that it is applied
    /// once.
    ///
    /// - Returns: false when another worker finished it first; the caller then rolls back.
    public static func finish(
        _ id: ID<ReceivedActivity>, outcome: String, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try finish([id], outcome: outcome, in: tx)
    }

    /// Records the outcome that several activities have in common, with one statement.
    ///
    /// - Returns: false when another worker finished one of them first; the caller then rolls back.
    public static func finish(
        _ ids: [ID<ReceivedActivity>], outcome: String, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try queue.complete(ids.map { QueueKey($0) }, setting: "outcome = \(outcome)", in: tx) == ids.count
    }

    /// Schedules the next attempt.
    public static func postpone(
        _ id: ID<ReceivedActivity>, until time: Timestamp, reason: String, by holder: LeaseHolder = .thisProcess,
        in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: time, setting: "outcome = \(reason)", by: holder, in: tx)
    }

    /// Parks an activity for an administrator to look at. It is not deleted.
    public static func park(
        _ id: ID<ReceivedActivity>, reason: String, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.park(QueueKey(id), setting: "outcome = \(reason)", by: holder, in: tx)
    }

    /// Whether an activity was processed, or came again while it waits to be processed. So an `Undo` of it that finds
    /// nothing did not overtake it.
    public static func hasCome(_ activity: IRI, in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row(
            """
            SELECT id FROM received
            WHERE activity_iri = \(activity) AND (state = 'done' OR (state = 'waiting' AND outcome = 'again'))
            """) != nil
    }

    /// Whether an older activity of a signer and a type still waits, because it was postponed.
    public static func hasOlder(
        _ type: String, than received: ID<ReceivedActivity>, of signer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row(
            """
            SELECT id FROM received
            WHERE signer_id = \(signer) AND state = 'waiting' AND activity_type = \(type) AND id < \(received) LIMIT 1
            """) != nil
    }

    /// Drops the bodies of an account's parked activities, because the account deleted something.
    public static func forgetParked(of signer: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE received SET body = '' WHERE signer_id = \(signer) AND state = 'parked'")
    }

    /// The outcome of an activity, `waiting` while it is not processed; nil when it was never received.
    public static func outcome(of activity: IRI, in db: some Queryable) throws(DatabaseError) -> String? {
        guard let row = try db.row("SELECT state, outcome FROM received WHERE activity_iri = \(activity)") else {
            return nil
        }
        let state = try row.text("state")
        return state == "waiting" ? state : try row.text("outcome")
    }
}

/// The table `seen_signature`: signatures that were used, so that a recorded request cannot be replayed.
public enum SignatureMemory {
    /// Stores a signature until its expiry, after which it would be rejected as too old anyway.
    ///
    /// - Returns: false when it was seen before.
    public static func remember(
        _ digest: [UInt8], until expiry: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try remember([(digest, expiry)], in: tx) == [true]
    }

    /// Stores several signatures, each until its expiry, with one statement for each hundred. A signature that is listed
    /// twice was seen before the second time.
    ///
    /// - Returns: for each of them, false when it was seen before.
    public static func remember(
        _ signatures: [(digest: [UInt8], expiry: Timestamp)], in tx: Transaction
    ) throws(DatabaseError) -> [Bool] {
        var fresh: Set<[UInt8]> = []
        // Two transactions with the same signatures lock them in the same order.
        var rest = signatures.sorted { $0.digest.lexicographicallyPrecedes($1.digest) }[...]
        while !rest.isEmpty {
            let rows = rest.prefix(100).map { one -> SQL in "(\(one.digest), \(one.expiry))" }
            rest = rest.dropFirst(100)
            let stored = try tx.rows(
                """
                INSERT INTO seen_signature (digest, expires_at)
                VALUES \(SQL.joined(rows.paddedToPowerOfTwo, separator: ", "))
                ON CONFLICT (digest) DO NOTHING RETURNING digest
                """)
            for row in stored { fresh.insert(try row.bytes("digest")) }
        }
        return signatures.map { fresh.remove($0.digest) != nil }
    }
}
