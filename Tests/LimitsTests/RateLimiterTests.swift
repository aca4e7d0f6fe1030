// SPDX-License-Identifier: Apache-2.0

import Limits
import Testing

@Suite("Rate limiter")
struct RateLimiterTests {
    private typealias Limiter = RateLimiter<String, ContinuousClock.Instant>
    private let start = ContinuousClock.now

    @Test("a client has its burst at once and then its rate")
    func steady() {
        let limiter = Limiter(.steady(burst: 3, every: .seconds(1)), capacity: 10)
        #expect((0..<3).map { _ in limiter.take("a", at: start).remaining } == [2, 1, 0])
        let refused = limiter.take("a", at: start)
        #expect(!refused.isAllowed && refused.retryAfterSeconds == 1 && refused.remaining == 0)
        #expect(limiter.take("b", at: start).isAllowed, "another client has a bucket of its own")
        #expect(limiter.take("a", at: start + .seconds(1)).isAllowed)
        #expect(!limiter.take("a", at: start + .seconds(1)).isAllowed)
        #expect(limiter.take("a", at: start + .seconds(500)).remaining == 2, "no more than the burst comes back")
    }

    @Test("time that was too short for a token counts towards the next one")
    func fractions() {
        let limiter = Limiter(.steady(burst: 1, every: .seconds(10)), capacity: 10)
        #expect(limiter.take("a", at: start).isAllowed)
        for seconds in [3, 6, 9] {
            let refused = limiter.take("a", at: start + .seconds(seconds))
            #expect(!refused.isAllowed && refused.retryAfter == .seconds(10 - seconds))
        }
        #expect(limiter.take("a", at: start + .seconds(10)).isAllowed)
        #expect(!limiter.take("a", at: start + .milliseconds(19_999)).isAllowed)
        #expect(limiter.take("a", at: start + .seconds(20)).isAllowed)
    }

    @Test("a window begins with its first request and gives everything back at its end")
    func window() {
        let limiter = Limiter(.window(2, per: .seconds(300)), capacity: 10)
        let first = limiter.take("a", at: start + .seconds(7))
        #expect(first.limit == 2 && first.remaining == 1 && first.resetAt == start + .seconds(307))
        #expect(limiter.take("a", at: start + .seconds(200)).remaining == 0)
        let refused = limiter.take("a", at: start + .milliseconds(306_001))
        #expect(!refused.isAllowed && refused.resetAt == start + .seconds(307))
        #expect(refused.retryAfterSeconds == 1, "a part of a second is rounded up")
        let next = limiter.take("a", at: start + .seconds(307))
        #expect(next.remaining == 1 && next.resetAt == start + .seconds(607))
    }

    @Test("a bucket is full again when all of its tokens have come back")
    func reset() {
        let limiter = Limiter(.steady(burst: 10, every: .seconds(30)), capacity: 10)
        #expect(limiter.take("a", at: start).resetAt == start + .seconds(30))
        #expect(limiter.take("a", at: start).resetAt == start + .seconds(60))
        #expect(limiter.take("a", at: start + .seconds(45)).resetAt == start + .seconds(90))
    }

    @Test("a clock that is put back gives no tokens, and locks nobody out for longer than the rule says")
    func backwards() {
        let limiter = Limiter(.steady(burst: 1, every: .seconds(60)), capacity: 10)
        #expect(limiter.take("a", at: start).isAllowed)
        #expect(!limiter.take("a", at: start - .seconds(3_600)).isAllowed)
        #expect(!limiter.take("a", at: start - .seconds(3_541)).isAllowed)
        #expect(limiter.take("a", at: start - .seconds(3_540)).isAllowed)
    }

    @Test(
        "the wait is told in whole seconds from one to an hour",
        arguments: [
            (Duration.milliseconds(1), 1), (.seconds(2), 2), (.milliseconds(2_001), 3), (.seconds(99_999), 3_600),
        ])
    func retryAfter(interval: Duration, seconds: Int) {
        let limiter = Limiter(.steady(burst: 0, every: interval), capacity: 10)
        #expect(limiter.take("a", at: start).retryAfterSeconds == seconds)
    }

    @Test("a flood of keys does not grow the table, and forgets the one that was not seen for longest")
    func bounded() {
        let limiter = Limiter(.steady(burst: 1, every: .seconds(60)), capacity: 100)
        for number in 0..<1_000 {
            #expect(limiter.take("\(number)", at: start).isAllowed)
            #expect(!limiter.take("busy", at: start + .seconds(1)).isAllowed || number == 0)
        }
        #expect(limiter.count == 100)
        #expect(!limiter.take("999", at: start).isAllowed)
        #expect(limiter.take("1", at: start).isAllowed)
    }

    @Test("tokens are counted once whoever asks at the same time")
    func parallel() async {
        let limiter = Limiter(.steady(burst: 100, every: .seconds(3_600)), capacity: 10)
        let allowed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<500 { group.addTask { limiter.take("a", at: start).isAllowed } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(allowed == 100)
    }
}
