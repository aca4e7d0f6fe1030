// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Something on this server to which another server responds with an `Accept` or a `Reject`.
public enum AnsweredRequest: Sendable, Hashable {
    /// A follow that a local account requested.
    case follow(Follow)
    /// A place at an event that a local account requested (table `guest`).
    case seat(Guest)
    /// A post with which a local author requested to quote another post.
    case quote(Post)
    /// A local event. Some servers accept the event itself where others send a `Join`.
    case event(Event)
}

/// Finds the request that the object of an `Accept` or `Reject` names.
public enum AnsweredRequests {
    /// Finds the follow, guest, post or event with this id: either the id of the requesting activity, or the id of the
    /// event.
    ///
    /// One statement searches all four tables, and a second one reads the row. Requests from remote accounts are not
    /// found.
    public static func find(_ id: IRI, in db: some Queryable) throws(DatabaseError) -> AnsweredRequest? {
        let row = try db.row(
            """
            SELECT 'follow' AS kind, f.follower_id AS one, f.target_id AS other
            FROM follow f JOIN account a ON a.id = f.follower_id WHERE f.activity_iri = \(id) AND a.host = ''
            UNION ALL SELECT 'seat', g.account_id, g.event_id
            FROM guest g JOIN account a ON a.id = g.account_id WHERE g.join_iri = \(id) AND a.host = ''
            UNION ALL SELECT 'quote', p.id, p.author_id
            FROM activity s JOIN post p ON p.iri = s.object_iri WHERE s.iri = \(id) AND s.type = 'QuoteRequest'
            UNION ALL SELECT 'event', e.id, e.owner_id FROM event e WHERE e.iri = \(id) AND e.is_local
            """)
        guard let row else { return nil }
        switch try row.text("kind") {
        case "follow":
            return try Follows.find(by: row.id("one"), of: row.id("other"), in: db).map { .follow($0) }
        case "seat":
            return try GuestLists.find(account: row.id("one"), event: row.id("other"), in: db).map { .seat($0) }
        case "quote":
            return try Posts.byID(row.id("one"), in: db).map { .quote($0) }
        default:
            return try Events.byID(row.id("one"), in: db).map { .event($0) }
        }
    }
}
