// SPDX-License-Identifier: Apache-2.0

import CivilDates
public import Model
public import Storage

/// An e-mail in plain text and HTML, ready to be given to a mail server.
///
/// Whatever its fields contain, it is rendered as lines that end with CR LF, with exactly the header fields below. All
/// of it is ASCII, unless an address itself is not.
/// Spec: RFC 5322 (the message), RFC 2045 and 2046 (its body), RFC 3834 §5 (`Auto-Submitted`), RFC 8058
/// (`List-Unsubscribe-Post`).
public struct MailMessage: Sendable, Hashable {
    /// The message's id in the table `mail`.
    public let id: ID<QueuedMail>
    /// The `Message-ID`. It is the same at every attempt, so that mail servers and readers can detect duplicates.
    public let messageID: String
    /// The sender.
    public let from: Mailbox
    /// Where reports of failures go.
    public let returnPath: MailAddress
    /// The recipient.
    public let to: MailAddress
    /// Any text; line endings in it become spaces.
    public let subject: String
    /// Plain text with any kind of line endings.
    public let body: String
    /// The language of the texts, such as `fr`; empty when unknown.
    public let language: String
    /// An iCalendar object that is attached.
    public let calendar: String?
    /// The address that switches off this kind of e-mails; nil when it cannot be switched off.
    public let unsubscribe: String?
    /// The time of the attempt, for the field `Date`.
    public let date: Timestamp

    /// Creates the value.
    ///
    /// - Parameter returnPath: where reports of failures go; nil for the sender.
    public init(
        _ mail: QueuedMail, to recipient: MailAddress, from: Mailbox, returnPath: ReturnPath? = nil, date: Timestamp
    ) {
        self.id = mail.id
        self.messageID =
            Self.isIdentifier(mail.messageID) ? mail.messageID : "<\(mail.id).troquet@\(from.address.domain)>"
        self.from = from
        self.returnPath = returnPath?.address(mail.returnToken) ?? from.address
        self.to = recipient
        self.subject = mail.subject
        self.body = mail.body
        self.language = mail.language
        self.calendar = mail.calendar
        self.unsubscribe = mail.unsubscribe.flatMap { Self.isAddress($0) ? $0 : nil }
        self.date = date
    }

    /// The bytes as they are sent or written to a file, without a signature.
    public func rendered() -> [UInt8] {
        Array((fields.joined(separator: "\r\n") + "\r\n" + content.text).utf8)
    }

    /// The bytes with a signature of each key. Spec: RFC 6376.
    ///
    /// - Throws: `MailError.misconfigured` when a key cannot sign.
    public func signed(with keys: [DKIMKey], at now: Timestamp) throws(MailError) -> [UInt8] {
        let bytes = rendered()
        var signatures: [UInt8] = []
        for key in keys {
            do throws(DKIMError) {
                signatures += try key.signature(of: bytes, at: now).utf8
            } catch {
                throw .misconfigured("the DKIM key \(key.selector) cannot sign: \(error)")
            }
        }
        return signatures + bytes
    }

    private var fields: [String] {
        var fields = [
            HeaderText.field("From", from), HeaderText.field("To", Mailbox(address: to)),
            HeaderText.field("Subject", subject), "Date: \(Dates.mailDate(date.milliseconds))",
            HeaderText.field("Message-ID", asItIs: messageID), "Auto-Submitted: auto-generated",
        ]
        if let unsubscribe {
            fields.append(HeaderText.field("List-Unsubscribe", asItIs: "<\(unsubscribe)>"))
            // Mail programs send the request themselves, and the RFC allows that for https only.
            if unsubscribe.hasPrefix("https://") { fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click") }
        }
        return fields + ["MIME-Version: 1.0"]
    }

    private var content: MIMEPart {
        let both = MIMEPart.group(
            "alternative",
            [
                .text(body, "plain", language: language),
                .text(HTMLAlternative.make(body, title: subject, language: language), "html", language: language),
            ], boundary: boundary("alternative"))
        guard let calendar else { return both }
        return .group("mixed", [both, .calendar(calendar)], boundary: boundary("mixed"))
    }

    /// `=_` occurs nowhere in quoted-printable text and base64, so no content can end a part.
    private func boundary(_ kind: String) -> String { "=_\(id)_\(kind)" }

    private static func isIdentifier(_ text: String) -> Bool {
        text.utf8.count <= 250 && text.hasPrefix("<") && text.hasSuffix(">") && text.utf8.allSatisfy(isGraphic)
            && text.contains("@")
    }

    private static func isAddress(_ text: String) -> Bool {
        text.utf8.count <= 900 && (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy { isGraphic($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    private static func isGraphic(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}

/// Where reports of failures go: an address of its own for each e-mail, so that a report is recognized by the address
/// alone, whatever it contains.
public struct ReturnPath: Sendable, Hashable {
    /// The mailbox: `bounces@cafe.example` for `bounces+TOKEN@cafe.example`.
    public let mailbox: MailAddress

    /// Creates the value.
    public init(_ mailbox: MailAddress) {
        self.mailbox = mailbox
    }

    /// The address for an e-mail with this secret; the mailbox itself when it has none.
    public func address(_ token: String?) -> MailAddress {
        token.flatMap { MailAddress("\(mailbox.local)+\($0)@\(mailbox.domain)") } ?? mailbox
    }

    /// The secret in an address that ``address(_:)`` has made; nil for every other text.
    public func token(in address: String) -> String? {
        guard let address = MailAddress(address), address.domain == mailbox.domain else { return nil }
        let start = mailbox.local.lowercased() + "+"
        let local = address.local.lowercased()
        guard local.hasPrefix(start), local.count > start.count else { return nil }
        return String(local.dropFirst(start.count))
    }
}
