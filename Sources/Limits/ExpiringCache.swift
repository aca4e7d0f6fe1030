// SPDX-License-Identifier: Apache-2.0

/// An ``LRUCache`` whose values expire at an instant that is given with each value.
public struct ExpiringCache<Key: Hashable, Value, Instant: Comparable> {
    @usableFromInline var cache: LRUCache<Key, (value: Value, until: Instant)>

    /// Makes an empty cache.
    ///
    /// - Parameter capacity: the maximum number of values.
    public init(capacity: Int) {
        cache = LRUCache(capacity: capacity)
    }

    /// The number of values, including expired ones that have not been read since they expired.
    @inlinable public var count: Int { cache.count }

    /// The value, unless it has expired; an expired value is removed.
    @inlinable
    public mutating func value(for key: Key, at now: Instant) -> Value? {
        guard let known = cache.value(for: key) else { return nil }
        if now < known.until { return known.value }
        cache.removeValue(for: key)
        return nil
    }

    /// Stores a value that expires at `until`.
    @inlinable
    public mutating func insert(_ value: Value, for key: Key, until: Instant) {
        cache.insert((value, until), for: key)
    }

    /// Changes the value and expiry of an existing key.
    @inlinable
    public mutating func update(_ key: Key, change: (inout (value: Value, until: Instant)) -> Void) {
        cache.update(key, change: change)
    }

    /// Removes a value.
    @inlinable
    public mutating func removeValue(for key: Key) {
        cache.removeValue(for: key)
    }

    /// Removes all values.
    public mutating func removeAll() {
        cache.removeAll()
    }
}

extension ExpiringCache: Sendable where Key: Sendable, Value: Sendable, Instant: Sendable {}
