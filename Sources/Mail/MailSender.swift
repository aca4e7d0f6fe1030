// SPDX-License-Identifier: Apache-2.0

/// Gives messages to a mail server or another destination.
public protocol MailSender: Sendable {
    /// Returns when the destination has accepted the message. After an error the same message may be sent again.
    func send(_ message: MailMessage) async throws(MailError)
}

/// Why a message was not accepted. The case decides what the worker does next.
public enum MailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The destination cannot accept the message now; the worker tries again later. The text is for the log.
    case unavailable(String)
    /// The destination will never accept the message; the worker gives up. The text is for the log.
    case refused(String)

    /// The text for the log; it contains no recipient.
    public var description: String {
        switch self {
        case .unavailable(let reason): "not taken now: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        }
    }
}
