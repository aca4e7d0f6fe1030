// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// Where items stand together in the order of a timeline: one range of an index, or one for each of many keys.
///
/// Aliases: `y` is the table whose index is read, `k` the row with the key.
struct TimelineSource {
    /// `SELECT` of the keys; nil when there is one range.
    var keys: SQL?
    /// The table `y`.
    var table: SQL
    /// What makes one range of an index of it.
    var condition: SQL
    /// By what the range is sorted.
    var mark: SQL = "y.id"
    /// The number of the item.
    var item: SQL = "y.id"
    /// Whether `newest_entry` tells where the range of an account begins.
    var hasNewest = false

    // MARK: - One range

    /// Public posts that start a discussion, and public events.
    static let listed = Self(table: "entry y", condition: "y.is_listed")

    /// Those of them that were written here.
    static let listedHere = Self(table: "entry y", condition: "y.is_listed AND y.is_local")

    /// What an account put before its followers.
    static func items(of account: ID<Account>, withBoosts: Bool) -> Self {
        let all: SQL = "y.account_id = \(account)"
        return Self(table: "entry y", condition: withBoosts ? all : "\(all) AND NOT y.is_boost")
    }

    /// Posts that were written into a group.
    static func writtenInto(_ group: ID<Account>) -> Self {
        Self(table: "post y", condition: "y.group_id = \(group)")
    }

    /// Posts with a hashtag.
    static func tagged(_ tag: String) -> Self {
        Self(table: "hashtag y", condition: "y.tag = \(tag)", mark: "y.post_id", item: "y.post_id")
    }

    /// Posts that name an account.
    static func mentioning(_ account: ID<Account>) -> Self {
        Self(table: "mention y", condition: "y.account_id = \(account)", mark: "y.post_id", item: "y.post_id")
    }

    /// Posts that quote a post.
    static func quoting(_ post: ID<Post>) -> Self {
        Self(table: "post y", condition: "y.quoted_id = \(post)")
    }

    /// What an account keeps, by when it was kept.
    static func bookmarks(of account: ID<Account>) -> Self {
        Self(table: "bookmark y", condition: "y.account_id = \(account)", item: "coalesce(y.post_id, y.event_id)")
    }

    /// Posts that an account likes, by when it said so.
    static func likedPosts(of account: ID<Account>) -> Self {
        Self(table: "post_like y", condition: "y.account_id = \(account)", item: "y.post_id")
    }

    /// Events in which an account is interested, by when it said so.
    static func likedEvents(of account: ID<Account>) -> Self {
        Self(table: "event_like y", condition: "y.account_id = \(account)", item: "y.event_id")
    }

    // MARK: - A range for each key

    /// What each of the accounts put before its followers.
    ///
    /// - Parameter accounts: `SELECT account_id, with_boosts`.
    static func items(ofEach accounts: SQL) -> Self {
        Self(
            keys: accounts, table: "entry y",
            condition: "y.account_id = k.account_id AND (k.with_boosts OR NOT y.is_boost)", hasNewest: true)
    }

    /// Posts that each of the accounts boosted, by their own arrival.
    ///
    /// - Parameter accounts: `SELECT account_id`.
    static func boosted(byEach accounts: SQL) -> Self {
        Self(
            keys: accounts, table: "boost y", condition: "y.account_id = k.account_id", mark: "y.post_id",
            item: "y.post_id")
    }

    /// Events that each of the accounts shared, by their own arrival.
    ///
    /// - Parameter accounts: `SELECT account_id`.
    static func shared(byEach accounts: SQL) -> Self {
        Self(
            keys: accounts, table: "event_share y", condition: "y.account_id = k.account_id", mark: "y.event_id",
            item: "y.event_id")
    }

    /// Posts with each of the hashtags.
    ///
    /// - Parameter tags: `SELECT tag`.
    static func tagged(withEach tags: SQL) -> Self {
        Self(keys: tags, table: "hashtag y", condition: "y.tag = k.tag", mark: "y.post_id", item: "y.post_id")
    }
}
