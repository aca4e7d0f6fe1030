// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The columns of the table `account` in a SELECT, and how an ``Account`` is read from them.
///
/// A query that joins accounts passes the alias of the table and a prefix for the result columns, and then reads with
/// the same prefix: `SELECT \(AccountRow.columns(as: "a", prefix: "a_")), p.id FROM post p JOIN account a ON …`.
public enum AccountRow {
    /// In the order in which ``read(_:prefix:)`` takes them.
    static let names = [
        "id", "kind", "username", "host", "iri", "display_name", "summary_html", "created_at", "url", "inbox",
        "shared_inbox", "outbox", "followers", "icon", "header", "fields", "post_count", "follower_count",
        "following_count", "last_post_at", "approves_followers", "discoverable", "indexable", "hides_follows",
        "fetched_at", "suspended_at", "deleted_at", "moved_to", "emojis",
    ]

    /// The columns with the usual alias `a` and prefix `a_`, for a query over accounts alone.
    static let plain = columns(as: "a", prefix: "a_")

    /// What makes an account one that may act and be shown, under the usual alias.
    ///
    /// Written as a CASE because nearly all accounts are active: where PostgreSQL has not counted a table yet, it takes
    /// `IS NULL` for rare, and would begin a list of twenty posts with all accounts.
    static let isActive = isActive("a")

    /// The same for an account under another alias.
    static func isActive(_ account: SQL) -> SQL {
        "CASE WHEN \(account).suspended_at IS NULL THEN \(account).deleted_at IS NULL ELSE \(.no) END"
    }

    /// The list of columns, each renamed to `prefix` plus its own name.
    ///
    /// - Parameters:
    ///   - alias: the alias of the table `account` in the query.
    ///   - prefix: distinguishes these columns from those of other tables and of other accounts in the same row.
    public static func columns(as alias: StaticString, prefix: StaticString) -> SQL {
        SQL(stringLiteral: names.map { "\(alias).\($0) AS \(prefix)\($0)" }.joined(separator: ", "))
    }

    /// Reads the account from a row.
    ///
    /// - Throws: `.columnMissing` when the query did not select ``columns(as:prefix:)`` with this prefix;
    ///   `.invalidValue` when a stored value does not fit its type.
    public static func read(_ row: Row, prefix: String = "a_") throws(DatabaseError) -> Account {
        var row = try row.reader(from: prefix + "id")
        var account = Account(
            id: try row.id(), kind: try row.choice(), username: try row.text(), host: try row.text(),
            iri: try row.iri(), displayName: try row.text(), summary: try row.html(), createdAt: try row.time())
        account.url = try row.iriOrNil()
        account.inbox = try row.iriOrNil()
        account.sharedInbox = try row.iriOrNil()
        account.outbox = try row.iriOrNil()
        account.followers = try row.iriOrNil()
        account.icon = try row.iriOrNil()
        account.header = try row.iriOrNil()
        account.fields = ProfileFields.read(try row.text())
        account.postCount = try row.count()
        account.followerCount = try row.count()
        account.followingCount = try row.count()
        account.lastPostAt = try row.timeOrNil()
        account.approvesFollowers = try row.bool()
        account.discoverable = try row.bool()
        account.indexable = try row.bool()
        account.hidesFollows = try row.bool()
        account.fetchedAt = try row.timeOrNil()
        account.suspendedAt = try row.timeOrNil()
        account.deletedAt = try row.timeOrNil()
        account.movedTo = try row.iriOrNil()
        account.emojis = ShortcodeList.read(try row.text())
        return account
    }

    /// The accounts that a query over ``plain`` returns, in the order of the query.
    static func all(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [Account] {
        var accounts: [Account] = []
        for row in try db.rows(sql) { accounts.append(try read(row)) }
        return accounts
    }

    /// The first account that a query over ``plain`` returns.
    static func first(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> Account? {
        guard let row = try db.row(sql) else { return nil }
        return try read(row)
    }
}

extension AccountRow {
    /// One page of active accounts, newest account first.
    ///
    /// - Parameter source: `FROM … WHERE …` with `account` under the alias `a`.
    static func page(_ source: SQL, _ page: PageRequest, in db: some Queryable) throws(DatabaseError) -> [Account] {
        let accounts = try all(
            """
            SELECT \(plain) \(source) AND \(isActive) AND a.id < \(page.before) AND a.id > \(page.after)
            ORDER BY a.id \(page.direction) LIMIT \(page.limit)
            """, in: db)
        return page.fromOldest ? accounts.reversed() : accounts
    }

    /// One page of accounts in the order of a number of each, the smallest first.
    ///
    /// - Parameters:
    ///   - source: `FROM … WHERE …` with `account` under the alias `a`.
    ///   - rank: the column with the number.
    ///   - mark: where the page before ended; nil for the first page.
    static func page(
        _ source: SQL, by rank: SQL, after mark: AccountMark?, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> AccountPage {
        let rest: SQL = mark.map { "AND (\(rank), a.id) > (\($0.rank), \($0.account))" } ?? ""
        let rows = try db.rows(
            "SELECT \(plain), \(rank) AS mark_rank \(source) \(rest) ORDER BY \(rank), a.id LIMIT \(limit + 1)")
        var page = AccountPage()
        for row in rows.prefix(limit) { page.accounts.append(try read(row)) }
        if rows.count > limit, let last = page.accounts.last {
            page.next = AccountMark(rank: try rows[limit - 1].int("mark_rank"), account: last.id)
        }
        return page
    }
}
