// SPDX-License-Identifier: Apache-2.0

/// A request for one page of a list that is sorted by id, newest first.
public struct PageRequest: Sendable, Hashable {
    /// The exclusive upper bound of ids.
    public var before: Int64
    /// The exclusive lower bound of ids.
    public var after: Int64
    /// Whether the page starts next to `after` instead of next to `before`. The items are newest first in both cases.
    public var fromOldest: Bool
    /// The maximum number of items: 1 ... 80.
    public var limit: Int

    /// Creates the value.
    ///
    /// - Parameters:
    ///   - before: the exclusive upper bound of ids; nil for the newest items.
    ///   - after: the exclusive lower bound of ids.
    ///   - fromOldest: whether the page starts next to `after`.
    ///   - limit: the maximum number of items, clamped to 1 ... 80.
    public init(before: Int64? = nil, after: Int64 = 0, fromOldest: Bool = false, limit: Int = 20) {
        self.before = before ?? .max
        self.after = after
        self.fromOldest = fromOldest
        self.limit = min(max(limit, 1), 80)
    }
}

/// Where a page ends of a list that is sorted by a number and then by the account, such as requests by their time.
public struct AccountMark: Sendable, Hashable, CustomStringConvertible {
    /// The number by which the list is sorted.
    public var rank: Int64
    /// The account, which decides among equal numbers.
    public var account: ID<Account>

    /// Creates the value.
    public init(rank: Int64, account: ID<Account>) {
        self.rank = rank
        self.account = account
    }

    /// Reads the form of ``description``; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let rank = Int64(parts[0]), let account = ID<Account>(parts[1]) else { return nil }
        self.init(rank: rank, account: account)
    }

    /// The two numbers with a point between them, for the address of the next page.
    public var description: String { "\(rank).\(account)" }
}

/// One page of a list of accounts.
public struct AccountPage: Sendable, Hashable {
    /// The accounts, in the order of the list.
    public var accounts: [Account]
    /// Where the next page begins; nil when this is the last one.
    public var next: AccountMark?

    /// Creates the value.
    public init(accounts: [Account] = [], next: AccountMark? = nil) {
        self.accounts = accounts
        self.next = next
    }
}
