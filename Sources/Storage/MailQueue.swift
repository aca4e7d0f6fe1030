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
        limit: Int, now: Timestamp, until lease: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> [QueuedMail] {
        let rows = try tx.rows(
            """
            UPDATE mail SET lease_until = \(lease), attempts = attempts + 1
            WHERE id IN (SELECT m.id FROM mail m
                         WHERE m.run_at <= \(now) AND (m.lease_until IS NULL OR m.lease_until < \(now))
                         ORDER BY m.run_at, m.id LIMIT \(limit) \(.skipLocked(of: "m")))
            RETURNING id, recipient, subject, body, attempts
            """)
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
        try tx.run("DELETE FROM mail WHERE id = \(id)")
    }

    /// The mail is tried again from an instant on, by whoever is first.
    public static func postpone(
        _ id: ID<QueuedMail>, until instant: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE mail SET run_at = \(instant), lease_until = NULL WHERE id = \(id)")
    }
}
