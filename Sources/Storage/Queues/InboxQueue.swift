// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// An activity as it came in, before anything was done with it.
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

    /// The queue: what one signer said is leased in runs of sixteen, in the order in which it came.
    ///
    /// A run that cannot be done is tried eight times within about a day, then a person has to look at it.
    public static let queue = LeasedQueue(
        "inbox", table: "received", waiting: "state = 'waiting'",
        order: .inRuns(.init(column: "signer_id", length: 16, lock: 7_401_001)),
        completed: .set("state = 'done'"), parked: .set("state = 'parked'"),
        // The first condition says nothing new; it lets SQLite see that `received_done` holds every row that is meant.
        history: .init(condition: "state <> 'waiting' AND state = 'done'", since: "received_at"),
        retry: RetryPolicy(steps: .growing(from: .seconds(10), by: 4, upTo: .hours(6)), attempts: 8))

    /// Takes the oldest activities that wait, for as long as the lease lasts: at most sixteen of one signer, and none
    /// of a signer of whom something is in hand anywhere.
    ///
    /// - Parameter limit: of how many signers.
    /// - Returns: them in the order in which they came.
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

    /// Records what became of it. Runs in the transaction that applied it, so it is applied once.
    ///
    /// - Returns: false when somebody else finished it first; the caller then gives up its transaction.
    public static func finish(
        _ id: ID<ReceivedActivity>, outcome: String, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try queue.complete([QueueKey(id)], setting: "outcome = \(outcome)", in: tx) == 1
    }

    /// Puts it back for later.
    public static func postpone(
        _ id: ID<ReceivedActivity>, until time: Timestamp, reason: String, by holder: LeaseHolder = .thisProcess,
        in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: time, setting: "outcome = \(reason)", by: holder, in: tx)
    }

    /// Sets it aside for a person to look at: nothing is thrown away.
    public static func park(
        _ id: ID<ReceivedActivity>, reason: String, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.park(QueueKey(id), setting: "outcome = \(reason)", by: holder, in: tx)
    }

    /// What became of an activity; nil when it never came.
    public static func outcome(of activity: IRI, in db: some Queryable) throws(DatabaseError) -> String? {
        guard let row = try db.row("SELECT state, outcome FROM received WHERE activity_iri = \(activity)") else {
            return nil
        }
        let state = try row.text("state")
        return state == "waiting" ? state : try row.text("outcome")
    }
}

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
