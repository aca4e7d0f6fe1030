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
