// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Tells who comes to an event, or waits for a seat, that it takes place later, and that nobody knows when.
struct EventPostponedEmail: Email {
    static let kind = EmailKind("event_postponed", .free) { mail, db in
        try EventNews.concerns(mail, [.asked, .going, .waiting], in: db)
    }

    let news: EventNews
    var event: Event? { news.event }

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench ? "Reportée\u{202F}: \(news.event.title)" : "Postponed: \(news.event.title)"
    }

    func body(_ reader: EmailReader) -> String {
        let words = news.words(reader)
        return reader.isFrench
            ? """
            cette rencontre n’aura pas lieu à la date annoncée (\(words.time)). La nouvelle date n’est pas encore \
            connue\u{202F}; tu gardes ta place, et nous t’écrirons.

            \(words.lines)

            \(words.page)
            """
            : """
            this event will not take place as announced (\(words.time)). The new date is not known yet; you keep your \
            seat, and we will write to you.

            \(words.lines)

            \(words.page)
            """
    }

    func calendar(_ reader: EmailReader) -> String? { news.calendar(reader) }
}
