// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Which group, or person, relayed which event.
public enum EventShares {
    /// Records that an account shared an event. A second time changes nothing.
    ///
    /// - Parameters:
    ///   - id: its place in the lists of those who follow the account.
    ///   - activity: the id of the `Announce` on the wire: an `Undo` names it.
    /// - Returns: whether it is the first time.
    @discardableResult
    public static func add(
        _ id: ID<TimelineItem>, event: ID<Event>, account: ID<Account>, activity: IRI, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let inserted = try tx.changed(
            """
            INSERT INTO event_share (event_id, account_id, activity_iri, created_at)
            VALUES (\(event), \(account), \(activity), \(now))
            ON CONFLICT (event_id, account_id) DO NOTHING
            """)
        guard inserted == 1 else { return false }
        try TimelineItems.putShare(id, of: event, by: account, in: tx)
        return true
    }

    /// Takes a share back.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public static func remove(
        event: ID<Event>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try TimelineItems.removeShare(of: event, by: account, in: tx)
        try Notifications.remove(.reblog, from: account, about: .event(event), in: tx)
        return try tx.changed("DELETE FROM event_share WHERE event_id = \(event) AND account_id = \(account)") == 1
    }

    /// Whose share of which event the `Announce` was.
    public static func byActivity(
        _ activity: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (account: ID<Account>, event: ID<Event>)? {
        let row = try db.row(
            "SELECT account_id, event_id FROM event_share WHERE activity_iri = \(activity) ORDER BY created_at")
        guard let row else { return nil }
        return (try row.id("account_id"), try row.id("event_id"))
    }

    /// The `Announce` of an account's share of an event, when there is one.
    public static func find(
        event: ID<Event>, account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM event_share WHERE event_id = \(event) AND account_id = \(account)")?
            .iri("activity_iri")
    }
}
