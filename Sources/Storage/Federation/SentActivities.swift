// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Reads the table `activity`: the activities that this server sent, for outboxes and for single activities by id.
public enum SentActivities {
    /// The activity with this id.
    public static func byID(
        _ id: ID<SentActivity>, in db: some Queryable
    ) throws(DatabaseError) -> SentActivity? {
        guard let row = try db.row("SELECT \(columns) FROM activity WHERE id = \(id)") else { return nil }
        return try read(row)
    }

    /// The newest activity of a type that an actor sent about an object. An `Undo` names it.
    public static func newest(
        _ type: String, by actor: ID<Account>, about object: IRI, in db: some Queryable
    ) throws(DatabaseError) -> SentActivity? {
        guard
            let row = try db.row(
                """
                SELECT \(columns) FROM activity
                WHERE object_iri = \(object) AND actor_id = \(actor) AND type = \(type) ORDER BY id DESC LIMIT 1
                """)
        else { return nil }
        return try read(row)
    }

    /// One page of an actor's public activities, newest first.
    public static func outbox(
        of actor: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [SentActivity] {
        try db.rows(
            """
            SELECT \(columns) FROM activity
            WHERE actor_id = \(actor) AND is_public AND id < \(page.before) ORDER BY id DESC LIMIT \(page.limit)
            """
        ).map { row throws(DatabaseError) in try read(row) }
    }

    /// The number of an actor's public activities.
    public static func outboxCount(of actor: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Int {
        Int(try db.row("SELECT count(*) AS n FROM activity WHERE actor_id = \(actor) AND is_public")?.int("n") ?? 0)
    }

    /// Hides the activities about a deleted object from the outboxes: sets `is_public` to false. A `Delete` stays
    /// public.
    public static func hide(about object: IRI, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE activity SET is_public = \(false) WHERE object_iri = \(object) AND type <> 'Delete'")
    }

    /// Hides all activities of a deleted account, and those about its posts. The caller calls it before the posts are
    /// deleted.
    public static func hideAll(by author: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            "UPDATE activity SET is_public = \(false) WHERE actor_id = \(author) AND is_public AND type <> 'Delete'")
        try tx.run(
            """
            UPDATE activity SET is_public = \(false)
            WHERE object_iri IN (SELECT p.iri FROM post p WHERE p.author_id = \(author)) AND type <> 'Delete'
            """)
    }

    private static let columns: SQL = "id, iri, actor_id, type, object_iri, body, is_public, created_at"

    private static func read(_ row: Row) throws(DatabaseError) -> SentActivity {
        SentActivity(
            id: try row.id("id"), iri: try row.iri("iri"), actor: try row.id("actor_id"), type: try row.text("type"),
            object: try row.iriOrNil("object_iri"), body: try row.text("body"), isPublic: try row.bool("is_public"),
            createdAt: try row.time("created_at"))
    }
}
