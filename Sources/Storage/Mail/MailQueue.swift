// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An e-mail that waits to be sent to the mail submission server.
public struct QueuedMail: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<QueuedMail>
    /// The recipient's e-mail address.
    public var recipient: String
    /// The subject, one line.
    public var subject: String
    /// The plain text.
    public var body: String
    /// The number of attempts including the current one; 0 before the first.
    public var attempts: Int

    /// Creates the value with no attempts.
    public init(id: ID<QueuedMail>, recipient: String, subject: String, body: String) {
        self.id = id
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.attempts = 0
    }
}

/// The queue of e-mails (table `mail`). An e-mail is stored in the same transaction as the fact that it reports. When
/// the sending process dies, its lease expires and another worker leases the e-mail.
public enum MailQueue {
    /// The queue: twelve attempts, the last about a day after the first.
    public static let queue = LeasedQueue(
        "mail", table: "mail",
        retry: RetryPolicy(steps: .growing(from: .minutes(1), by: 2, upTo: .hours(6)), attempts: 12))

    /// Stores an e-mail and wakes the worker after the commit.
    public static func enqueue(_ mail: QueuedMail, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail (id, recipient, subject, body, run_at, lease_until, attempts, created_at)
            VALUES (\(mail.id), \(mail.recipient), \(mail.subject), \(mail.body), \(now), NULL, 0, \(now))
            """)
        tx.announce(Change.mailWaits.rawValue)
    }

    /// Leases the e-mails that wait longest, and returns them in the order in which they were created.
    public static func lease(
        _ limit: Int, _ lease: Lease, in tx: Transaction
    ) throws(DatabaseError) -> [QueuedMail] {
        let rows = try queue.lease(limit, lease, returning: "id, recipient, subject, body, attempts", in: tx)
        var leased: [QueuedMail] = []
        for row in rows {
            var mail = QueuedMail(
                id: try row.id("id"), recipient: try row.text("recipient"), subject: try row.text("subject"),
                body: try row.text("body"))
            mail.attempts = try row.count("attempts")
            leased.append(mail)
        }
        return leased.sorted { $0.id < $1.id }
    }

    /// Deletes an e-mail that was sent or given up.
    public static func finish(_ id: ID<QueuedMail>, in tx: Transaction) throws(DatabaseError) {
        try queue.complete([QueueKey(id)], in: tx)
    }

    /// Schedules the next attempt. Any worker may take it.
    public static func postpone(
        _ id: ID<QueuedMail>, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: instant, by: holder, in: tx)
    }
}
