// SPDX-License-Identifier: Apache-2.0

public import CurlClient
internal import Storage

// What the end of a submission means: for this message, for its recipient, for all messages. Nothing here reads or
// writes anything, so a test has the whole table.
//
//  - Before `MAIL FROM` nothing was said about a message, so all of them wait.
//  - `MAIL FROM` names the sender, which is the same for all.
//  - `RCPT TO` names the recipient: 4xx is later (greylisting), 5xx is never.
//  - `DATA` and the message itself: the server judges this message. A connection that ends here leaves open whether the
//    server has it; it is sent again with the same Message-ID.

extension MailError {
    /// The meaning of a failure; nil when the message was accepted.
    public init?(_ outcome: SMTPOutcome) {
        guard let failure = outcome.failure else { return nil }
        let stage = outcome.dialogue.stage
        let detail = Self.sentence(outcome)
        switch failure {
        case .reply:
            guard let reply = outcome.dialogue.reply else { fallthrough }
            self = Self.judge(reply, at: stage, detail)
        case .disconnected, .timeout:
            self = stage.isAboutMessage ? .postponed(detail) : .unavailable(detail)
        case .certificate, .encryption, .authentication: self = .misconfigured(detail)
        case .internationalAddress: self = .refused(detail)
        case .unreachable, .nonsense, .cancelled, .local: self = .unavailable(detail)
        }
    }

    private static func judge(_ reply: SMTPReply, at stage: SMTPStage, _ detail: String) -> MailError {
        let isForNow = reply.code < 500
        // 530: authentication or STARTTLS is required first, at whatever command.
        if reply.code == 530 { return .misconfigured(detail) }
        switch stage {
        case .greeting, .hello, .startTLS, .authentication:
            return isForNow ? .unavailable(detail) : .misconfigured(detail)
        case .sender:
            if isForNow { return .unavailable(detail) }
            return reply.isAboutSize || reply.code == 555 ? .refused(detail) : .misconfigured(detail)
        case .recipient:
            if isForNow { return .postponed(detail, rest: reply.code == 421 ? .server : nil) }
            // It says nothing about the address: the server does not let this node send to others.
            if reply.text.lowercased().contains("relay") { return .postponed(detail, rest: .settings) }
            return .refused(detail, isAddress: reply.isAboutAddress)
        case .data, .content:
            if isForNow { return .postponed(detail, rest: reply.code == 421 ? .server : nil) }
            return .refused(detail)
        }
    }

    private static func sentence(_ outcome: SMTPOutcome) -> String {
        let stage = outcome.dialogue.stage
        let unknown = stage == .content ? ", and it is unknown whether the server has it" : ""
        return switch outcome.failure {
        case nil: "accepted"
        case .reply: "\(stage.words): \(outcome.dialogue.reply?.description ?? outcome.detail)"
        case .unreachable: "the mail server cannot be reached (\(outcome.detail))"
        case .certificate: "the mail server's certificate is not valid (\(outcome.detail))"
        case .encryption: "the mail server offers no encryption that is safe (\(outcome.detail))"
        case .authentication: "the mail server offers neither PLAIN nor LOGIN (\(outcome.detail))"
        case .internationalAddress: "the mail server takes no addresses with letters outside of ASCII (no SMTPUTF8)"
        case .disconnected: "the connection ended \(stage.words)\(unknown) (\(outcome.detail))"
        case .timeout: "no answer in time \(stage.words)\(unknown)"
        case .nonsense: "the answers are not those of a mail server (\(outcome.detail))"
        case .cancelled: "the node was stopped"
        case .local: "this machine cannot send (\(outcome.detail))"
        }
    }
}

extension SMTPStage {
    fileprivate var isAboutMessage: Bool {
        switch self {
        case .greeting, .hello, .startTLS, .authentication: false
        case .sender, .recipient, .data, .content: true
        }
    }

    fileprivate var words: String {
        switch self {
        case .greeting: "at the greeting"
        case .hello: "at EHLO"
        case .startTLS: "at STARTTLS"
        case .authentication: "at the password"
        case .sender: "at the sender's address"
        case .recipient: "at the recipient's address"
        case .data: "before the message"
        case .content: "after the message"
        }
    }
}

extension SMTPReply {
    /// Too large a message. Spec: RFC 1870, RFC 3463 §3.4.
    fileprivate var isAboutSize: Bool {
        code == 552 || status.map { $0.1 == 3 && $0.2 == 4 } ?? false
    }

    /// Whether the mailbox does not exist or is closed for good, and not only full or protected by a rule. Without an
    /// enhanced status the codes of RFC 5321 §4.2.3 count.
    fileprivate var isAboutAddress: Bool {
        if let status { return MailStatus.isAboutAddress(subject: status.1, detail: status.2) }
        return [550, 551, 553].contains(code)
    }
}

/// What an enhanced status code says. Spec: RFC 3463.
enum MailStatus {
    /// Whether a permanent failure (5.x.x) concerns the address: `x.1.y` (the address), except for the sender's; and
    /// `x.2.0`, `x.2.1` (the mailbox is closed).
    static func isAboutAddress(subject: Int, detail: Int) -> Bool {
        switch (subject, detail) {
        case (1, 7), (1, 8): false
        case (1, _), (2, 0), (2, 1): true
        default: false
        }
    }
}
