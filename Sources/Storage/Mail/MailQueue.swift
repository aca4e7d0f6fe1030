// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A mail on its way to the submission server.
public struct QueuedMail: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<QueuedMail>
    /// The address.
    public var recipient: String
    /// One line.
    public var subject: String
    /// Plain text.
    public var body: String
    /// How often it was tried, this time included; 0 before the first time.
    public var attempts: Int

    /// Creates the value, not yet tried.
    public init(id: ID<QueuedMail>, recipient: String, subject: String, body: String) {
        self.id = id
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.attempts = 0
    }
}

/// Mails: written with the fact that they tell, leased, finished. One whose sender died is leased again.
public enum MailQueue {
    /// The queue: twelve tries, the last about a day after the first.
    public static let queue = LeasedQueue(
        "mail", table: "mail",
        retry: RetryPolicy(steps: .growing(from: .minutes(1), by: 2, upTo: .hours(6)), attempts: 12))

    /// Stores a mail and, after the commit, wakes whoever sends.
    public static func enqueue(_ mail: QueuedMail, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail (id, recipient, subject, body, run_at, lease_until, attempts, created_at)
            VALUES (\(mail.id), \(mail.recipient), \(mail.subject), \(mail.body), \(now), NULL, 0, \(now))
            """)
        tx.announce(Change.mailWaits.rawValue)
    }

    /// Takes the mails that wait longest, for as long as the lease lasts; in the order in which they were written.
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

    /// The mail was sent, or is given up: it is forgotten.
    public static func finish(_ id: ID<QueuedMail>, in tx: Transaction) throws(DatabaseError) {
        try queue.complete([QueueKey(id)], in: tx)
    }

    /// The mail is tried again from an instant on, by whoever is first.
    public static func postpone(
        _ id: ID<QueuedMail>, until instant: Timestamp, by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(QueueKey(id), until: instant, by: holder, in: tx)
    }
}
