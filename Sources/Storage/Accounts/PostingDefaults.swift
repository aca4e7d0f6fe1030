// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The defaults for a member's new posts.
public struct PostingDefaults: Sendable, Hashable {
    /// Who may read the post.
    public var visibility = Visibility.everyone
    /// Whether media are hidden behind a warning.
    public var sensitive = false
    /// The language, a BCP 47 tag.
    public var language: String?
    /// Who may quote the post without asking.
    public var quotePolicy = QuotePolicy.everyone

    /// Creates the defaults of a new member.
    public init() {}

    /// The defaults of a member. A group has no row of its own and gets the standard values.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> PostingDefaults {
        let row = try db.row("SELECT \(columns) FROM local_account l WHERE l.account_id = \(account)")
        guard let row else { return PostingDefaults() }
        return try read(row)
    }

    /// The columns of the table `local_account l`.
    static let columns: SQL = "l.default_visibility, l.default_sensitive, l.default_language, l.default_quote_policy"

    /// Reads the defaults from a row of a query over ``columns``.
    static func read(_ row: Row) throws(DatabaseError) -> PostingDefaults {
        var choices = PostingDefaults()
        choices.visibility = try row.choice("default_visibility")
        choices.sensitive = try row.bool("default_sensitive")
        choices.language = try row.textOrNil("default_language")
        choices.quotePolicy = try row.choice("default_quote_policy")
        return choices
    }

    /// Stores the defaults of a member.
    public func store(for account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE local_account SET default_visibility = \(visibility), default_sensitive = \(sensitive),
                default_language = \(language), default_quote_policy = \(quotePolicy)
            WHERE account_id = \(account)
            """)
    }
}
