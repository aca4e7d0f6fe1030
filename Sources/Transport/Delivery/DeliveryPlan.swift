// SPDX-License-Identifier: Apache-2.0

public import Model

/// What follows from an attempt: for the delivery, and for the host.
///
/// A pure function of what happened, so that the promise stands in one table: what a peer may take later is tried for
/// fourteen days; what it will never take is given up at once, with a reason that a person can read.
public struct DeliveryPlan: Sendable, Hashable {
    /// What becomes of the delivery.
    public enum Step: Sendable, Hashable {
        /// It is done.
        case finish
        /// It is tried again, not before the instant.
        case postpone(until: Timestamp)
        /// It is given up; the reason is one stable word.
        case abandon(reason: String)
        /// It is as if it was never taken.
        case release
    }

    /// What becomes of the host.
    public enum HostStep: Sendable, Hashable {
        /// Nothing new is known of it.
        case keep
        /// It works: its failures are forgotten.
        case recover
        /// It rests: nothing is sent to it before the instant.
        case rest(until: Timestamp)
    }

    /// What is known when an attempt has ended.
    public struct Situation: Sendable, Hashable {
        /// How often the delivery was tried, this time included.
        public var attempts: Int
        /// When the fact was committed.
        public var createdAt: Timestamp
        /// How often in a row the host failed before.
        public var hostFailures: Int
        /// The present.
        public var now: Timestamp
        /// 0 ..< 1.
        public var chance: Double

        /// Creates the value.
        public init(attempts: Int, createdAt: Timestamp, hostFailures: Int, now: Timestamp, chance: Double) {
            self.attempts = attempts
            self.createdAt = createdAt
            self.hostFailures = hostFailures
            self.now = now
            self.chance = chance
        }
    }

    /// For the delivery.
    public let step: Step
    /// For the host.
    public let host: HostStep
    /// Whether the inbox is to be forgotten.
    public let inboxIsGone: Bool

    /// Draws the plan.
    public init(after outcome: DeliveryOutcome, _ situation: Situation, policy: RetryPolicy) {
        inboxIsGone = outcome == .gone
        switch outcome {
        case .delivered: (step, host) = (.finish, .recover)
        case .gone: (step, host) = (.abandon(reason: "inbox_gone"), .recover)
        case .refused(let status): (step, host) = (.abandon(reason: "http_\(status)"), .recover)
        case .hostBlocked: (step, host) = (.abandon(reason: "host_blocked"), .keep)
        case .unsigned: (step, host) = (.abandon(reason: "no_key"), .keep)
        case .stopped: (step, host) = (.release, .keep)
        case .postponedByUs:
            let wait = policy.wait(afterFailures: situation.attempts, chance: situation.chance)
            (step, host) = (.postpone(until: situation.now + wait), .keep)
        case .later, .unanswered:
            let rest = outcome.isAboutHost ? Self.rest(after: outcome, situation, policy) : nil
            host = rest.map { .rest(until: $0) } ?? .keep
            step = Self.again(after: outcome, situation, policy, notBefore: rest)
        }
    }

    private static func rest(
        after outcome: DeliveryOutcome, _ situation: Situation, _ policy: RetryPolicy
    ) -> Timestamp {
        let wait = policy.wait(
            afterFailures: situation.hostFailures + 1, retryAfter: outcome.retryAfter, chance: situation.chance)
        return situation.now + wait
    }

    /// When the host rests, its deliveries wait for the host and not each for itself: at its end one of them asks.
    private static func again(
        after outcome: DeliveryOutcome, _ situation: Situation, _ policy: RetryPolicy, notBefore rest: Timestamp?
    ) -> Step {
        let end = policy.patience.map { situation.createdAt + $0 } ?? .distantFuture
        guard situation.now < end else { return .abandon(reason: "expired") }
        let wait = policy.wait(
            afterFailures: situation.attempts, retryAfter: outcome.retryAfter, chance: situation.chance)
        // The last attempt is made when the time is up, however long the wait would be.
        return .postpone(until: min(rest ?? situation.now + wait, end))
    }
}

extension DeliveryOutcome {
    var retryAfter: Duration? {
        if case .later(_, let retryAfter) = self { retryAfter } else { nil }
    }
}
