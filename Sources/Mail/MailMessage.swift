// SPDX-License-Identifier: Apache-2.0

import CivilDates
public import Model
public import Storage

/// A plain-text letter, ready to be handed to a mail server.
///
/// Whatever its fields hold, it renders as ASCII lines that end in CR LF, with exactly the header fields below.
/// Spec: RFC 5322 (the message), RFC 2045 (its body), RFC 3834 §5 (`Auto-Submitted`).
public struct MailMessage: Sendable, Hashable {
    /// What the message is called in the queue; the same at every try, so that a server can notice a repetition.
    public let id: ID<QueuedMail>
    /// Who writes.
    public let from: Mailbox
    /// Who reads.
    public let to: MailAddress
    /// Any text; line ends in it become spaces.
    public let subject: String
    /// Plain text with any kind of line ends.
    public let body: String
    /// When it was written.
    public let date: Timestamp

    /// Creates the value.
    public init(
        _ mail: QueuedMail, to recipient: MailAddress, from: Mailbox, date: Timestamp
    ) {
        self.id = mail.id
        self.from = from
        self.to = recipient
        self.subject = mail.subject
        self.body = mail.body
        self.date = date
    }

    /// Unlike that of any other message: the queue's number at the sender's domain.
    public var messageID: String { "<\(id).troquet@\(from.address.domain)>" }

    /// The bytes as they go over the wire and into a file.
    public func rendered() -> [UInt8] {
        let fields = [
            HeaderText.field("From", from),
            HeaderText.field("To", Mailbox(address: to)),
            HeaderText.field("Subject", subject),
            "Date: \(Dates.mailDate(date.milliseconds))",
            "Message-ID:\r\n \(messageID)",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
        return Array((fields.joined(separator: "\r\n") + "\r\n\r\n" + QuotedPrintable.encode(body)).utf8)
    }
}
