// SPDX-License-Identifier: Apache-2.0

public import Model

/// When a failed delivery is tried again, and when it is given up.
///
/// Time and chance are arguments, so that a table can test it.
public struct RetryPolicy: Sendable, Hashable {
    /// The waits after the first, second, … failure; the last one repeats.
    public var steps: [Duration]
    /// How far a wait is moved by chance: 0.2 is a fifth, both ways.
    public var spread: Double
    /// The longest wait that a peer may ask for.
    public var longestRetryAfter: Duration
    /// After this time since the fact was committed a failure is the last one.
    public var patience: Duration

    /// Creates the value; the defaults are the node's promise.
    public init(
        steps: [Duration] = [
            .seconds(15), .minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(6), .hours(12),
        ],
        spread: Double = 0.2, longestRetryAfter: Duration = .hours(6), patience: Duration = .days(14)
    ) {
        self.steps = steps
        self.spread = spread
        self.longestRetryAfter = longestRetryAfter
        self.patience = patience
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
}
