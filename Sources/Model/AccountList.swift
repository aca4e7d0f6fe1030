// SPDX-License-Identifier: Apache-2.0

/// A list of accounts that belongs to a member.
public struct AccountList: Sendable, Hashable, Identifiable {
    /// Which replies a list shows.
    public enum RepliesPolicy: String, Sendable, CaseIterable {
        /// Replies to accounts that the owner follows.
        case followed
        /// Replies to accounts in the list.
        case list
        /// No replies.
        case none
    }

    /// The local id.
    public let id: ID<AccountList>
    /// The account that owns the list.
    public var owner: ID<Account>
    /// The title that the owner chose.
    public var title: String
    /// Which replies the list shows.
    public var replies: RepliesPolicy
    /// Whether the home timeline leaves out the posts of accounts in this list.
    public var isExclusive: Bool

    /// Creates the value.
    public init(
        id: ID<AccountList>, owner: ID<Account>, title: String, replies: RepliesPolicy = .list,
        isExclusive: Bool = false
    ) {
        self.id = id
        self.owner = owner
        self.title = title
        self.replies = replies
        self.isExclusive = isExclusive
    }
}
