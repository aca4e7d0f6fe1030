// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// What an actor undid although it had no effect here (table `undone`).
///
/// An `Undo` or a `Leave` may overtake the activity that it undoes. The row remembers it for some time, so that the older
/// activity has no effect when it arrives after all.
public struct UndoneActivity: Sendable, Hashable {
    /// What was undone.
    public enum Subject: Sendable, Hashable {
        /// The activity with this id.
        case activity(IRI)
        /// The actor's activity of this type about this object, whatever its id is.
        case object(type: String, IRI)

        var text: String {
            switch self {
            case .activity(let iri): iri.string
            // An IRI contains no space, so the two forms never meet.
            case .object(let type, let iri): "\(type) \(iri.string)"
            }
        }
    }

    /// The row of the `Undo` or `Leave` in the inbox; nil when it was not received directly. Rows are ordered by their
    /// arrival.
    public var received: ID<ReceivedActivity>?
    /// When the `Undo` or `Leave` was published, by its own claim.
    public var published: Timestamp?

    /// Creates the value.
    public init(received: ID<ReceivedActivity>?, published: Timestamp?) {
        self.received = received
        self.published = published
    }
}

/// The table `undone`.
public enum UndoneActivities {
    /// How long a row is remembered.
    public static let memory = Duration.days(30)

    /// Remembers that an actor undid something. A later row about the same subject replaces the earlier one.
    public static func remember(
        _ undone: UndoneActivity, _ subject: UndoneActivity.Subject, by actor: ID<Account>, at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO undone (actor_id, subject, received_id, published_at, expires_at)
            VALUES (\(actor), \(subject.text), \(undone.received), \(undone.published), \(now + memory))
            ON CONFLICT (actor_id, subject) DO UPDATE SET received_id = excluded.received_id,
                published_at = excluded.published_at, expires_at = excluded.expires_at
            """)
    }

    /// What an actor undid of one of these subjects.
    public static func find(
        _ subjects: [UndoneActivity.Subject], by actor: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [(UndoneActivity.Subject, UndoneActivity)] {
        try read(try db.rows(question(subjects, by: actor)), subjects)
    }

    /// The same, together with a post and the actor's relation to it. PostgreSQL answers in one round trip.
    public static func find(
        _ subjects: [UndoneActivity.Subject], by actor: ID<Account>, andPost iri: IRI, in db: some Queryable
    ) throws(DatabaseError) -> (
        undone: [(UndoneActivity.Subject, UndoneActivity)], found: (post: Post, relation: PostRelation)?
    ) {
        let answers = try db.rows(ofEach: [question(subjects, by: actor), Posts.withRelation([iri], of: actor)])
        guard answers.count == 2 else { throw DatabaseError(.other, "the facts about a post are missing") }
        return (try read(answers[0], subjects), try Posts.withRelation(answers[1], of: actor)[iri])
    }

    private static func question(_ subjects: [UndoneActivity.Subject], by actor: ID<Account>) -> SQL {
        """
        SELECT subject, received_id, published_at FROM undone
        WHERE actor_id = \(actor) AND subject IN (\(list: subjects.map(\.text)))
        """
    }

    private static func read(
        _ rows: [Row], _ subjects: [UndoneActivity.Subject]
    ) throws(DatabaseError) -> [(UndoneActivity.Subject, UndoneActivity)] {
        var found: [(UndoneActivity.Subject, UndoneActivity)] = []
        for row in rows {
            let text = try row.text("subject")
            guard let subject = subjects.first(where: { $0.text == text }) else { continue }
            found.append(
                (
                    subject,
                    UndoneActivity(
                        received: try row.idOrNil("received_id"), published: try row.timeOrNil("published_at"))
                ))
        }
        return found
    }

    /// Forgets what an actor undid.
    public static func forget(
        _ subject: UndoneActivity.Subject, by actor: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("DELETE FROM undone WHERE actor_id = \(actor) AND subject = \(subject.text)")
    }
}
