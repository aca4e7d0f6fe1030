// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The columns of the table `account` in a SELECT, and how an ``Account`` is read from them.
///
/// A query that joins accounts passes the alias of the table and a prefix for the result columns, and then reads with
/// the same prefix: `SELECT \(AccountRow.columns(as: "a", prefix: "a_")), p.id FROM post p JOIN account a ON …`.
public enum AccountRow {
    static let names = [
        "id", "kind", "username", "host", "iri", "display_name", "summary_html", "url", "inbox", "shared_inbox",
        "outbox", "followers", "icon", "header", "fields", "post_count", "follower_count", "following_count",
        "last_post_at", "approves_followers", "discoverable", "indexable", "hides_follows", "created_at", "fetched_at",
        "suspended_at", "deleted_at", "moved_to",
    ]

    /// The columns with the usual alias `a` and prefix `a_`, for a query over accounts alone.
    static let plain = columns(as: "a", prefix: "a_")

    /// The condition that an account (alias `a`) may act and may be shown: it is neither suspended nor deleted.
    static let isActive: SQL = "a.suspended_at IS NULL AND a.deleted_at IS NULL"

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
        var account = Account(
            id: try row.id(prefix + "id"), kind: try row.choice(prefix + "kind"),
            username: try row.text(prefix + "username"), host: try row.text(prefix + "host"),
            iri: try row.iri(prefix + "iri"), displayName: try row.text(prefix + "display_name"),
            summary: try row.html(prefix + "summary_html"), createdAt: try row.time(prefix + "created_at"))
        account.url = try row.iriOrNil(prefix + "url")
        account.inbox = try row.iriOrNil(prefix + "inbox")
        account.sharedInbox = try row.iriOrNil(prefix + "shared_inbox")
        account.outbox = try row.iriOrNil(prefix + "outbox")
        account.followers = try row.iriOrNil(prefix + "followers")
        account.icon = try row.iriOrNil(prefix + "icon")
        account.header = try row.iriOrNil(prefix + "header")
        account.fields = ProfileFields.read(try row.text(prefix + "fields"))
        account.postCount = try row.count(prefix + "post_count")
        account.followerCount = try row.count(prefix + "follower_count")
        account.followingCount = try row.count(prefix + "following_count")
        account.lastPostAt = try row.timeOrNil(prefix + "last_post_at")
        account.approvesFollowers = try row.bool(prefix + "approves_followers")
        account.discoverable = try row.bool(prefix + "discoverable")
        account.indexable = try row.bool(prefix + "indexable")
        account.hidesFollows = try row.bool(prefix + "hides_follows")
        account.fetchedAt = try row.timeOrNil(prefix + "fetched_at")
        account.suspendedAt = try row.timeOrNil(prefix + "suspended_at")
        account.deletedAt = try row.timeOrNil(prefix + "deleted_at")
        account.movedTo = try row.iriOrNil(prefix + "moved_to")
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
