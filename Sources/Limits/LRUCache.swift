// SPDX-License-Identifier: Apache-2.0

// Every operation takes constant time, because the caches are used on every request. The ordered dictionary of
// swift-collections would need less code, but moving an entry to its end also moves all entries behind it: with 10,000
// entries this costs more than the caches here save. So the order is a doubly linked list. The nodes are in an array,
// and each node stores the array indices of its two neighbours.

/// A dictionary with a maximum size. When it is full, the least recently used entry is removed.
///
/// It is a plain value; code that shares one protects it with a `Mutex` or an actor.
public struct LRUCache<Key: Hashable, Value> {
    @usableFromInline
    struct Node {
        @usableFromInline var key: Key
        @usableFromInline var value: Value
        /// The array indices of the neighbours; -1 for none.
        @usableFromInline var older: Int
        @usableFromInline var newer: Int

        @usableFromInline
        init(key: Key, value: Value, older: Int, newer: Int) {
            self.key = key
            self.value = value
            self.older = older
            self.newer = newer
        }
    }

    /// The maximum number of entries.
    public let capacity: Int
    @usableFromInline var places: [Key: Int] = [:]
    /// The nodes without gaps: when a node is removed, the last node moves to its index.
    @usableFromInline var nodes: [Node] = []
    @usableFromInline var oldest = -1
    @usableFromInline var newest = -1

    /// Makes an empty cache.
    ///
    /// - Parameter capacity: the maximum number of entries; values below 1 count as 1.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The number of entries.
    @inlinable public var count: Int { nodes.count }

    /// Whether there is no entry.
    @inlinable public var isEmpty: Bool { nodes.isEmpty }

    /// Whether inserting a new key would remove another entry.
    @inlinable public var isFull: Bool { nodes.count >= capacity }

    /// The value; reading it marks it as most recently used.
    @inlinable
    public mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        markUsed(place)
        return nodes[place].value
    }

    /// The value; reading it this way does not change the order.
    @inlinable
    public func peek(_ key: Key) -> Value? {
        places[key].map { nodes[$0].value }
    }

    /// Stores a value and marks it as most recently used.
    ///
    /// - Returns: the entry that was removed to make room for a new key.
    @inlinable @discardableResult
    public mutating func insert(_ value: Value, for key: Key) -> (key: Key, value: Value)? {
        if let place = places[key] {
            nodes[place].value = value
            markUsed(place)
            return nil
        }
        let evicted = isFull ? removeOldest() : nil
        let place = nodes.count
        nodes.append(Node(key: key, value: value, older: newest, newer: -1))
        places[key] = place
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
        return evicted
    }

    /// Changes the value of an existing key in place. This does not mark it as used.
    @inlinable
    public mutating func update(_ key: Key, change: (inout Value) -> Void) {
        guard let place = places[key] else { return }
        change(&nodes[place].value)
    }

    /// Removes an entry.
    @inlinable @discardableResult
    public mutating func removeValue(for key: Key) -> Value? {
        places[key].map { remove(at: $0).value }
    }

    /// Removes the least recently used entry.
    @inlinable @discardableResult
    public mutating func removeOldest() -> (key: Key, value: Value)? {
        oldest < 0 ? nil : remove(at: oldest)
    }

    /// Removes the least recently used entry among those for which `mayGo` is true.
    @inlinable
    public mutating func removeOldest(where mayGo: (Value) -> Bool) -> (key: Key, value: Value)? {
        var place = oldest
        while place >= 0 {
            if mayGo(nodes[place].value) { return remove(at: place) }
            place = nodes[place].newer
        }
        return nil
    }

    /// Removes all entries.
    public mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        (oldest, newest) = (-1, -1)
    }

    /// All entries in unspecified order.
    public var entries: some Collection<(key: Key, value: Value)> { nodes.lazy.map { ($0.key, $0.value) } }

    // MARK: - Links

    @inlinable
    mutating func markUsed(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        nodes[place].older = newest
        nodes[place].newer = -1
        if newest >= 0 { nodes[newest].newer = place }
        newest = place
    }

    /// Links the two neighbours of a node with each other.
    @inlinable
    mutating func unlink(_ place: Int) {
        let (older, newer) = (nodes[place].older, nodes[place].newer)
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
    }

    /// Removes a node and moves the last node of the array to its index.
    @usableFromInline
    mutating func remove(at place: Int) -> (key: Key, value: Value) {
        unlink(place)
        let removed = nodes[place]
        places[removed.key] = nil
        let last = nodes.removeLast()
        guard place < nodes.count else { return (removed.key, removed.value) }
        nodes[place] = last
        places[last.key] = place
        if last.older >= 0 { nodes[last.older].newer = place } else { oldest = place }
        if last.newer >= 0 { nodes[last.newer].older = place } else { newest = place }
        return (removed.key, removed.value)
    }
}

extension LRUCache: Sendable where Key: Sendable, Value: Sendable {}
extension LRUCache.Node: Sendable where Key: Sendable, Value: Sendable {}
