// SPDX-License-Identifier: Apache-2.0

/// A member's own list of accounts.
public struct AccountList: Sendable, Hashable, Identifiable {
    /// Which answers a list shows.
    public enum RepliesPolicy: String, Sendable, CaseIterable {
        /// Those to people whom the owner follows.
        case followed
        /// Those to members of the list.
        case list
        /// None.
        case none
    }

    /// The local number.
    public let id: ID<AccountList>
    /// Whose list.
    public var owner: ID<Account>
    /// What the owner calls it.
    public var title: String
    /// Which answers it shows.
    public var replies: RepliesPolicy
    /// Whether home leaves out what stands in it.
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
