// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import HTTPSupport

@Suite("Responses that are kept")
struct ResponseCacheTests {
    /// Data with a version that the test sets, and a counter of how often a response was made.
    private final class World: Sendable {
        let version = Atomic<UInt64>(1)
        let made = Atomic<Int>(0)

        func ask(_ cache: ResponseCache<Int>, _ key: String = "a", at now: Int64 = 0, size: Int? = 10) async -> Int {
            await cache.value(for: key, now: now, size: { _ in size }) {
                made.wrappingAdd(1, ordering: .relaxed).newValue
            }
        }
    }

    private func cache(_ world: World, limitBytes: Int = 10_000) -> ResponseCache<Int> {
        ResponseCache(limitBytes: limitBytes) {
            let version = world.version.load(ordering: .relaxed)
            return version == 0 ? nil : version
        }
    }

    @Test("an answer is given again until the version is another, and never across keys")
    func versions() async {
        let world = World()
        let cache = cache(world)
        #expect(await world.ask(cache) == 1)
        #expect(await world.ask(cache) == 1)
        #expect(await world.ask(cache, "b") == 2)
        world.version.store(2, ordering: .relaxed)
        #expect(await world.ask(cache) == 3)
        #expect(await world.ask(cache) == 3)
    }

    @Test("an answer is given for a second, and not by a clock that went back")
    func ages() async {
        let world = World()
        let cache = cache(world)
        #expect(await world.ask(cache, at: 5_000) == 1)
        #expect(await world.ask(cache, at: 5_999) == 1)
        #expect(await world.ask(cache, at: 6_000) == 2)
        #expect(await world.ask(cache, at: 5_999) == 3)
    }

    @Test("what may not be given again, and what is asked while the version is unknown, is made anew each time")
    func refusals() async {
        let world = World()
        let cache = cache(world)
        #expect(await world.ask(cache, size: nil) == 1)
        #expect(await world.ask(cache, size: nil) == 2)
        world.version.store(0, ordering: .relaxed)
        #expect(await world.ask(cache) == 3)
        #expect(await world.ask(cache) == 4)
        #expect(await world.ask(cache, String(repeating: "k", count: 5_000)) == 5)
    }

    @Test("an answer that was made while something changed is not kept")
    func changedMeanwhile() async {
        let world = World()
        let cache = cache(world)
        let first = await cache.value(for: "a", now: 0, size: { _ in 1 }) {
            world.version.store(2, ordering: .relaxed)
            _ = await world.ask(cache, "b")
            return 100
        }
        #expect(first == 100)
        #expect(await world.ask(cache) == 2)
    }

    @Test("the cache stays within its bytes")
    func bounds() async {
        let world = World()
        let cache = cache(world)
        for number in 0..<200 {
            _ = await world.ask(cache, "\(number)", size: 700)
            #expect(cache.bytes <= 10_000)
        }
        let before = world.made.load(ordering: .relaxed)
        _ = await world.ask(cache, "large", size: 9_000)
        _ = await world.ask(cache, "large", size: 9_000)
        #expect(world.made.load(ordering: .relaxed) == before + 2)
    }
}
