// SPDX-License-Identifier: Apache-2.0

/// One page of a list that is sorted by id, newest first.
public struct PageRequest: Sendable, Hashable {
    /// Only ids smaller than this one.
    public var before: Int64
    /// Only ids larger than this one.
    public var after: Int64
    /// Whether the page lies next to `after` rather than next to `before`; it is newest first all the same.
    public var fromOldest: Bool
    /// How many at the most: 1 ... 80.
    public var limit: Int

    /// - Parameters:
    ///   - before: only ids smaller than this one; nil for the newest.
    ///   - after: only ids larger than this one.
    ///   - fromOldest: whether the page begins at `after`.
    ///   - limit: clamped to 1 ... 80.
    public init(before: Int64? = nil, after: Int64 = 0, fromOldest: Bool = false, limit: Int = 20) {
        self.before = before ?? .max
        self.after = after
        self.fromOldest = fromOldest
        self.limit = min(max(limit, 1), 80)
    }
}
