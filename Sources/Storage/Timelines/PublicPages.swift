// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A public page of this node about a discussion or an event.
public struct PublicPage: Sendable, Hashable {
    /// The post that starts the discussion.
    public var post: ID<Post>?
    /// The event; one of the two is nil.
    public var event: ID<Event>?
    /// When it was published or last changed.
    public var changedAt: Timestamp
}

/// The local discussions and events that search engines may list: what public timelines show to strangers, except for
/// posts of people who do not want to be found.
public enum PublicPages {
    /// Lists those that arrived within a period, the newest first.
    public static func list(
        from start: Timestamp, to end: Timestamp, limit: Int, mode: FederationMode, at now: Timestamp,
        in db: some Queryable
    ) throws(DatabaseError) -> [PublicPage] {
        let (first, last) = (ID<TimelineItem>.first(at: start), ID<TimelineItem>.first(at: end))
        let rows = try db.rows(
            """
            SELECT e.post_id AS post_id, e.event_id AS event_id,
                coalesce(p.edited_at, p.published_at, v.updated_at) AS changed_at
            FROM \(Conditions.reader(nil)) CROSS JOIN entry e \(Conditions.itemTables)
            WHERE e.is_listed AND e.is_local AND e.id >= \(first) AND e.id < \(last)
                AND (e.event_id IS NOT NULL OR a.discoverable) AND \(Conditions.isListed(mode, at: now))
            ORDER BY e.id DESC LIMIT \(limit)
            """)
        var pages: [PublicPage] = []
        for row in rows {
            pages.append(
                PublicPage(
                    post: try row.idOrNil("post_id"), event: try row.idOrNil("event_id"),
                    changedAt: try row.time("changed_at")))
        }
        return pages
    }

    /// When the oldest one arrived; nil when there is none.
    public static func oldest(in db: some Queryable) throws(DatabaseError) -> Timestamp? {
        let row = try db.row(
            "SELECT e.id AS id FROM entry e WHERE e.is_listed AND e.is_local ORDER BY e.id LIMIT 1")
        guard let row else { return nil }
        let id: ID<TimelineItem> = try row.id("id")
        return id.madeAt
    }
}
