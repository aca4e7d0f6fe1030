// SPDX-License-Identifier: Apache-2.0

public import Model

/// What follows from an attempt, for the delivery and for the host.
///
/// It is a pure function of the outcome, so that the retry rules are in one table. What a peer may accept later is
/// tried for fourteen days. What it will never accept is abandoned at once, with a reason that a person can read.
public struct DeliveryPlan: Sendable, Hashable {
    /// What is done with the delivery.
    public enum Step: Sendable, Hashable {
        /// It is complete.
        case finish
        /// It is tried again, not before the instant.
        case postpone(until: Timestamp)
        /// It is given up. The reason is a stable code.
        case abandon(reason: String)
        /// Its lease is released, and the attempt does not count.
        case release
    }

    /// What is done with the state of the host.
    public enum HostStep: Sendable, Hashable {
        /// It stays as it is.
        case keep
        /// The host works: its failures are reset.
        case recover
        /// The host is paused: nothing is sent to it before the instant.
        case rest(until: Timestamp)
    }

    /// What is known when an attempt has ended.
    public struct Situation: Sendable, Hashable {
        /// How many attempts were made, including this one.
        public var attempts: Int
        /// When the delivery was enqueued.
        public var createdAt: Timestamp
        /// How many times in a row the host had failed before this attempt.
        public var hostFailures: Int
        /// Whether several other deliveries to the host failed too, and none succeeded since.
        public var isHostSuspect = false
        /// The current time.
        public var now: Timestamp
        /// A random number in 0 ..< 1.
        public var chance: Double

        /// Creates the value; the other properties have defaults.
        public init(attempts: Int, createdAt: Timestamp, hostFailures: Int, now: Timestamp, chance: Double) {
            self.attempts = attempts
            self.createdAt = createdAt
            self.hostFailures = hostFailures
            self.now = now
            self.chance = chance
        }
    }

    /// What is done with the delivery.
    public let step: Step
    /// What is done with the host.
    public let host: HostStep
    /// Whether the inbox is to be deleted.
    public let inboxIsGone: Bool

    /// Decides what follows from an outcome.
    public init(after outcome: DeliveryOutcome, _ situation: Situation, policy: RetryPolicy) {
        inboxIsGone = outcome == .gone
        switch outcome {
        case .delivered: (step, host) = (.finish, .recover)
        case .unneeded: (step, host) = (.finish, .keep)
        case .gone: (step, host) = (.abandon(reason: "inbox_gone"), .recover)
        case .refused(let status): (step, host) = (.abandon(reason: "http_\(status)"), .recover)
        case .hostBlocked: (step, host) = (.abandon(reason: "host_blocked"), .keep)
        case .unsigned: (step, host) = (.abandon(reason: "no_key"), .keep)
        case .stopped: (step, host) = (.release, .keep)
        case .postponedByUs:
            let wait = policy.wait(afterFailures: situation.attempts, chance: situation.chance)
            (step, host) = (.postpone(until: situation.now + wait), .keep)
        case .later, .unanswered:
            let isAboutHost = outcome.isAboutHost || (situation.isHostSuspect && outcome.mayBeAboutHost)
            let rest = isAboutHost ? Self.rest(after: outcome, situation, policy) : nil
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

    /// When the host is paused, its deliveries wait until the end of the pause. Then one of them tests the host.
    private static func again(
        after outcome: DeliveryOutcome, _ situation: Situation, _ policy: RetryPolicy, notBefore rest: Timestamp?
    ) -> Step {
        let end = policy.patience.map { situation.createdAt + $0 } ?? .distantFuture
        guard situation.now < end else { return .abandon(reason: "expired") }
        let wait = policy.wait(
            afterFailures: situation.attempts, retryAfter: outcome.retryAfter, chance: situation.chance)
        // The last attempt is made when fourteen days are over, even if the wait would be longer.
        return .postpone(until: min(rest ?? situation.now + wait, end))
    }
}

extension DeliveryOutcome {
    var retryAfter: Duration? {
        if case .later(_, let retryAfter) = self { retryAfter } else { nil }
    }
}
