// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `thread_lock`: discussions in which nobody may reply any more.
public enum ThreadLocks {
    /// Closes a discussion. A second time changes nothing.
    ///
    /// - Parameter activity: the id of the `Lock` activity, which an `Undo` names.
    /// - Returns: whether it was open.
    @discardableResult
    public static func add(
        _ thread: ID<Post>, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let isNew =
            try tx.changed(
                """
                INSERT INTO thread_lock (thread_id, activity_iri, created_at) VALUES (\(thread), \(activity), \(now))
                ON CONFLICT (thread_id) DO NOTHING
                """) == 1
        if isNew { tx.announce(StreamEvent.edited(ID(thread.rawValue))) }
        return isNew
    }

    /// Opens a discussion again.
    ///
    /// - Returns: the id of its `Lock`; nil when it was open.
    @discardableResult
    public static func remove(_ thread: ID<Post>, in tx: Transaction) throws(DatabaseError) -> IRI? {
        let rows = try tx.rows("DELETE FROM thread_lock WHERE thread_id = \(thread) RETURNING activity_iri")
        guard let row = rows.first else { return nil }
        tx.announce(StreamEvent.edited(ID(thread.rawValue)))
        return try row.iri("activity_iri")
    }

    /// Whether a discussion is closed.
    public static func exists(_ thread: ID<Post>, in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row("SELECT thread_id FROM thread_lock WHERE thread_id = \(thread)") != nil
    }
}
