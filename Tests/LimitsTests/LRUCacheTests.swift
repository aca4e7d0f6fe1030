// SPDX-License-Identifier: Apache-2.0

import Limits
import Testing

@Suite("LRU cache")
struct LRUCacheTests {
    @Test("the entry that was not used for longest makes room")
    func order() {
        var cache = LRUCache<String, Int>(capacity: 2)
        #expect(cache.insert(1, for: "a") == nil)
        #expect(cache.insert(2, for: "b") == nil)
        #expect(cache.value(for: "a") == 1)
        let evicted = cache.insert(3, for: "c")
        #expect(evicted?.key == "b" && evicted?.value == 2)
        #expect(cache.value(for: "b") == nil)
        #expect(cache.value(for: "a") == 1 && cache.value(for: "c") == 3)
        #expect(cache.count == 2 && cache.isFull)
    }

    @Test("a new value for a known key takes no room, and counts as a use")
    func replacement() {
        var cache = LRUCache<String, Int>(capacity: 2)
        cache.insert(1, for: "a")
        cache.insert(2, for: "b")
        #expect(cache.insert(9, for: "a") == nil)
        #expect(cache.insert(3, for: "c")?.key == "b")
        #expect(cache.value(for: "a") == 9)
    }

    @Test("to look and to change leaves no trace in the order")
    func withoutTrace() {
        var cache = LRUCache<String, Int>(capacity: 2)
        cache.insert(1, for: "a")
        cache.insert(2, for: "b")
        #expect(cache.peek("a") == 1)
        cache.update("a") { $0 = 5 }
        cache.update("z") { $0 = 5 }
        #expect(cache.count == 2)
        let evicted = cache.insert(3, for: "c")
        #expect(evicted?.key == "a" && evicted?.value == 5)
    }

    @Test("the oldest that may go is taken out, and the others stay in their order")
    func condition() {
        var cache = LRUCache<Int, Bool>(capacity: 8)
        for number in 0..<6 { cache.insert(number.isMultiple(of: 2), for: number) }
        #expect(cache.removeOldest { !$0 }?.key == 1)
        #expect(cache.removeOldest { $0 }?.key == 0)
        #expect(cache.removeOldest { _ in false } == nil)
        var left: [Int] = []
        while let oldest = cache.removeOldest() { left.append(oldest.key) }
        #expect(left == [2, 3, 4, 5])
        #expect(cache.isEmpty && cache.removeOldest() == nil)
    }

    @Test("after everything was taken out it can be used again", arguments: [1, 3])
    func emptied(capacity: Int) {
        var cache = LRUCache<Int, Int>(capacity: capacity)
        for number in 0..<5 { cache.insert(number, for: number) }
        cache.removeAll()
        #expect(cache.isEmpty && cache.value(for: 4) == nil)
        for number in 0..<5 { cache.insert(number, for: number) }
        #expect(cache.count == capacity && cache.value(for: 4) == 4)
    }

    @Test("a capacity below one is one", arguments: [0, -5])
    func tiny(capacity: Int) {
        var cache = LRUCache<Int, Int>(capacity: capacity)
        cache.insert(1, for: 1)
        #expect(cache.insert(2, for: 2)?.key == 1)
        #expect(cache.count == 1)
    }

    @Test("it does what a list in the order of use does, whatever is asked of it", arguments: [1, 2, 7, 32])
    func model(capacity: Int) {
        var cache = LRUCache<Int, Int>(capacity: capacity)
        var list: [(key: Int, value: Int)] = []
        func use(_ key: Int) -> Int? {
            guard let index = list.firstIndex(where: { $0.key == key }) else { return nil }
            list.append(list.remove(at: index))
            return list.last?.value
        }
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<(capacity * 2))
            switch Int.random(in: 0..<5) {
            case 0, 1: #expect(cache.value(for: key) == use(key))
            case 2:
                let index = list.firstIndex { $0.key == key }
                let removed = index.map { list.remove(at: $0).value }
                #expect(cache.removeValue(for: key) == removed)
            default:
                if let index = list.firstIndex(where: { $0.key == key }) { list.remove(at: index) }
                let evicted = list.count >= capacity ? list.removeFirst() : nil
                list.append((key, step))
                #expect(cache.insert(step, for: key)?.key == evicted?.key)
            }
            #expect(cache.count == list.count)
        }
        #expect(Set(cache.entries.map(\.key)) == Set(list.map(\.key)))
        for entry in list { #expect(cache.removeOldest()?.key == entry.key) }
    }
}

@Suite("Cache of values that end")
struct ExpiringCacheTests {
    @Test("a value is there until its time has come")
    func lifetime() {
        var cache = ExpiringCache<String, Int, Int>(capacity: 4)
        cache.insert(1, for: "a", until: 10)
        #expect(cache.value(for: "a", at: 9) == 1)
        #expect(cache.value(for: "a", at: 10) == nil)
        #expect(cache.count == 0, "what has ended is taken out when it is found")
        #expect(cache.value(for: "b", at: 0) == nil)
    }

    @Test("it is bounded whatever their times")
    func bound() {
        var cache = ExpiringCache<Int, Int, Int>(capacity: 3)
        for number in 0..<10 { cache.insert(number, for: number, until: .max) }
        #expect(cache.count == 3)
        #expect(cache.value(for: 6, at: 0) == nil && cache.value(for: 7, at: 0) == 7)
        cache.removeValue(for: 7)
        #expect(cache.value(for: 7, at: 0) == nil)
        cache.removeAll()
        #expect(cache.count == 0)
    }
}
