// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits how often each client may do something, with one token bucket per key.
///
/// A bucket begins full. Each action takes one token, and tokens are refilled over time. Memory is bounded: beyond
/// `capacity` keys the least recently used key is forgotten. A forgotten key begins with a full bucket again.
///
/// The caller supplies the instant: wall-clock time when a response contains the time, otherwise monotonic time.
public final class RateLimiter<Key: Hashable & Sendable, Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    private struct Bucket {
        var tokens: Int
        /// The instant up to which refills have been added.
        var filledAt: Instant
    }

    private let rule: RateLimitRule
    // This is a mutex, not an actor, because every request calls it and the work is a few additions.
    private let buckets: Mutex<LRUCache<Key, Bucket>>

    /// Makes a rate limiter.
    ///
    /// - Parameters:
    ///   - rule: the rule for every key.
    ///   - capacity: the maximum number of keys that are remembered.
    public init(_ rule: RateLimitRule, capacity: Int) {
        self.rule = rule
        buckets = Mutex(LRUCache(capacity: capacity))
    }

    /// The number of keys that are remembered now.
    public var count: Int { buckets.withLock { $0.count } }

    /// Takes a token of `key`, when there is one.
    ///
    /// When the clock was put back, tokens are neither added nor removed.
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

/// The size of a bucket and the speed of its refills.
public struct RateLimitRule: Sendable, Hashable {
    /// The number of tokens in a full bucket.
    public let burst: Int
    /// The number of tokens per refill.
    public let refill: Int
    /// The time between refills.
    public let interval: Duration

    private init(burst: Int, refill: Int, interval: Duration) {
        self.burst = max(0, burst)
        self.refill = max(1, refill)
        self.interval = max(.nanoseconds(1), interval)
    }

    /// A rule that allows `burst` actions at once, and then one action per `interval`.
    public static func steady(burst: Int, every interval: Duration) -> RateLimitRule {
        RateLimitRule(burst: burst, refill: 1, interval: interval)
    }

    /// A rule that allows `limit` actions in a window that begins with the first action. Responses to client apps state
    /// this limit in headers.
    public static func window(_ limit: Int, per length: Duration) -> RateLimitRule {
        RateLimitRule(burst: limit, refill: limit, interval: length)
    }

    fileprivate func refillsUntilFull(from tokens: Int) -> Int { (burst - tokens + refill - 1) / refill }
}

/// The state of a key after an attempt to take a token.
public struct RateLimitStatus<Instant: InstantProtocol & Sendable>: Sendable, Hashable
where Instant.Duration == Duration {
    /// The number of tokens in a full bucket.
    public let limit: Int
    /// The number of tokens that are left.
    public let remaining: Int
    /// When the bucket is full again; for a window rule, when the window ends.
    public let resetAt: Instant
    /// Whether a token was available.
    public let isAllowed: Bool
    /// How long to wait for the next token; zero when a token was available.
    public let retryAfter: Duration

    /// Creates the value.
    public init(limit: Int, remaining: Int, resetAt: Instant, isAllowed: Bool, retryAfter: Duration) {
        self.limit = limit
        self.remaining = remaining
        self.resetAt = resetAt
        self.isAllowed = isAllowed
        self.retryAfter = retryAfter
    }

    /// The value of `Retry-After`: whole seconds, rounded up, from 1 to 3,600.
    public var retryAfterSeconds: Int {
        let (seconds, rest) = retryAfter.components
        return Int(min(3_600, max(1, rest > 0 ? seconds + 1 : seconds)))
    }
}
