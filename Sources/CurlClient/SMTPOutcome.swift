// SPDX-License-Identifier: Apache-2.0

/// The end of a submission.
public struct SMTPOutcome: Sendable, Hashable {
    /// Why a message was not accepted.
    public enum Failure: Sendable, Hashable {
        /// The server said so; its reply is in the dialogue.
        case reply
        /// The name has no address, or nobody listens there.
        case unreachable
        /// The server's certificate is not the one of this host, or nobody known vouches for it.
        case certificate
        /// The server offers no encryption, or no version of it that is safe.
        case encryption
        /// The server offers neither PLAIN nor LOGIN.
        case authentication
        /// The server has no `SMTPUTF8`, which an address needs.
        case internationalAddress
        /// The connection ended.
        case disconnected
        /// A deadline passed.
        case timeout
        /// The server talks too much, or does not speak SMTP.
        case nonsense
        /// The caller was cancelled before the message was sent.
        case cancelled
        /// libcurl or the system cannot: no memory, no threads, no certificate file.
        case local
    }

    /// Why the message was not accepted; nil when it was.
    public let failure: Failure?
    /// What was said.
    public let dialogue: SMTPDialogue
    /// libcurl's words about the failure.
    public let detail: String
    /// Whether the connection had been used before.
    public let wasReused: Bool

    /// Creates the value.
    public init(failure: Failure?, dialogue: SMTPDialogue, detail: String = "", wasReused: Bool = false) {
        self.failure = failure
        self.dialogue = dialogue
        self.detail = detail
        self.wasReused = wasReused
    }
}
