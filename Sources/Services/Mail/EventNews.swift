// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Database
internal import Markup
internal import Model
internal import Storage

/// An event with what the e-mails about it need.
struct EventNews: Sendable {
    /// The kinds of which the newest replaces those that still wait.
    static var changes: [String] {
        [EventChangedEmail.kind, EventPostponedEmail.kind, EventCancelledEmail.kind].map(\.name)
    }

    var event: Event
    let owner: Account

    func words(_ reader: EmailReader) -> EventWords { EventWords(event: event, reader: reader) }

    /// The event as a file for the reader's calendar.
    func calendar(_ reader: EmailReader, method: CalendarFeed.Method = .publish) -> String {
        var options = CalendarFeed.Options(refreshMinutes: 0)
        options.method = method
        let entry = CalendarEvent(
            event, owner: owner, text: Excerpt.plainText(of: event.content, limit: 2_000),
            page: words(reader).page, online: reader.isFrench ? "En ligne" : "Online",
            meetOnline: reader.isFrench ? "En ligne\u{202F}:" : "Online:")
        return String(
            decoding: CalendarFeed.render(events: [entry], name: event.title, options: options), as: UTF8.self)
    }

    /// Whether an e-mail about an event still concerns its reader: the status of the event is the one that the e-mail
    /// tells, and the reader is on its list in one of the states.
    static func concerns(_ mail: QueuedMail, _ states: Set<Guest.State>, in db: any Queryable) throws -> Bool {
        try concerns(mail.kind, mail.event, mail.account, states, in: db)
    }

    private static func concerns(
        _ kind: String, _ event: ID<Event>?, _ account: ID<Account>?, _ states: Set<Guest.State>,
        in db: some Queryable
    ) throws -> Bool {
        guard let event, let account, let event = try Events.byID(event, in: db) else { return false }
        let isTrue =
            switch event.status {
            case .cancelled: kind == EventCancelledEmail.kind.name
            case .postponed: kind == EventPostponedEmail.kind.name || kind == SeatEmail.kind.name
            case .scheduled, .rescheduled, .tentative:
                kind == EventChangedEmail.kind.name || kind == SeatEmail.kind.name
            }
        guard isTrue, let guest = try GuestLists.find(account: account, event: event.id, in: db) else { return false }
        return states.contains(guest.state)
    }
}
