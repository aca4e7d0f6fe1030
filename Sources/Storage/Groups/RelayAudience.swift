// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A group that may relay an activity, and to whom.
public struct RelayAudience: Sendable {
    /// The group.
    public var group: Account
    /// Whether the group blocked or banned the actor of the activity, or the actor blocked the group, or whether the group
    /// approves its members and the actor is none.
    public var isBlocked: Bool
    /// The inboxes of the group's accepted remote followers; one for each host that offers a shared inbox.
    public var inboxes: [IRI]
}

extension RelayAudience {
    /// Reads the group and its followers. PostgreSQL answers in one round trip.
    ///
    /// - Parameter actor: the account whose activity is relayed.
    /// - Returns: nil when the group is unknown.
    public static func of(
        _ group: ID<Account>, for actor: ID<Account>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> RelayAudience? {
        try RelayAudience(try db.rows(ofEach: questions(group, for: actor, at: now))[...])
    }

    /// The two statements of ``of(_:for:at:in:)``.
    static func questions(_ group: ID<Account>, for actor: ID<Account>, at now: Timestamp) -> [SQL] {
        [
            """
            SELECT \(AccountRow.plain), (\(Conditions.mayWrite(actor, in: "a", at: now))) AS is_free
            FROM account a WHERE a.id = \(group)
            """, OutboxQueue.inboxQuestion(group),
        ]
    }

    /// Reads the results of the two statements; nil when the group is unknown.
    init?(_ answers: ArraySlice<[Row]>) throws(DatabaseError) {
        guard let row = answers.first?.first, let inboxes = answers.last else { return nil }
        group = try AccountRow.read(row)
        isBlocked = try !row.bool("is_free")
        self.inboxes = try OutboxQueue.inboxes(in: inboxes)
    }
}
