// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How often something may be done by each of many clients: a token bucket for each key.
///
/// A bucket begins full. Whoever finds a token in it may go on; tokens come back with time. Memory is bounded: beyond
/// `capacity` keys the one that was not seen for longest is forgotten, which only ever gives tokens back.
///
/// The instant is given by the caller: the wall clock's where an answer names a time, a monotonic one elsewhere.
public final class RateLimiter<Key: Hashable & Sendable, Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    private struct Bucket {
        var tokens: Int
        /// Tokens came in for the time up to here.
        var filledAt: Instant
    }

    private let rule: RateLimitRule
    // A mutex rather than an actor: every request asks, and the answer is a few additions.
    private let buckets: Mutex<LRUCache<Key, Bucket>>

    /// - Parameters:
    ///   - rule: for every key alike.
    ///   - capacity: keys that are remembered.
    public init(_ rule: RateLimitRule, capacity: Int) {
        self.rule = rule
        buckets = Mutex(LRUCache(capacity: capacity))
    }

    /// Keys that are remembered now.
    public var count: Int { buckets.withLock { $0.count } }

    /// Takes a token of `key`, when there is one.
    ///
    /// A clock that was put back gives no tokens and takes none.
    public func take(_ key: Key, at now: Instant) -> RateLimitStatus<Instant> {
        buckets.withLock { buckets in
            var bucket = refilled(buckets.value(for: key), at: now)
            let isAllowed = bucket.tokens > 0
            if isAllowed { bucket.tokens -= 1 }
            buckets.insert(bucket, for: key)
            return status(of: bucket, isAllowed: isAllowed, at: now)
        }
    }

    private func refilled(_ known: Bucket?, at now: Instant) -> Bucket {
        guard var bucket = known, bucket.tokens < rule.burst else { return Bucket(tokens: rule.burst, filledAt: now) }
        let elapsed = bucket.filledAt.duration(to: now)
        guard elapsed >= .zero else {
            bucket.filledAt = now
            return bucket
        }
        let refills = elapsed.attoseconds / rule.interval.attoseconds
        guard refills < Int128(rule.refillsUntilFull(from: bucket.tokens)) else {
            return Bucket(tokens: rule.burst, filledAt: now)
        }
        bucket.tokens += Int(refills) * rule.refill
        bucket.filledAt = bucket.filledAt.advanced(by: rule.interval * Int(refills))
        return bucket
    }

    private func status(of bucket: Bucket, isAllowed: Bool, at now: Instant) -> RateLimitStatus<Instant> {
        let resetAt = bucket.filledAt.advanced(by: rule.interval * rule.refillsUntilFull(from: bucket.tokens))
        let next = bucket.filledAt.advanced(by: rule.interval)
        return RateLimitStatus(
            limit: rule.burst, remaining: bucket.tokens, resetAt: resetAt, isAllowed: isAllowed,
            retryAfter: isAllowed ? .zero : now.duration(to: next))
    }
}

/// How fast, and how much at once.
public struct RateLimitRule: Sendable, Hashable {
    /// Tokens of a key that was not here for a while.
    public let burst: Int
    /// Tokens that come back at a time.
    public let refill: Int
    /// How often they come back.
    public let interval: Duration

    private init(burst: Int, refill: Int, interval: Duration) {
        self.burst = max(0, burst)
        self.refill = max(1, refill)
        self.interval = max(.nanoseconds(1), interval)
    }

    /// `burst` at once, and then one each `interval`.
    public static func steady(burst: Int, every interval: Duration) -> RateLimitRule {
        RateLimitRule(burst: burst, refill: 1, interval: interval)
    }

    /// `limit` within a window that begins with the first one: the limit that client apps are told in headers.
    public static func window(_ limit: Int, per length: Duration) -> RateLimitRule {
        RateLimitRule(burst: limit, refill: limit, interval: length)
    }

    fileprivate func refillsUntilFull(from tokens: Int) -> Int { (burst - tokens + refill - 1) / refill }
}

/// Where a key stands after a token was asked for.
public struct RateLimitStatus<Instant: InstantProtocol & Sendable>: Sendable, Hashable
where Instant.Duration == Duration {
    /// Tokens of a full bucket.
    public let limit: Int
    /// How many are left.
    public let remaining: Int
    /// When the bucket is full again; of a window, when it ends.
    public let resetAt: Instant
    /// Whether there was a token.
    public let isAllowed: Bool
    /// How long to wait for the next token; zero when there was one.
    public let retryAfter: Duration

    /// The wait as `Retry-After` says it: whole seconds, rounded up, from one to an hour.
    public var retryAfterSeconds: Int {
        let (seconds, rest) = retryAfter.components
        return Int(min(3_600, max(1, rest > 0 ? seconds + 1 : seconds)))
    }
}
