// SPDX-License-Identifier: Apache-2.0

/// An ``LRUCache`` whose values are good until an instant that is given with each of them.
public struct ExpiringCache<Key: Hashable, Value, Instant: Comparable> {
    @usableFromInline var cache: LRUCache<Key, (value: Value, until: Instant)>

    /// - Parameter capacity: how many values are kept.
    public init(capacity: Int) {
        cache = LRUCache(capacity: capacity)
    }

    /// How many values are kept, those included whose time has passed and that nobody has asked for since.
    @inlinable public var count: Int { cache.count }

    /// The value, unless its time has come; it is taken out then.
    @inlinable
    public mutating func value(for key: Key, at now: Instant) -> Value? {
        guard let known = cache.value(for: key) else { return nil }
        if now < known.until { return known.value }
        cache.removeValue(for: key)
        return nil
    }

    /// Keeps a value until an instant.
    @inlinable
    public mutating func insert(_ value: Value, for key: Key, until: Instant) {
        cache.insert((value, until), for: key)
    }

    /// Changes a value and the instant until which it is good, when there is one.
    @inlinable
    public mutating func update(_ key: Key, change: (inout (value: Value, until: Instant)) -> Void) {
        cache.update(key, change: change)
    }

    /// Takes a value out.
    @inlinable
    public mutating func removeValue(for key: Key) {
        cache.removeValue(for: key)
    }

    /// Takes everything out.
    public mutating func removeAll() {
        cache.removeAll()
    }
}

extension ExpiringCache: Sendable where Key: Sendable, Value: Sendable, Instant: Sendable {}
