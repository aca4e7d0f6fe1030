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

    /// Forgets the activities about an object that is being deleted: they leave the outboxes, and their text is dropped.
    /// Deliveries that wait are dropped, too. A `Delete` or an `Undo` stays.
    ///
    /// Call it before the activities that tell of the deletion are stored.
    public static func forget(about object: IRI, in tx: Transaction) throws(DatabaseError) {
        let spoken: SQL = "object_iri = \(object) AND type NOT IN ('Delete', 'Undo')"
        // A delivery that a worker has in hand is left to the worker, so that the `Delete` does not overtake it.
        try tx.run(
            """
            DELETE FROM delivery
            WHERE activity_id IN (SELECT a.id FROM activity a WHERE \(spoken)) AND lease_holder IS NULL
            """)
        try tx.run("UPDATE activity SET is_public = \(false), body = '' WHERE \(spoken)")
    }

    /// Forgets what one actor sent about an object that left this actor's group. A `Delete` or an `Undo` stays.
    ///
    /// Call it before the activities that tell of the removal are stored.
    public static func forget(
        about object: IRI, by actor: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        let ids: [ID<SentActivity>] = try PostRow.ids(
            """
            SELECT a.id FROM activity a
            WHERE a.object_iri = \(object) AND a.actor_id = \(actor) AND a.type NOT IN ('Delete', 'Undo') AND a.body <> ''
            """, in: tx)
        try retire(ids, in: tx)
    }

    /// Hides what one actor sent about an object from its outbox, and drops the deliveries that wait. The text stays,
    /// because the object may come back. A `Delete` or an `Undo` stays public.
    ///
    /// Call it before the activities that tell of the removal are stored.
    public static func hide(
        about object: IRI, by actor: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        let spoken: SQL = "object_iri = \(object) AND actor_id = \(actor) AND type NOT IN ('Delete', 'Undo')"
        try tx.run(
            """
            DELETE FROM delivery
            WHERE activity_id IN (SELECT a.id FROM activity a WHERE \(spoken)) AND lease_holder IS NULL
            """)
        try tx.run("UPDATE activity SET is_public = \(false) WHERE \(spoken)")
    }

    /// The newest announcement by a group of the `Create` of an object.
    public static func announcedCreate(
        of object: IRI, by group: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> SentActivity? {
        let row = try db.row(
            """
            SELECT \(columns) FROM activity
            WHERE object_iri = \(object) AND actor_id = \(group) AND type = 'Announce' AND body LIKE '%"type":"Create"%'
            ORDER BY id DESC LIMIT 1
            """)
        return try row.map { row throws(DatabaseError) in try read(row) }
    }

    /// The activities that contain the text of an object, oldest first: its `Create` and `Update`, and the
    /// announcements of these.
    public static func quoting(_ object: IRI, in db: some Queryable) throws(DatabaseError) -> [SentActivity] {
        // The stored text is written by this program, so it has no white space between its members.
        try db.rows(
            """
            SELECT \(columns) FROM activity
            WHERE object_iri = \(object) AND body <> '' AND (type IN ('Create', 'Update') OR (type = 'Announce'
                AND (body LIKE '%"type":"Create"%' OR body LIKE '%"type":"Update"%')))
            ORDER BY id
            """
        ).map { row throws(DatabaseError) in try read(row) }
    }

    /// Replaces the text of an activity, because the object that it contains was edited.
    public static func rewrite(
        _ id: ID<SentActivity>, body: String, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE activity SET body = \(body) WHERE id = \(id)")
    }

    /// Drops the text of activities that later ones replace. They leave the outboxes, and their waiting deliveries are
    /// dropped.
    public static func retire(_ ids: [ID<SentActivity>], in tx: Transaction) throws(DatabaseError) {
        for list in ids.inLists() {
            try tx.run("DELETE FROM delivery WHERE activity_id IN (\(list: list)) AND lease_holder IS NULL")
            try tx.run("UPDATE activity SET is_public = \(false), body = '' WHERE id IN (\(list: list))")
        }
    }

    /// Hides some activities of a deleted account from its outbox. A `Delete` stays public.
    ///
    /// - Returns: how many were hidden.
    static func hide(by author: ID<Account>, limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed(
            """
            UPDATE activity SET is_public = \(false) WHERE id IN (
                SELECT a.id FROM activity a
                WHERE a.actor_id = \(author) AND a.is_public AND a.type <> 'Delete' ORDER BY a.id DESC LIMIT \(limit))
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
