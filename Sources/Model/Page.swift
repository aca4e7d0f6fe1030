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
