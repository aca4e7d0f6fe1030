// SPDX-License-Identifier: Apache-2.0

import Limits
import Testing

@Suite("Places for a time", .timeLimit(.minutes(10)))
struct TimedPlacesTests {
    private static let long = Duration.seconds(3_600)

    private func places(
        _ count: Int, waiting: Int, patience: Duration = long, lease: Duration = long
    ) -> TimedPlaces {
        TimedPlaces(.init(places: count, waiting: waiting, patience: patience, lease: lease))
    }

    @Test("there are as many places as the rule says, and a released one is free again")
    func limit() throws {
        let places = places(2, waiting: 0)
        let first = try #require(places.takeAtOnce(at: .now))
        _ = try #require(places.takeAtOnce(at: .now))
        #expect(places.takeAtOnce(at: .now) == nil)
        places.release(first)
        #expect(places.load == (1, 0))
        // The same place cannot be released twice.
        places.release(first)
        #expect(places.load == (1, 0))
        #expect(places.takeAtOnce(at: .now) != nil)
        #expect(places.takeAtOnce(at: .now) == nil)
    }

    @Test("beyond the bound nobody waits")
    func bounded() async throws {
        let places = places(1, waiting: 1)
        let first = try #require(places.takeAtOnce(at: .now))
        let second = Task { await places.take() }
        while places.load.waiting == 0 { await Task.yield() }
        #expect(await places.take() == nil)
        #expect(places.takeAtOnce(at: .now) == nil)
        places.release(first)
        let place = try #require(await second.value)
        #expect(places.load == (1, 0))
        places.release(place)
        #expect(places.load == (0, 0))
    }

    @Test("who waits in vain is refused after a time")
    func patience() async throws {
        let places = places(1, waiting: 10, patience: .milliseconds(20))
        _ = try #require(places.takeAtOnce(at: .now))
        #expect(await places.take() == nil)
        #expect(await places.take() == nil)
        #expect(places.load == (1, 0))
    }

    @Test("a place that is held for long goes to who waits, and its release takes nothing from the new holder")
    func lease() async throws {
        let places = places(1, waiting: 10, lease: .milliseconds(20))
        let slow = try #require(places.takeAtOnce(at: .now))
        let next = try #require(await places.take())
        places.release(slow)
        #expect(places.load == (1, 0))
        places.release(next)
        #expect(places.load == (0, 0))
    }

    @Test("while nobody waits, a place is kept for as long as it takes")
    func noReclaim() async throws {
        let places = places(2, waiting: 0, lease: .milliseconds(1))
        let slow = try #require(places.takeAtOnce(at: .now))
        try await Task.sleep(for: .milliseconds(20))
        #expect(places.load == (1, 0))
        places.release(slow)
        #expect(places.load == (0, 0))
    }

    @Test("no place is lost when many come and go")
    func storm() async {
        let places = places(4, waiting: 1_000)
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    guard let place = await places.take() else { return false }
                    await Task.yield()
                    places.release(place)
                    return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(served == 1_000)
        #expect(places.load == (0, 0))
    }
}
