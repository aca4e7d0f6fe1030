// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Model
public import Storage
internal import Vocabulary

/// An e-mail that the node sends: plain text in the reader's language, without tracking, with one purpose.
protocol Email: Sendable {
    /// What is fixed for all e-mails of the kind.
    static var kind: EmailKind { get }
    /// The subject, one line.
    func subject(_ reader: EmailReader) -> String
    /// The text, without greeting and signature.
    func body(_ reader: EmailReader) -> String
    /// The event that it is about.
    var event: Event? { get }
    /// An iCalendar object that is attached.
    func calendar(_ reader: EmailReader) -> String?
}

extension Email {
    var event: Event? { nil }
    func calendar(_ reader: EmailReader) -> String? { nil }
}

/// For whom an e-mail is written.
struct EmailReader: Sendable {
    let community: Community
    /// The language of the reader: `fr` or `en`.
    let language: String

    var isFrench: Bool { language != "en" }

    /// The address of a page: `https://cafe.example/events/7`.
    func page(_ path: String) -> String { community.origin.origin + path }
}

/// Where and when an e-mail goes to a person.
enum EmailPlan: Equatable {
    /// It is not sent.
    case none
    /// It leaves at this instant, or as soon as possible after it.
    case at(Timestamp)
}

/// What decides whether an e-mail is sent, and when.
struct EmailSituation {
    /// Whether e-mails leave the node, and the person has an address.
    var hasDoor: Bool
    /// What the person has decided about the kind; nil when nothing.
    var choice: Bool?
    /// How many e-mails that count for the budget the person got within a week.
    var sentThisWeek: Int
    /// The start of the event that the e-mail is about.
    var start: Timestamp?
    var now: Timestamp
    var quietHours: QuietHours
}

extension EmailKind {
    /// How near the start of its event an e-mail wakes people.
    static let urgentBeforeStart = Duration.hours(24)

    /// Decides whether an e-mail of this kind is sent, and when.
    func plan(_ situation: EmailSituation) -> EmailPlan {
        guard situation.hasDoor else { return .none }
        if choice != nil, situation.choice == false { return .none }
        if case .weekly(let limit) = budget, situation.sentThisWeek >= limit { return .none }
        if budget == .atOnce { return .at(situation.now) }
        if let start = situation.start, start - situation.now < Self.urgentBeforeStart { return .at(situation.now) }
        return .at(situation.quietHours.end(of: situation.now))
    }
}

extension Services {
    /// Queues an e-mail in the caller's transaction, so that it is sent if and only if the change is stored.
    ///
    /// - Parameters:
    ///   - fact: what it reports, so that there is one e-mail for it; nil when it may repeat.
    ///   - language: the language of the person, else of the browser.
    /// - Returns: whether it is sent: e-mails leave the node, the person wants it, and the budget allows it.
    @discardableResult
    func enqueue(
        _ email: some Email, to address: String?, of account: ID<Account>? = nil, language: String?,
        fact: String? = nil, in tx: Transaction
    ) throws -> Bool {
        let kind = type(of: email).kind
        let now = now()
        var situation = EmailSituation(
            hasDoor: address != nil && (community.mailReachesPeople || kind.budget == .atOnce), sentThisWeek: 0,
            start: email.event?.startsAt, now: now,
            quietHours: QuietHours(zone: community.timeZone))
        if let account, kind.choice != nil {
            situation.choice = try MailChoices.of(account, in: tx)[kind.name]
        }
        if let account, case .weekly = kind.budget {
            situation.sentThisWeek = try MailQueue.count(
                EmailKind.budgeted, to: account, since: now - .days(7), in: tx)
        }
        guard let address, case .at(let start) = kind.plan(situation) else { return false }
        let reader = EmailReader(community: community, language: language ?? community.language)
        var mail = QueuedMail(
            id: ids.make(at: now), recipient: address, subject: email.subject(reader),
            body: try text(email, reader, account, in: tx))
        mail.kind = kind.name
        mail.account = account
        mail.language = reader.language
        mail.urgency = kind.urgency
        mail.goodUntil = kind.lifetime.map { now + $0 } ?? email.event?.endsAt
        mail.calendar = email.calendar(reader)
        mail.event = email.event?.id
        mail.fact = fact.map { "\(kind.name) \($0)" }
        if let account, kind.choice != nil { mail.unsubscribe = try switchLink(kind, account, in: tx) }
        // The right half of a Message-ID has to be a name; a trial node may have an address of numbers.
        mail.identify(at: MailAddress("x@\(community.origin.host)") == nil ? "localhost" : community.origin.host)
        try MailQueue.enqueue(mail, notBefore: start, at: now, in: tx)
        return true
    }

    private func text(
        _ email: some Email, _ reader: EmailReader, _ account: ID<Account>?, in tx: Transaction
    ) throws -> String {
        let hello = reader.isFrench ? "Bonjour," : "Hello,"
        var signature = "\(community.name) · \(community.origin.string)"
        if let account, type(of: email).kind.choice != nil {
            let link = try switchLink(type(of: email).kind, account, in: tx)
            signature +=
                reader.isFrench
                ? "\n\nNe plus recevoir ces courriels\u{202F}:\n\(link)" : "\n\nNo more of these e-mails:\n\(link)"
        }
        return "\(hello)\n\n\(email.body(reader))\n\n\(signature)"
    }

    /// Whether what an e-mail says is still true, so that it may leave. Its worker asks this just before.
    public func isStillTrue(_ mail: QueuedMail, in db: some Queryable) throws -> Bool {
        if let account = mail.account {
            guard try Accounts.byID(account, in: db)?.isActive == true else { return false }
            if let kind = EmailKind.named(mail.kind), kind.choice != nil,
                try MailChoices.of(account, in: db)[kind.name] == false
            {
                return false
            }
        }
        return try EmailKind.named(mail.kind)?.isStillTrue(mail, db) ?? true
    }
}
