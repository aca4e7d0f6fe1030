// SPDX-License-Identifier: Apache-2.0

/// Hands messages to whatever carries them on.
public protocol MailSender: Sendable {
    /// Returns once the message is the carrier's responsibility; the same message may be sent again after an error.
    func send(_ message: MailMessage) async throws(MailError)
}

/// Why a message was not handed over, and so what to do next.
public enum MailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The carrier could not take it now: try again later. The text is for our log.
    case unavailable(String)
    /// The carrier will never take it: give up. The text is for our log.
    case refused(String)

    /// For our log; it names no recipient.
    public var description: String {
        switch self {
        case .unavailable(let reason): "not taken now: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        }
    }
}

/// When a mail that was not taken is tried again.
public struct MailRetry: Sendable, Hashable {
    /// The wait after the first try; each further one is twice as long.
    public var first = Duration.seconds(60)
    /// No wait is longer.
    public var ceiling = Duration.seconds(6 * 3600)
    /// How often a mail is tried in all. With the values above the last try comes about a day after the first.
    public var attempts = 12

    /// The usual policy.
    public init() {}

    /// - Parameter attempt: how many tries have failed; 1 or more.
    /// - Returns: the wait before the next try, or `nil` when the mail is given up.
    public func wait(afterAttempt attempt: Int) -> Duration? {
        guard attempt < attempts else { return nil }
        return min(first * (1 << min(max(attempt - 1, 0), 20)), ceiling)
    }
}
