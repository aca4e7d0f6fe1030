// SPDX-License-Identifier: Apache-2.0

// Every step takes the same time however much is kept, because caches are asked on every request. An ordered dictionary
// of swift-collections would be shorter to write, but moving an entry to its end moves all entries behind it as well:
// with 10,000 entries that costs more than what the caches here save. So the order is a list of links: each entry
// stands at a place in an array and knows the places of its two neighbours.

/// A dictionary with a bound: when it is full, the entry that was not used for longest makes room.
///
/// A plain value: whoever shares it guards it with a `Mutex` or an actor.
public struct LRUCache<Key: Hashable, Value> {
    @usableFromInline
    struct Node {
        @usableFromInline var key: Key
        @usableFromInline var value: Value
        /// Its neighbours' places; -1 for none.
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

    /// How many entries there are at the most.
    public let capacity: Int
    @usableFromInline var places: [Key: Int] = [:]
    /// Without gaps: the last one moves to where another was taken out.
    @usableFromInline var nodes: [Node] = []
    @usableFromInline var oldest = -1
    @usableFromInline var newest = -1

    /// - Parameter capacity: how many entries there are at the most; 1 or more, and anything less is 1.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many entries there are.
    @inlinable public var count: Int { nodes.count }

    /// Whether there is none.
    @inlinable public var isEmpty: Bool { nodes.isEmpty }

    /// Whether a new key makes another one go.
    @inlinable public var isFull: Bool { nodes.count >= capacity }

    /// The value, which counts as used now.
    @inlinable
    public mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        markUsed(place)
        return nodes[place].value
    }

    /// The value, without a trace of the question.
    @inlinable
    public func peek(_ key: Key) -> Value? {
        places[key].map { nodes[$0].value }
    }

    /// Keeps a value, which counts as used now.
    ///
    /// - Returns: the entry that had to make room for a new key.
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

    /// Changes a value in place, when there is one. It does not count as used.
    @inlinable
    public mutating func update(_ key: Key, change: (inout Value) -> Void) {
        guard let place = places[key] else { return }
        change(&nodes[place].value)
    }

    /// Takes an entry out.
    @inlinable @discardableResult
    public mutating func removeValue(for key: Key) -> Value? {
        places[key].map { remove(at: $0).value }
    }

    /// Takes out the entry that was not used for longest.
    @inlinable @discardableResult
    public mutating func removeOldest() -> (key: Key, value: Value)? {
        oldest < 0 ? nil : remove(at: oldest)
    }

    /// Takes out the entry that was not used for longest of those that may go.
    @inlinable
    public mutating func removeOldest(where mayGo: (Value) -> Bool) -> (key: Key, value: Value)? {
        var place = oldest
        while place >= 0 {
            if mayGo(nodes[place].value) { return remove(at: place) }
            place = nodes[place].newer
        }
        return nil
    }

    /// Takes everything out.
    public mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
        (oldest, newest) = (-1, -1)
    }

    /// All entries, in no order that means anything.
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

    /// Joins the two neighbours of an entry.
    @inlinable
    mutating func unlink(_ place: Int) {
        let (older, newer) = (nodes[place].older, nodes[place].newer)
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
    }

    /// Takes an entry out and fills its place with the last one of the array.
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
