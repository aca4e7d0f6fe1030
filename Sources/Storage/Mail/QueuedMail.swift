// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An e-mail that waits to be sent to the mail submission server.
public struct QueuedMail: Sendable, Hashable, Identifiable {
    /// How soon an e-mail is sent when many wait.
    public enum Urgency: Int64, Sendable, Hashable {
        /// Somebody waits for it at this moment: a link to sign in, a warning about the account.
        case atOnce = 0
        /// It tells one person something.
        case normal = 1
        /// One of many with the same text.
        case bulk = 2
    }

    /// The local id.
    public let id: Model.ID<QueuedMail>
    /// The recipient's e-mail address.
    public var recipient: String
    /// The subject, one line.
    public var subject: String
    /// The plain text. The HTML is made of it.
    public var body: String
    /// What it is about, for counters and lists: `sign_in`, `welcome` and the like; a constant of the code.
    public var kind = ""
    /// The recipient's account; nil for somebody who has none.
    public var account: Model.ID<Account>?
    /// The language of subject and body.
    public var language = ""
    /// An iCalendar object that is attached.
    public var calendar: String?
    /// The address that switches off this kind of e-mails with one request; nil when it cannot be switched off.
    public var unsubscribe: String?
    /// The `Message-ID` with its angle brackets. It is made once, so every attempt has the same; empty for e-mails of
    /// earlier versions.
    public var messageID = ""
    /// The secret part of the return path, by which a report of a failure is recognized.
    public var returnToken: String?
    /// How soon it is sent.
    public var urgency = Urgency.normal
    /// After this instant it is of no use, and it is not sent.
    public var goodUntil: Timestamp?
    /// What it reports: there is one e-mail for a fact, whatever happens. Nil for e-mails that may repeat.
    public var fact: String?
    /// The event that it is about.
    public var event: Model.ID<Event>?
    /// The number of attempts including the current one; 0 before the first.
    public var attempts: Int
    /// When an attempt failed for the first time.
    public var firstFailedAt: Timestamp?

    /// Creates the value with no attempts.
    public init(id: Model.ID<QueuedMail>, recipient: String, subject: String, body: String) {
        self.id = id
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.attempts = 0
    }

    /// Gives the e-mail its `Message-ID` at a domain, and the secret of its return path.
    public mutating func identify(at domain: String) {
        messageID = "<\(id).\(Self.randomWord(8))@\(domain)>"
        returnToken = Self.randomWord(20)
    }

    /// Letters and digits that every mail server leaves unchanged; five random bits each.
    private static func randomWord(_ length: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).compactMap { _ in letters.randomElement(using: &generator) })
    }
}

/// An e-mail as a steward sees it in a list.
public struct MailRecord: Sendable, Hashable, Identifiable {
    /// What became of an e-mail.
    public enum State: String, Sendable, Hashable, SQLBindable {
        /// It waits to be sent.
        case waiting
        /// The mail server accepted it.
        case sent
        /// It was given up.
        case failed
    }

    /// The local id.
    public let id: Model.ID<QueuedMail>
    /// The recipient's e-mail address.
    public let recipient: String
    /// What it is about.
    public let kind: String
    /// The recipient's account; nil for somebody who has none.
    public let account: Model.ID<Account>?
    /// What became of it.
    public let state: State
    /// When it was stored.
    public let createdAt: Timestamp
    /// When the next attempt is due, while it waits.
    public let nextTry: Timestamp
    /// When it was sent or given up.
    public let endedAt: Timestamp?
    /// How often it was tried.
    public let attempts: Int
    /// What the mail server said last; empty when nothing failed.
    public let failure: String

    static let columns: SQL =
        "id, recipient, kind, account_id, state, created_at, run_at, ended_at, attempts, failure"

    init(_ row: Row) throws(DatabaseError) {
        id = try row.id("id")
        recipient = try row.text("recipient")
        kind = try row.text("kind")
        account = try row.idOrNil("account_id")
        state = State(rawValue: try row.text("state")) ?? .failed
        createdAt = try row.time("created_at")
        nextTry = try row.time("run_at")
        endedAt = try row.timeOrNil("ended_at")
        attempts = try row.count("attempts")
        failure = try row.text("failure")
    }
}
