// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Walks through tables whose rows are kept as long as something refers to them. A step looks at the next rows after a
/// mark and deletes those that nothing needs; at the end of the table the walk begins again.
public enum RetentionWalk: String, Sendable, CaseIterable {
    case posts, events, activities, accounts

    /// The most rows that one step looks at.
    public static let batch = 200
    /// The most accounts that one step deletes. Each one costs a look into all tables that refer to accounts.
    private static let accountLimit = 5

    /// Looks at the next rows.
    ///
    /// - Returns: how many were deleted.
    @discardableResult
    public func step(at now: Timestamp, limit: Int = batch, in tx: Transaction) throws(DatabaseError) -> Int {
        let key = "retention.\(rawValue)"
        let mark = try Settings.value(key, in: tx).flatMap { Int64($0) } ?? 0
        let rows = try tx.rows(candidates(after: mark, limit, at: now))
        var doomed: [Int64] = []
        for row in rows where try row.bool("is_unneeded") { doomed.append(try row.int("id")) }
        if self == .accounts { doomed = Array(doomed.prefix(Self.accountLimit)) }
        let isCut = doomed.count == Self.accountLimit && self == .accounts
        let last = try isCut ? doomed.last : rows.last.map { row throws(DatabaseError) in try row.int("id") }
        let next = rows.count < limit && !isCut ? 0 : last ?? 0
        // Nobody needs to hear of the mark, so it is not announced as other settings are.
        if next != mark {
            try tx.run(
                """
                INSERT INTO setting (key, value) VALUES (\(key), \(String(next)))
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """)
        }
        for id in doomed { try delete(id, in: tx) }
        return doomed.count
    }

    private func delete(_ id: Int64, in tx: Transaction) throws(DatabaseError) {
        switch self {
        case .posts: try Posts.delete(ID(id), in: tx)
        case .events: try Events.delete(ID(id), in: tx)
        case .activities: try tx.run("DELETE FROM activity WHERE id = \(id)")
        case .accounts:
            try tx.run("DELETE FROM actor_key WHERE account_id = \(id)")
            try tx.run("DELETE FROM undone WHERE actor_id = \(id)")
            try tx.run("DELETE FROM account WHERE id = \(id)")
        }
    }

    /// The rows that are old enough, and whether nothing needs them.
    private func candidates(after mark: Int64, _ limit: Int, at now: Timestamp) -> SQL {
        // The upper bits of an id are the time of its arrival.
        let foreign = now - Retention.foreignMemory
        switch self {
        case .posts:
            return """
                SELECT p.id, NOT EXISTS (SELECT 1 FROM post t WHERE t.thread_id = p.thread_id AND (
                    t.id >= \(foreign.milliseconds << 16) OR \(Self.isNeeded))) AS is_unneeded
                FROM post p WHERE p.id > \(mark) AND p.id < \(foreign.milliseconds << 16) AND NOT p.is_local
                ORDER BY p.id LIMIT \(limit)
                """
        case .events:
            return """
                SELECT v.id, v.ends_at < \(foreign) AND NOT (\(Self.isNeededEvent)) AS is_unneeded
                FROM event v WHERE v.id > \(mark) AND v.id < \(foreign.milliseconds << 16) AND NOT v.is_local
                ORDER BY v.id LIMIT \(limit)
                """
        case .activities:
            return """
                SELECT c.id, (c.body = '' OR (c.type NOT IN ('Create', 'QuoteRequest')
                        AND NOT EXISTS (SELECT 1 FROM boost b WHERE b.activity_iri = c.iri)
                        AND NOT EXISTS (SELECT 1 FROM event_share s WHERE s.activity_iri = c.iri)))
                    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.activity_id = c.id)
                    AND NOT EXISTS (SELECT 1 FROM abandoned_delivery d WHERE d.activity_id = c.id) AS is_unneeded
                FROM activity c
                WHERE c.id > \(mark) AND c.id < \((now - Retention.sentMemory).milliseconds << 16)
                ORDER BY c.id LIMIT \(limit)
                """
        case .accounts:
            return """
                SELECT a.id, \(Self.isUnreferred) AS is_unneeded FROM account a
                WHERE a.id > \(mark) AND a.host <> '' AND a.suspended_at IS NULL AND a.deleted_at IS NULL
                    AND coalesce(a.fetched_at, a.created_at) < \(foreign)
                ORDER BY a.id LIMIT \(limit)
                """
        }
    }

    /// Whether somebody here needs the post `t`.
    private static let isNeeded: SQL = """
        t.is_local OR t.visibility = 'direct'
        OR EXISTS (SELECT 1 FROM follow f JOIN account x ON x.id = f.follower_id
                   WHERE f.target_id IN (t.author_id, coalesce(t.group_id, 0)) AND x.host = '')
        OR EXISTS (SELECT 1 FROM account x WHERE x.id = t.group_id AND x.host = '')
        OR EXISTS (SELECT 1 FROM mention m JOIN account x ON x.id = m.account_id
                   WHERE m.post_id = t.id AND x.host = '')
        OR EXISTS (SELECT 1 FROM post_like l JOIN account x ON x.id = l.account_id
                   WHERE l.post_id = t.id AND x.host = '')
        OR EXISTS (SELECT 1 FROM boost b JOIN account x ON x.id = b.account_id
                   WHERE b.post_id = t.id AND (x.host = '' OR EXISTS (
                       SELECT 1 FROM follow f JOIN account y ON y.id = f.follower_id
                       WHERE f.target_id = b.account_id AND y.host = '')))
        OR EXISTS (SELECT 1 FROM poll_vote v JOIN account x ON x.id = v.account_id
                   WHERE v.post_id = t.id AND x.host = '')
        OR EXISTS (SELECT 1 FROM bookmark b WHERE b.post_id = t.id)
        OR EXISTS (SELECT 1 FROM notification n WHERE n.post_id = t.id)
        OR EXISTS (SELECT 1 FROM post q WHERE q.quoted_id = t.id AND q.is_local)
        OR EXISTS (SELECT 1 FROM event e WHERE e.id = t.event_id)
        OR EXISTS (SELECT 1 FROM report r WHERE r.target_id = t.author_id)
        """

    /// Whether somebody here needs the event `v`.
    private static let isNeededEvent: SQL = """
        EXISTS (SELECT 1 FROM follow f JOIN account x ON x.id = f.follower_id
                WHERE f.target_id = v.owner_id AND x.host = '')
        OR EXISTS (SELECT 1 FROM guest g JOIN account x ON x.id = g.account_id WHERE g.event_id = v.id AND x.host = '')
        OR EXISTS (SELECT 1 FROM event_share s JOIN account x ON x.id = s.account_id
                   WHERE s.event_id = v.id AND (x.host = '' OR EXISTS (
                       SELECT 1 FROM follow f JOIN account y ON y.id = f.follower_id
                       WHERE f.target_id = s.account_id AND y.host = '')))
        OR EXISTS (SELECT 1 FROM bookmark b WHERE b.event_id = v.id)
        OR EXISTS (SELECT 1 FROM event_like l JOIN account x ON x.id = l.account_id
                   WHERE l.event_id = v.id AND x.host = '')
        OR EXISTS (SELECT 1 FROM event_invitation i WHERE i.event_id = v.id)
        OR EXISTS (SELECT 1 FROM notification n WHERE n.event_id = v.id)
        OR EXISTS (SELECT 1 FROM announcement n WHERE n.event_id = v.id)
        OR EXISTS (SELECT 1 FROM post p WHERE p.event_id = v.id AND p.is_local)
        """

    /// The columns that may refer to an account of another node. Rows of `actor_key`, `undone` and `newest_entry` are
    /// deleted with the account. A test compares the list with the schema.
    public static let references: [(table: String, column: String)] = [
        ("post", "author_id"), ("post", "group_id"), ("mention", "account_id"), ("boost", "account_id"),
        ("post_like", "account_id"), ("follow", "follower_id"), ("follow", "target_id"), ("block", "account_id"),
        ("block", "target_id"), ("group_role", "group_id"), ("group_role", "account_id"), ("report", "reporter_id"),
        ("report", "target_id"), ("move", "account_id"), ("event", "owner_id"), ("event", "organizer_id"),
        ("guest", "account_id"), ("unfinished_suspension", "account_id"), ("event_share", "account_id"),
        ("event_like", "account_id"),
        ("event_invitation", "account_id"), ("received", "signer_id"),
        ("activity", "actor_id"),
        ("entry", "account_id"), ("mute", "target_id"), ("account_list_member", "account_id"),
        ("account_note", "target_id"), ("endorsement", "target_id"), ("dismissed_suggestion", "target_id"),
        ("notification", "from_id"), ("notification_request", "from_id"), ("poll_vote", "account_id"),
        ("group_ban", "group_id"), ("group_ban", "account_id"), ("group_removal", "group_id"),
        ("moderation_log", "target_id"),
    ]

    /// Whether nothing refers to the account `a`. The columns without an index come last, so that they are rarely read.
    private static let isUnreferred: SQL = {
        let scanned = ["received", "activity", "report", "account_note", "endorsement", "dismissed_suggestion", "mute"]
        let ordered =
            references.filter { !scanned.contains($0.table) } + references.filter { scanned.contains($0.table) }
        let conditions = ordered.map { reference -> SQL in
            let (table, column) = (SQL(stringLiteral: reference.table), SQL(stringLiteral: reference.column))
            return "NOT EXISTS (SELECT 1 FROM \(table) x WHERE x.\(column) = a.id)"
        }
        return SQL.joined(conditions, separator: " AND ")
    }()
}
