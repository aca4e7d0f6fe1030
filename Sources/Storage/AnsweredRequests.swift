// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Something of this node that another node answers with an `Accept` or a `Reject`.
public enum AnsweredRequest: Sendable, Hashable {
    /// A follow that an account of this node asked for.
    case follow(Follow)
    /// A seat that an account of this node asked for.
    case seat(Guest)
    /// A post in which somebody of this node asked to quote another one.
    case quote(Post)
    /// An event of this node: some servers accept the event itself where others ask for a seat.
    case event(Event)
}

/// What the id in an answer names.
public enum AnsweredRequests {
    /// The follow, seat, post or event that an id names: the id of the activity by which it was asked for, or of the
    /// event.
    ///
    /// One statement asks for all four, a second one reads what was found. What others asked us for is not found.
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
