// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Tells somebody who waited for a seat at an event that they have one, with the event for their calendar.
struct SeatEmail: Email {
    static let kind = EmailKind("seat", .free, urgency: .atOnce) { mail, db in
        try EventNews.concerns(mail, [.going], in: db)
    }

    let news: EventNews
    var event: Event? { news.event }

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench ? "Une place pour toi\u{202F}: \(news.event.title)" : "A seat for you: \(news.event.title)"
    }

    func body(_ reader: EmailReader) -> String {
        let words = news.words(reader)
        return reader.isFrench
            ? """
            une place s’est libérée, et elle est à toi.

            \(words.lines)

            Si tu ne peux plus venir, rends ta place ici\u{202F}: quelqu’un d’autre l’attend peut-être.

            \(words.page)
            """
            : """
            a seat has become free, and it is yours.

            \(words.lines)

            If you cannot come any more, give it up here: somebody else may be waiting for it.

            \(words.page)
            """
    }

    func calendar(_ reader: EmailReader) -> String? { news.calendar(reader) }
}
