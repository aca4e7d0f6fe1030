// SPDX-License-Identifier: Apache-2.0

/// A mail submission server, and how to sign in to it.
public struct SMTPServer: Sendable, Hashable {
    /// How the connection is protected.
    public enum Encryption: Sendable, Hashable {
        /// TLS from the first byte (`smtps`, port 465). Spec: RFC 8314 §3.3.
        case implicit
        /// STARTTLS. A server that does not offer it gets neither password nor message. Spec: RFC 3207.
        case startTLS
        /// No encryption: for a server on the same machine.
        case none
    }

    /// A name in ASCII or an IP address; IPv6 without brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// How the connection is protected.
    public let encryption: Encryption
    /// The user name and password; nil when the server asks for none.
    public let login: SMTPLogin?

    /// Creates the value.
    public init(host: String, port: Int, encryption: Encryption, login: SMTPLogin? = nil) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.login = login
    }

    /// The address for libcurl. It contains no user name and no password; the path is the name in `EHLO`.
    func url(greeting: String) -> String {
        let scheme = encryption == .implicit ? "smtps" : "smtp"
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(scheme)://\(name):\(port)/\(greeting)"
    }
}

/// A user name and a password. Its description does not contain the password.
public struct SMTPLogin: Sendable, Hashable, CustomStringConvertible {
    /// The user name.
    public let user: String
    /// The password.
    public let password: String

    /// Creates the value.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The user name only.
    public var description: String { user }
}

/// From whom to whom a message is sent. Both are addresses without angle brackets.
public struct SMTPEnvelope: Sendable, Hashable {
    /// The return path: where reports of failures go.
    public let sender: String
    /// The one recipient.
    public let recipient: String

    /// Creates the value.
    public init(sender: String, recipient: String) {
        self.sender = sender
        self.recipient = recipient
    }

    /// Whether the server must support addresses that are not ASCII. Spec: RFC 6531.
    public var needsUTF8: Bool { (sender + recipient).utf8.contains { $0 >= 0x80 } }
}

/// The limits of one submission.
public struct SMTPLimits: Sendable, Hashable {
    /// How long the name may take to be found and the connection to be made.
    public var connect = Duration.seconds(10)
    /// How long the whole message may take.
    public var message = Duration.seconds(60)
    /// How many bytes the server may send while one message is submitted.
    public var answerBytes = 64 << 10
    /// The most connections at once.
    public var connections = 2

    /// Creates the default limits.
    public init() {}
}
