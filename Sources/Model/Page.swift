// SPDX-License-Identifier: Apache-2.0

/// One page of a list that is sorted by id, newest first.
public struct PageRequest: Sendable, Hashable {
    /// Only ids smaller than this one.
    public var before: Int64
    /// How many at the most: 1 ... 80.
    public var limit: Int

    /// - Parameters:
    ///   - before: only ids smaller than this one; nil for the newest.
    ///   - limit: clamped to 1 ... 80.
    public init(before: Int64? = nil, limit: Int = 20) {
        self.before = before ?? .max
        self.limit = min(max(limit, 1), 80)
    }
}
