// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `pin`: the posts that members pinned on their profiles.
public enum Pins {
    /// Pins a post. A second time changes nothing.
    public static func add(
        post: ID<Post>, account: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO pin (account_id, post_id, created_at) VALUES (\(account), \(post), \(now))
            ON CONFLICT (account_id, post_id) DO NOTHING
            """)
    }

    /// Removes a pin.
    public static func remove(post: ID<Post>, account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM pin WHERE account_id = \(account) AND post_id = \(post)")
    }

    /// The pinned posts of an account, the latest pin first.
    public static func list(of account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [ID<Post>] {
        try PostRow.ids(
            """
            SELECT p.post_id AS id FROM pin p WHERE p.account_id = \(account)
            ORDER BY p.created_at DESC, p.post_id DESC
            """, in: db)
    }
}

/// The table `thread_mute`: the threads that members muted.
public enum ThreadMutes {
    /// Mutes a thread, or removes the mute.
    public static func set(
        _ thread: ID<Post>, muted: Bool, by account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        guard muted else {
            try tx.run("DELETE FROM thread_mute WHERE account_id = \(account) AND thread_id = \(thread)")
            return
        }
        try tx.run(
            """
            INSERT INTO thread_mute (account_id, thread_id) VALUES (\(account), \(thread))
            ON CONFLICT (account_id, thread_id) DO NOTHING
            """)
    }

    /// Whether an account muted a thread.
    public static func exists(
        _ thread: ID<Post>, by account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        try db.row(
            "SELECT account_id FROM thread_mute WHERE account_id = \(account) AND thread_id = \(thread)") != nil
    }
}
