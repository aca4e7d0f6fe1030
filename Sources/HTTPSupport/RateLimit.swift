// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How often one client may do something: a token bucket for each.
///
/// The table is bounded: when it is full, the older half of its clients is forgotten, which only ever gives tokens back.
public final class RateLimit: Sendable {
    /// How fast, and how much at once.
    public struct Rule: Sendable, Hashable {
        /// Tokens that come back each second.
        public var perSecond: Double
        /// Tokens of a client that was not here for a while.
        public var burst: Double

        /// Creates the value.
        public init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }

        /// Pages: far more than a person reads.
        public static let reading = Rule(perSecond: 50, burst: 500)
        /// Forms: more than a person sends.
        public static let writing = Rule(perSecond: 1, burst: 60)
    }

    private struct Bucket {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    /// Clients that are remembered.
    static let ceiling = 20_000

    private let rule: Rule
    // A mutex rather than an actor: every request asks, and the answer is a few additions.
    private let buckets = Mutex<[UInt64: Bucket]>([:])

    /// - Parameter rule: for every client alike.
    public init(_ rule: Rule) {
        self.rule = rule
    }

    /// Takes a token.
    ///
    /// - Parameters:
    ///   - client: an IP address; a client without one is not limited.
    ///   - now: the present; given by tests.
    /// - Returns: nil when there was one, otherwise the seconds until the next, at least one.
    public func take(_ client: String?, now: ContinuousClock.Instant = .now) -> Int? {
        guard let client, let key = AddressBytes(client)?.network else { return nil }
        return buckets.withLock { buckets in
            if buckets.count >= Self.ceiling, buckets[key] == nil { Self.forgetOldest(&buckets) }
            var bucket = buckets[key] ?? Bucket(tokens: rule.burst, filledAt: now)
            let elapsed =
                Double((now - bucket.filledAt).components.seconds)
                + Double((now - bucket.filledAt).components.attoseconds) / 1e18
            bucket.tokens = min(rule.burst, bucket.tokens + max(0, elapsed) * rule.perSecond)
            bucket.filledAt = now
            let isWelcome = bucket.tokens >= 1
            if isWelcome { bucket.tokens -= 1 }
            buckets[key] = bucket
            guard !isWelcome else { return nil }
            let wait = (1 - bucket.tokens) / max(rule.perSecond, 0.001)
            return Int(min(3_600, max(1, wait.rounded(.up))))
        }
    }

    /// Clients that are remembered now.
    var count: Int { buckets.withLock { $0.count } }

    private static func forgetOldest(_ buckets: inout [UInt64: Bucket]) {
        let instants = buckets.values.map(\.filledAt).sorted()
        // Safe: the table is full when this is called, so it has a middle.
        let middle = instants[instants.count / 2]
        buckets = buckets.filter { $0.value.filledAt > middle }
    }
}
