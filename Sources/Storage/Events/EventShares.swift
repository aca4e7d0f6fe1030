// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `event_invitation`: which members the owner of a remote event invited.
public enum EventInvitations {
    /// Stores invitations. Those that are known are left out.
    ///
    /// - Returns: the accounts that were not invited before.
    @discardableResult
    public static func add(
        _ accounts: [ID<Account>], to event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> [ID<Account>] {
        var new: [ID<Account>] = []
        for account in accounts {
            let inserted = try tx.changed(
                """
                INSERT INTO event_invitation (event_id, account_id) VALUES (\(event), \(account))
                ON CONFLICT (event_id, account_id) DO NOTHING
                """)
            if inserted == 1 { new.append(account) }
        }
        return new
    }
}

/// The table `event_share`: which group or person shared which event.
public enum EventShares {
    /// Records that an account shared an event. A second time changes nothing.
    ///
    /// - Parameters:
    ///   - id: the id of its timeline item, which gives its position in the followers' timelines.
    ///   - activity: the id of the `Announce` activity, which an `Undo` names.
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

    /// Removes a share.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        event: ID<Event>, account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try TimelineItems.removeShare(of: event, by: account, in: tx)
        try Notifications.remove(.reblog, from: account, about: .event(event), in: tx)
        return try tx.changed("DELETE FROM event_share WHERE event_id = \(event) AND account_id = \(account)") == 1
    }

    /// The account and the event of the share with this `Announce` id.
    public static func byActivity(
        _ activity: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (account: ID<Account>, event: ID<Event>)? {
        let row = try db.row(
            "SELECT account_id, event_id FROM event_share WHERE activity_iri = \(activity) ORDER BY created_at")
        guard let row else { return nil }
        return (try row.id("account_id"), try row.id("event_id"))
    }

    /// The id of the `Announce` with which an account shared an event; nil when there is no share.
    public static func find(
        event: ID<Event>, account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> IRI? {
        try db.row("SELECT activity_iri FROM event_share WHERE event_id = \(event) AND account_id = \(account)")?
            .iri("activity_iri")
    }
}
