// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// How a member writes when nothing else is chosen.
public struct PostingDefaults: Sendable, Hashable {
    /// Who may read it.
    public var visibility = Visibility.everyone
    /// Whether pictures are covered.
    public var sensitive = false
    /// BCP 47 tag.
    public var language: String?

    /// What a new member has.
    public init() {}

    /// The choices of a member; a group has none of its own.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> PostingDefaults {
        var choices = PostingDefaults()
        let row = try db.row(
            """
            SELECT default_visibility, default_sensitive, default_language FROM local_account
            WHERE account_id = \(account)
            """)
        guard let row else { return choices }
        choices.visibility = try row.choice("default_visibility")
        choices.sensitive = try row.bool("default_sensitive")
        choices.language = try row.textOrNil("default_language")
        return choices
    }

    /// Stores the choices of a member.
    public func store(for account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE local_account SET default_visibility = \(visibility), default_sensitive = \(sensitive),
                default_language = \(language)
            WHERE account_id = \(account)
            """)
    }
}
