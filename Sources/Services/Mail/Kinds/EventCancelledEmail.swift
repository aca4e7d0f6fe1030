// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model
internal import Storage

/// Tells who comes to an event, or waits for a seat, that it does not take place. The attached file removes it from
/// their calendar.
struct EventCancelledEmail: Email {
    static let kind = EmailKind("event_cancelled", .free, urgency: .atOnce) { mail, db in
        try EventNews.concerns(mail, [.asked, .going, .waiting], in: db)
    }

    let news: EventNews
    var event: Event? { news.event }

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench ? "Annulée\u{202F}: \(news.event.title)" : "Cancelled: \(news.event.title)"
    }

    func body(_ reader: EmailReader) -> String {
        let words = news.words(reader)
        return reader.isFrench
            ? """
            cette rencontre n’aura pas lieu. Il n’y a rien à faire\u{202F}; le fichier joint l’efface de ton agenda.

            \(words.lines)

            \(words.page)
            """
            : """
            this event does not take place. There is nothing to do; the attached file removes it from your calendar.

            \(words.lines)

            \(words.page)
            """
    }

    func calendar(_ reader: EmailReader) -> String? { news.calendar(reader, method: .cancel) }
}
