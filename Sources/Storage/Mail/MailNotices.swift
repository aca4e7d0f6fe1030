// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Model

/// What waits to be told by e-mail, each in an e-mail of its own (table `mail_notice`).
///
/// The row is stored together with the notification, so that it exists if and only if the fact does. The e-mail is
/// written later, of what is true then, in the language of its reader.
public enum MailNotices {
    /// The kinds of notifications of which people hear at once by e-mail.
    static func isTold(_ notification: Notification) -> Bool {
        switch notification.kind {
        case .seat: true
        case .update: notification.subject.event != nil
        default: false
        }
    }

    /// The statement that stores a row for those of the notifications that are stored and whose recipient has an
    /// address; nil when none of them is told by e-mail.
    static func insertion(of notifications: some Sequence<Notification>) -> SQL? {
        let told = notifications.filter { !$0.isFiltered && isTold($0) }.map(\.id)
        guard !told.isEmpty else { return nil }
        return """
            INSERT INTO mail_notice (notification_id, account_id, created_at)
            SELECT n.id, n.account_id, n.created_at
            FROM notification n JOIN local_account l ON l.account_id = n.account_id
            WHERE n.id IN (\(list: told)) AND l.email IS NOT NULL AND l.approved_at IS NOT NULL
            ON CONFLICT (notification_id) DO NOTHING RETURNING notification_id
            """
    }

    /// Whether something waits.
    public static func exist(in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row("SELECT notification_id FROM mail_notice LIMIT 1") != nil
    }

    /// Takes the oldest rows. When the transaction is not committed, they stay.
    ///
    /// - Returns: how many rows were taken, and their notifications as far as these exist: of several changes of one
    ///   event only the last one does.
    public static func take(
        _ limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> (count: Int, notifications: [Notification]) {
        let rows = try tx.rows(
            """
            DELETE FROM mail_notice WHERE notification_id IN (
                SELECT notification_id FROM mail_notice ORDER BY notification_id LIMIT \(limit))
            RETURNING notification_id
            """)
        var ids: [ID<Notification>] = []
        for row in rows { ids.append(try row.id("notification_id")) }
        var found: [Notification] = []
        for part in ids.inLists() {
            found += try Notification.all(
                "SELECT \(Notification.columns) FROM notification n WHERE n.id IN (\(list: part))", in: tx)
        }
        return (ids.count, found.sorted { $0.id < $1.id })
    }
}
