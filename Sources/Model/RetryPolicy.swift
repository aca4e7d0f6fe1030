// SPDX-License-Identifier: Apache-2.0

/// When a failed job is retried, and when it is abandoned.
///
/// Each queue in the database has its own numbers. Time and chance are arguments, so that tests can use tables.
public struct RetryPolicy: Sendable, Hashable {
    /// The waits after the first, second, … failure; the last wait repeats.
    public var steps: [Duration]
    /// The random variation of a wait: 0.2 means up to one fifth shorter or longer.
    public var spread: Double
    /// The maximum number of attempts; nil for no limit.
    public var attempts: Int?
    /// The maximum time between the start and a retry; nil for no limit.
    public var patience: Duration?
    /// The longest wait that a peer may request with `Retry-After`.
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

    /// The wait after a failure.
    ///
    /// - Parameters:
    ///   - failures: the number of consecutive failures, including this one; 1 or more.
    ///   - retryAfter: the wait that the peer requests, which counts up to ``longestRetryAfter``. The longer of the two
    ///     waits is used, so that a peer cannot ask to be asked more often.
    ///   - chance: a random number, 0 ..< 1.
    public func wait(afterFailures failures: Int, retryAfter: Duration? = nil, chance: Double) -> Duration {
        let own = ownWait(afterFailures: failures, chance: chance)
        guard let retryAfter else { return own }
        return max(own, min(retryAfter, longestRetryAfter))
    }

    private func ownWait(afterFailures failures: Int, chance: Double) -> Duration {
        guard let last = steps.last else { return .seconds(15) }
        let position = max(1, failures) - 1
        let step = position < steps.count ? steps[position] : last
        // Rounded, because a product of fractions may lie just above the longest step.
        let milliseconds = Double(step.milliseconds) * (1 - spread + 2 * spread * chance)
        return .milliseconds(Int64(milliseconds.rounded()))
    }

    /// The time of the next attempt of a job that has just failed.
    ///
    /// - Parameters:
    ///   - attempts: the number of attempts, including this one; 1 or more.
    ///   - start: when the job began to wait for its first attempt.
    ///   - now: the present.
    ///   - retryAfter: the wait that the peer requests, as for ``wait(afterFailures:retryAfter:chance:)``.
    ///   - chance: a random number, 0 ..< 1.
    /// - Returns: nil when the job is abandoned.
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
    /// Waits that grow by a factor up to a maximum: 10 s, 40 s, 160 s … six hours.
    ///
    /// - Parameter factor: 2 or more; smaller values count as 2.
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
