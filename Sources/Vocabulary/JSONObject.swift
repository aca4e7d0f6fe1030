// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// The members of an object: unique keys in their original order.
    ///
    /// Lookup in a small object is a linear search. An object with more than sixteen members keeps an index, so that
    /// the cost of reading a document with many keys stays linear.
    public struct Object: Sendable {
        private static let indexedFrom = 17

        private var entries: [Element] = []
        private var index: [String: Int] = [:]

        /// An object without members.
        public init() {}

        /// Makes an object in this order. When a key is given twice, it keeps its first position and its last value.
        public init(_ members: [(String, JSON)]) {
            entries.reserveCapacity(members.count)
            for (key, value) in members { self[key] = value }
        }

        /// The keys, in order.
        public var keys: [String] { entries.map(\.key) }

        /// The value of `key`. Setting `nil` removes the member; a new key is added at the end.
        public subscript(key: String) -> JSON? {
            get { position(of: key).map { entries[$0].value } }
            set {
                switch (position(of: key), newValue) {
                case (let position?, let value?): entries[position].value = value
                case (let position?, nil): remove(at: position)
                case (nil, let value?): appendNew(key, value)
                case (nil, nil): break
                }
            }
        }

        /// Adds a member at the end, or replaces the value when the key exists.
        public mutating func append(_ key: String, _ value: JSON) { self[key] = value }

        /// Adds a member when the key does not exist.
        ///
        /// - Returns: `false`, without a change, when the key exists.
        mutating func insert(_ key: String, _ value: JSON) -> Bool {
            guard position(of: key) == nil else { return false }
            appendNew(key, value)
            return true
        }

        private mutating func appendNew(_ key: String, _ value: JSON) {
            entries.append((key, value))
            if entries.count == Self.indexedFrom {
                rebuildIndex()
            } else if entries.count > Self.indexedFrom {
                index[key] = entries.count - 1
            }
        }

        private mutating func remove(at position: Int) {
            entries.remove(at: position)
            index = [:]
            if entries.count >= Self.indexedFrom { rebuildIndex() }
        }

        private mutating func rebuildIndex() {
            for (position, entry) in entries.enumerated() { index[entry.key] = position }
        }

        private func position(of key: String) -> Int? {
            if entries.count >= Self.indexedFrom { return index[key] }
            return entries.firstIndex { $0.key == key }
        }
    }
}

extension JSON.Object: RandomAccessCollection {
    /// One member.
    public typealias Element = (key: String, value: JSON)

    /// Always 0.
    public var startIndex: Int { 0 }

    /// The number of members.
    public var endIndex: Int { entries.count }

    /// The member at a position, 0 ..< `count`.
    public subscript(position: Int) -> Element { entries[position] }
}

extension JSON.Object: Hashable {
    /// Whether both have the same members in any order.
    public static func == (a: Self, b: Self) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
    }

    /// Hashes the members independently of their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum ^= member.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    /// Makes an object in this order. When a key is given twice, the last value counts.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
