// SPDX-License-Identifier: Apache-2.0

public import Storage

/// Gives messages to a mail server or another destination.
public protocol MailSender: Sendable {
    /// How many messages may be on their way at once.
    var width: Int { get }

    /// Returns when the destination has accepted the message. After an error the same message may be sent again.
    func send(_ message: MailMessage) async throws(MailError)
}

extension MailSender {
    /// One message after the other.
    public var width: Int { 1 }
}

/// Why a message was not accepted. The case decides what the worker does next. The texts are for the log and for
/// stewards; they contain what the server said, and so perhaps the recipient.
public enum MailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The destination takes nothing from anybody at the moment. All messages wait.
    case unavailable(String)
    /// The destination refuses this node: its password, its encryption or its sender's address. All messages wait until
    /// the operator has changed the settings.
    case misconfigured(String)
    /// This message is not accepted now. When `rest` is set, all others wait for a moment too.
    case postponed(String, rest: MailSenderStatus.Problem? = nil)
    /// This message will never be accepted. `isAddress` says that no message to this address would be.
    case refused(String, isAddress: Bool = false)

    /// The text for the log.
    public var description: String {
        switch self {
        case .unavailable(let reason): "nothing is taken now: \(reason)"
        case .misconfigured(let reason): "the settings are refused: \(reason)"
        case .postponed(let reason, _): "not taken now: \(reason)"
        case .refused(let reason, _): "refused: \(reason)"
        }
    }

    /// What the destination said.
    public var reason: String {
        switch self {
        case .unavailable(let reason), .misconfigured(let reason), .postponed(let reason, _), .refused(let reason, _):
            reason
        }
    }
}
