// SPDX-License-Identifier: Apache-2.0

/// When something that failed is tried again, and when it is given up.
///
/// Each queue of the database states its own numbers. Time and chance are arguments, so that a table can test it.
public struct RetryPolicy: Sendable, Hashable {
    /// The waits after the first, second, … failure; the last one repeats.
    public var steps: [Duration]
    /// How far a wait is moved by chance: 0.2 is a fifth, both ways.
    public var spread: Double
    /// How often something is tried in all; nil sets no limit.
    public var attempts: Int?
    /// How long after its beginning something is still tried again; nil sets no limit.
    public var patience: Duration?
    /// The longest wait that a peer may ask for.
    public var longestRetryAfter: Duration

    /// Creates the value.
    public init(
        steps: [Duration], spread: Double = 0, attempts: Int? = nil, patience: Duration? = nil,
        longestRetryAfter: Duration = .hours(6)
    ) {
        self.steps = steps
        self.spread = spread
        self.attempts = attempts
        self.patience = patience
        self.longestRetryAfter = longestRetryAfter
    }

    /// How long to wait after a failure.
    ///
    /// - Parameters:
    ///   - failures: how many there were in a row, this one included; 1 or more.
    ///   - retryAfter: what the peer asks for; it replaces our own wait.
    ///   - chance: 0 ..< 1.
    public func wait(afterFailures failures: Int, retryAfter: Duration? = nil, chance: Double) -> Duration {
        if let retryAfter { return max(.seconds(1), min(retryAfter, longestRetryAfter)) }
        guard let last = steps.last else { return .seconds(15) }
        let position = max(1, failures) - 1
        let step = position < steps.count ? steps[position] : last
        return step * (1 - spread + 2 * spread * chance)
    }

    /// When something that has just failed is tried again.
    ///
    /// - Parameters:
    ///   - attempts: how often it was tried, this time included; 1 or more.
    ///   - start: when it began to wait for its first try.
    ///   - now: the present.
    ///   - retryAfter: what the peer asks for; it replaces our own wait.
    ///   - chance: 0 ..< 1.
    /// - Returns: nil when it is given up.
    public func nextTry(
        afterAttempts attempts: Int, since start: Timestamp, now: Timestamp, retryAfter: Duration? = nil,
        chance: Double
    ) -> Timestamp? {
        if let limit = self.attempts, attempts >= limit { return nil }
        let next = now + wait(afterFailures: attempts, retryAfter: retryAfter, chance: chance)
        if let patience, next - start >= patience { return nil }
        return next
    }
}

extension [Duration] {
    /// Waits that grow by a factor until they reach a ceiling: 10 s, 40 s, 160 s … six hours.
    ///
    /// - Parameter factor: 2 or more.
    public static func growing(from first: Duration, by factor: Int, upTo ceiling: Duration) -> [Duration] {
        var steps: [Duration] = []
        var step = first
        while step < ceiling, steps.count < 64 {
            steps.append(step)
            step *= Swift.max(2, factor)
        }
        return steps + [ceiling]
    }
}
