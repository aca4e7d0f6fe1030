// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

// The words are stored in tables of their own: `entry_words` for posts and events, `account_words` for accounts. They
// are folded before they are stored and before they are searched, so both engines find the same. The function that
// stores a post, an event or an account stores its words in the same transaction. When the row is deleted, its words
// are deleted, too.

/// The words of posts and events (table `entry_words`).
enum ItemSearchIndex {
    /// - Parameter words: ``Model/Post/searchWords(_:)`` of the post.
    static func put(_ words: String, of post: Post, in tx: Transaction) {
        put(words, as: post.id.rawValue, in: tx)
    }

    static func replace(_ post: Post, _ parts: PostParts, in tx: Transaction) throws(DatabaseError) {
        try remove(post.id.rawValue, in: tx)
        put(post.searchWords(parts), of: post, in: tx)
    }

    static func replace(_ event: Event, in tx: Transaction) throws(DatabaseError) {
        let pieces = [event.title, event.place?.name ?? "", event.place?.locality ?? "", event.content.plainText]
        try remove(event.id.rawValue, in: tx)
        put(SearchTerms.words(of: pieces), as: event.id.rawValue, in: tx)
    }

    private static func put(_ words: String, as id: Int64, in tx: Transaction) {
        guard !words.isEmpty else { return }
        // All words of a transaction are inserted one after the other at its end. SQLite's index would otherwise write
        // its pages again for each post, because every other statement may need a savepoint in between.
        tx.collect(in: "entry_words", row: id, "(\(id), \(words))") { rows in
            """
            INSERT INTO entry_words (rowid, words)
            SELECT w.column1, CAST(w.column2 AS \(.words)) FROM (VALUES \(SQL.joined(rows, separator: ", "))) w
            WHERE EXISTS (SELECT 1 FROM entry e WHERE e.id = w.column1)
            """
        }
    }

    private static func remove(_ id: Int64, in tx: Transaction) throws(DatabaseError) {
        tx.forgetCollected(in: "entry_words", row: id)
        try tx.run("DELETE FROM entry_words WHERE rowid = \(id)")
    }
}

extension Post {
    /// The words by which people find the post, as they are stored.
    public func searchWords(_ parts: PostParts) -> String {
        let pieces =
            [title, warning, content.plainText] + parts.attachments.map(\.description) + parts.hashtags
            + (parts.poll?.options.map(\.title) ?? [])
        return SearchTerms.words(of: pieces)
    }
}

extension SearchTerms {
    fileprivate static func words(of pieces: [String]) -> String {
        of(pieces.joined(separator: "\n")).joined(separator: " ")
    }
}

/// The words of accounts (table `account_words`): of the user name and the display name.
enum AccountSearchIndex {
    static func replace(
        _ account: Account, as id: ID<Account>? = nil, in tx: Transaction
    ) throws(DatabaseError) {
        let id = id ?? account.id
        try remove(id, in: tx)
        let terms = SearchTerms.of("\(account.username) \(account.displayName)")
        guard !terms.isEmpty else { return }
        try tx.run("INSERT INTO account_words (rowid, words) VALUES (\(id), \(terms.joined(separator: " ")))")
    }

    static func remove(_ id: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM account_words WHERE rowid = \(id)")
    }
}

/// Indexes rows that were stored before the search index existed.
public enum SearchIndex {
    /// Indexes some more of the older rows, the newest first.
    ///
    /// - Parameter limit: how many posts and events, and how many accounts.
    /// - Returns: how many were indexed; 0 when nothing is left.
    public static func fill(limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        try fillItems(limit: limit, in: tx) + fillAccounts(limit: limit, in: tx)
    }

    /// Removes deleted words from SQLite's index. There a deletion only marks a word until the pages that contain it are
    /// merged. PostgreSQL does this with its own vacuum.
    ///
    /// - Parameter pages: about how many pages are merged, so that the transaction is short.
    public static func compact(pages: Int, in tx: Transaction) throws(DatabaseError) {
        guard tx.engine == .sqlite else { return }
        for table in ["entry_words", "account_words"] as [SQL] {
            try tx.run("INSERT INTO \(table) (\(table), rank) VALUES ('merge', \(-pages))")
        }
    }

    private static func fillItems(limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let before = try mark("search.entries", in: tx) else { return 0 }
        let rows = try tx.rows(
            """
            SELECT e.id, e.post_id FROM entry e WHERE e.id < \(before) AND NOT e.is_boost
            ORDER BY e.id DESC LIMIT \(limit)
            """)
        for row in rows {
            let id = try row.int("id")
            if try row.intOrNil("post_id") == nil {
                if let event = try Events.byID(ID(id), in: tx) { try ItemSearchIndex.replace(event, in: tx) }
            } else if let post = try Posts.byID(ID(id), in: tx) {
                try ItemSearchIndex.replace(post, try Posts.parts(of: post.id, in: tx), in: tx)
            }
        }
        try setMark("search.entries", rows.last.map { row throws(DatabaseError) in try row.int("id") }, in: tx)
        return rows.count
    }

    private static func fillAccounts(limit: Int, in tx: Transaction) throws(DatabaseError) -> Int {
        guard let before = try mark("search.accounts", in: tx) else { return 0 }
        let accounts = try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a WHERE a.id < \(before) AND a.deleted_at IS NULL
            ORDER BY a.id DESC LIMIT \(limit)
            """, in: tx)
        for account in accounts { try AccountSearchIndex.replace(account, in: tx) }
        try setMark("search.accounts", accounts.last?.id.rawValue, in: tx)
        return accounts.count
    }

    /// The id below which nothing is indexed yet; nil when everything is.
    private static func mark(_ key: String, in tx: Transaction) throws(DatabaseError) -> Int64? {
        guard let text = try Settings.value(key, in: tx), let mark = Int64(text), mark > 0 else { return nil }
        return mark
    }

    private static func setMark(_ key: String, _ mark: Int64?, in tx: Transaction) throws(DatabaseError) {
        try Settings.set(key, String(mark ?? 0), in: tx)
    }
}
