// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// When an e-mail that tells several things at once is due.
public struct MailBatchRule: Sendable {
    /// The name of the kind of e-mail.
    public var kind: String
    /// The kinds of notifications of which one is enough for an e-mail.
    public var reasons: [Notification.Kind]
    /// The shortest time between two e-mails to one member.
    public var pause: Duration
    /// How long something waits, so that who comes by reads it on the page and gets no e-mail.
    public var patience: Duration
    /// What is older than this is not told any more.
    public var memory: Duration

    /// Creates the value.
    public init(
        kind: String, reasons: [Notification.Kind], pause: Duration, patience: Duration, memory: Duration
    ) {
        self.kind = kind
        self.reasons = reasons
        self.pause = pause
        self.patience = patience
        self.memory = memory
    }
}

/// What members were told last in e-mails that tell several things at once (table `mail_batch`).
public enum MailBatches {
    /// The members for whom such an e-mail is due: something new has waited long enough, they have not seen it on the
    /// page, and they want these e-mails. In the order of their accounts.
    ///
    /// - Parameter last: the last member of the page before.
    public static func due(
        _ rule: MailBatchRule, after last: ID<Account>? = nil, limit: Int, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>] {
        let rows = try db.rows(
            """
            SELECT l.account_id FROM local_account l JOIN account a ON a.id = l.account_id
            LEFT JOIN mail_batch b ON b.account_id = l.account_id AND b.kind = \(rule.kind)
            LEFT JOIN marker m ON m.account_id = l.account_id AND m.timeline = 'notifications'
            WHERE l.account_id > \(last ?? .first) AND l.email IS NOT NULL AND l.approved_at IS NOT NULL
                AND \(AccountRow.isActive) AND coalesce(b.told_at, 0) <= \(now - rule.pause)
                AND NOT EXISTS (SELECT 1 FROM mail_choice c
                    WHERE c.account_id = l.account_id AND c.kind = \(rule.kind) AND NOT c.is_wanted)
                AND EXISTS (SELECT 1 FROM notification n
                    WHERE n.account_id = l.account_id AND n.id > coalesce(b.told_id, 0)
                        AND n.id > coalesce(m.last_read_id, 0) AND n.type IN (\(list: rule.reasons))
                        AND NOT n.is_filtered AND n.created_at <= \(now - rule.patience)
                        AND n.created_at > \(now - rule.memory))
            ORDER BY l.account_id LIMIT \(limit)
            """)
        var accounts: [ID<Account>] = []
        for row in rows { accounts.append(try row.id("account_id")) }
        return accounts
    }

    /// What such an e-mail to a member is about, the newest first.
    ///
    /// - Parameter kinds: the kinds of notifications that it mentions.
    public static func news(
        _ rule: MailBatchRule, of account: ID<Account>, mentioning kinds: [Notification.Kind], limit: Int,
        at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [Notification] {
        try Notification.all(
            """
            SELECT \(Notification.columns) FROM notification n
            WHERE n.account_id = \(account) AND n.type IN (\(list: kinds)) AND NOT n.is_filtered
                AND n.created_at > \(now - rule.memory) AND n.id > \(Markers.lastRead(of: account))
                AND n.id > coalesce((SELECT b.told_id FROM mail_batch b
                    WHERE b.account_id = \(account) AND b.kind = \(rule.kind)), 0)
            ORDER BY n.id DESC LIMIT \(limit)
            """, in: db)
    }

    /// Records that a member was told everything up to a notification.
    public static func record(
        _ rule: MailBatchRule, of account: ID<Account>, upTo last: ID<Notification>, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail_batch (account_id, kind, told_id, told_at)
            VALUES (\(account), \(rule.kind), \(last), \(now))
            ON CONFLICT (account_id, kind) DO UPDATE SET told_id = excluded.told_id, told_at = excluded.told_at
            WHERE mail_batch.told_id < excluded.told_id
            """)
    }
}
