// SPDX-License-Identifier: Apache-2.0

import CivilDates
public import Model
public import Storage

/// A plain-text e-mail, ready to be given to a mail server.
///
/// Whatever its fields contain, it is rendered as ASCII lines that end with CR LF, with exactly the header fields
/// below.
/// Spec: RFC 5322 (the message), RFC 2045 (its body), RFC 3834 §5 (`Auto-Submitted`).
public struct MailMessage: Sendable, Hashable {
    /// The message's id in the table `mail`. It is the same at every attempt, so that a mail server can detect
    /// duplicates.
    public let id: ID<QueuedMail>
    /// The sender.
    public let from: Mailbox
    /// The recipient.
    public let to: MailAddress
    /// Any text; line endings in it become spaces.
    public let subject: String
    /// Plain text with any kind of line endings.
    public let body: String
    /// The time of the attempt, for the field `Date`.
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

    /// The `Message-ID`: the id in the queue at the sender's domain. It is unique.
    public var messageID: String { "<\(id).troquet@\(from.address.domain)>" }

    /// The bytes as they are sent or written to a file.
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
