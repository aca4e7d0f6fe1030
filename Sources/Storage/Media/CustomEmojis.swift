// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A custom emoji of another node as it is stored.
public struct StoredEmoji: Sendable, Hashable {
    /// The host of the actors that use it, with its port when it has one.
    public var host: String
    /// The name between the colons.
    public var shortcode: String
    /// The address of the picture.
    public var url: IRI
    /// The name of the file with a small copy of the picture; nil while there is none.
    public var file: String?
    /// Whether the file was made from another address than ``url``.
    public var isOutdated: Bool
    /// When the picture could not be fetched; nil after a success.
    public var failedAt: Timestamp?
    /// When it was last named by its node or shown here, give or take a day.
    public var usedAt: Timestamp
}

/// The table `custom_emoji`: the custom emoji of other nodes, and the small copies of their pictures.
///
/// A row is written when a post or a profile with the emoji arrives. Its picture is fetched when somebody sees it first.
public enum CustomEmojis {
    /// How long an emoji is kept that no post or profile names and nobody sees.
    public static let memory = Duration.days(400)
    /// How exact `used_at` is. So a popular emoji is not written with every post.
    private static let precision = Duration.days(1)

    /// Stores the custom emoji that a node named. A changed address is stored, and the file is kept until a new one is
    /// made.
    ///
    /// - Parameter host: the host of the actor, with its port when it has one.
    public static func remember(
        _ emojis: [CustomEmoji], of host: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        guard !emojis.isEmpty else { return }
        var known: [String: StoredEmoji] = [:]
        for list in emojis.map(\.shortcode).inLists() {
            for row in try tx.rows(
                "SELECT \(columns) FROM custom_emoji WHERE host = \(host) AND shortcode IN (\(list: list))")
            {
                let emoji = try read(row)
                known[emoji.shortcode] = emoji
            }
        }
        // Always in the same order, so that two transactions cannot wait for each other.
        for emoji in emojis.sorted(by: { $0.shortcode < $1.shortcode }) {
            if let stored = known[emoji.shortcode], stored.url == emoji.url, stored.usedAt + precision > now {
                continue
            }
            try tx.run(
                """
                INSERT INTO custom_emoji (host, shortcode, url, used_at)
                VALUES (\(host), \(emoji.shortcode), \(emoji.url), \(now))
                ON CONFLICT (host, shortcode) DO UPDATE SET failed_at = CASE
                        WHEN custom_emoji.url = excluded.url THEN custom_emoji.failed_at ELSE NULL END,
                    url = excluded.url, used_at = CASE
                        WHEN custom_emoji.used_at > excluded.used_at THEN custom_emoji.used_at ELSE excluded.used_at END
                """)
        }
    }

    /// The emoji with this shortcode.
    public static func find(
        _ shortcode: String, of host: String, in db: some Queryable
    ) throws(DatabaseError) -> StoredEmoji? {
        let row = try db.row(
            "SELECT \(columns) FROM custom_emoji WHERE host = \(host) AND shortcode = \(shortcode)")
        return try row.map { row throws(DatabaseError) in try read(row) }
    }

    /// Records that the emoji was shown, unless this was recorded within a day.
    public static func touch(_ emoji: StoredEmoji, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE custom_emoji SET used_at = \(now)
            WHERE host = \(emoji.host) AND shortcode = \(emoji.shortcode) AND used_at < \(now - precision)
            """)
    }

    /// Whether ``touch(_:at:in:)`` would change anything.
    public static func needsTouch(_ emoji: StoredEmoji, at now: Timestamp) -> Bool { emoji.usedAt < now - precision }

    /// Stores the file that was made from the picture.
    ///
    /// - Returns: the file that is unused now: the former one, or `file` when the emoji has another address meanwhile.
    public static func keep(
        _ file: String, of emoji: StoredEmoji, in tx: Transaction
    ) throws(DatabaseError) -> String? {
        // The UPDATE locks the row before the former file is read.
        let count = try tx.changed(
            """
            UPDATE custom_emoji SET failed_at = NULL
            WHERE host = \(emoji.host) AND shortcode = \(emoji.shortcode) AND url = \(emoji.url)
            """)
        guard count == 1, let known = try find(emoji.shortcode, of: emoji.host, in: tx) else { return file }
        try tx.run(
            """
            UPDATE custom_emoji SET file = \(file), file_url = \(emoji.url)
            WHERE host = \(emoji.host) AND shortcode = \(emoji.shortcode)
            """)
        return known.file
    }

    /// Records that the picture could not be fetched or read.
    public static func fail(_ emoji: StoredEmoji, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE custom_emoji SET failed_at = \(now)
            WHERE host = \(emoji.host) AND shortcode = \(emoji.shortcode) AND url = \(emoji.url)
            """)
    }

    /// The emoji that are no longer kept, the oldest first. The caller removes their files and then calls
    /// ``forget(_:in:)``.
    public static func outdated(
        at now: Timestamp, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [StoredEmoji] {
        try db.rows(
            """
            SELECT \(columns) FROM custom_emoji WHERE used_at < \(now - memory)
            ORDER BY used_at, host, shortcode LIMIT \(limit)
            """
        ).map { row throws(DatabaseError) in try read(row) }
    }

    /// Deletes emoji whose files were removed.
    public static func forget(_ emojis: [StoredEmoji], in tx: Transaction) throws(DatabaseError) {
        for emoji in emojis {
            try tx.run("DELETE FROM custom_emoji WHERE host = \(emoji.host) AND shortcode = \(emoji.shortcode)")
        }
    }

    private static let columns: SQL = "host, shortcode, url, file, file_url, failed_at, used_at"

    private static func read(_ row: Row) throws(DatabaseError) -> StoredEmoji {
        let url = try row.iri("url")
        let (file, source) = (try row.textOrNil("file"), try row.textOrNil("file_url"))
        return StoredEmoji(
            host: try row.text("host"), shortcode: try row.text("shortcode"), url: url, file: file,
            isOutdated: file != nil && source != url.string,
            failedAt: try row.timeOrNil("failed_at"), usedAt: try row.time("used_at"))
    }
}

/// The columns `emojis` of posts and accounts: shortcodes, separated by spaces.
enum ShortcodeList {
    static func read(_ text: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: " ").map(String.init)
    }

    static func text(_ shortcodes: [String]) -> String { shortcodes.joined(separator: " ") }
}
