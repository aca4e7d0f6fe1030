// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// A source of a timeline: one range of an index in the order of the timeline, or one range for each of many keys.
///
/// Aliases: `y` is the table whose index is read, `k` is the row with the key.
struct TimelineSource {
    /// The `SELECT` of the keys; nil when the source is a single range.
    var keys: SQL?
    /// The table `y`.
    var table: SQL
    /// The condition that selects one range of an index of `y`.
    var condition: SQL
    /// The column by which the range is sorted.
    var mark: SQL = "y.id"
    /// The id of the item.
    var item: SQL = "y.id"
    /// Whether the table `newest_entry` gives the start of an account's range.
    var hasNewest = false

    // MARK: - Sources of one range

    /// Public posts that start a discussion, and public events.
    static let listed = Self(table: "entry y", condition: "y.is_listed")

    /// As ``listed``, but only local items.
    static let listedHere = Self(table: "entry y", condition: "y.is_listed AND y.is_local")

    /// The discussions that were started here or that a group boosted, the one with the last reply first.
    static let active = Self(table: "discussion y", condition: "y.rank > 0", mark: "y.rank", item: "y.post_id")

    /// The items of an account: its posts, boosts, events and shares.
    static func items(of account: ID<Account>, withBoosts: Bool) -> Self {
        let all: SQL = "y.account_id = \(account)"
        return Self(table: "entry y", condition: withBoosts ? all : "\(all) AND NOT y.is_boost")
    }

    /// Posts in a group (column `group_id`) that start a discussion. The index `post_group_start` holds no replies.
    static func startedIn(_ group: ID<Account>) -> Self {
        Self(table: "post y", condition: "y.group_id = \(group) AND y.in_reply_to_iri IS NULL")
    }

    /// Posts with a hashtag.
    static func tagged(_ tag: String) -> Self {
        Self(table: "hashtag y", condition: "y.tag = \(tag)", mark: "y.post_id", item: "y.post_id")
    }

    /// Posts that mention an account.
    static func mentioning(_ account: ID<Account>) -> Self {
        Self(table: "mention y", condition: "y.account_id = \(account)", mark: "y.post_id", item: "y.post_id")
    }

    /// Posts that quote a post.
    static func quoting(_ post: ID<Post>) -> Self {
        Self(table: "post y", condition: "y.quoted_id = \(post)")
    }

    /// The bookmarks of an account, in the order in which they were added.
    static func bookmarks(of account: ID<Account>) -> Self {
        Self(table: "bookmark y", condition: "y.account_id = \(account)", item: "coalesce(y.post_id, y.event_id)")
    }

    /// The posts that an account favourited, in the order of the favourites.
    static func likedPosts(of account: ID<Account>) -> Self {
        Self(table: "post_like y", condition: "y.account_id = \(account)", item: "y.post_id")
    }

    /// The events in which an account is interested, in the order in which it declared the interest.
    static func likedEvents(of account: ID<Account>) -> Self {
        Self(table: "event_like y", condition: "y.account_id = \(account)", item: "y.event_id")
    }

    // MARK: - Sources with a range for each key

    /// The items of each of the accounts: its posts, boosts, events and shares.
    ///
    /// - Parameter accounts: `SELECT account_id, with_boosts`.
    static func items(ofEach accounts: SQL) -> Self {
        Self(
            keys: accounts, table: "entry y",
            condition: "y.account_id = k.account_id AND (k.with_boosts OR NOT y.is_boost)", hasNewest: true)
    }

    /// The posts that each of the accounts boosted, sorted by the arrival of the posts.
    ///
    /// - Parameter accounts: `SELECT account_id`.
    static func boosted(byEach accounts: SQL) -> Self {
        Self(
            keys: accounts, table: "boost y", condition: "y.account_id = k.account_id", mark: "y.post_id",
            item: "y.post_id")
    }

    /// The events that each of the accounts shared, sorted by the arrival of the events.
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
