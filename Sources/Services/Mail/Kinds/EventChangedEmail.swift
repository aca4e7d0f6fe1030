// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Tells who comes to an event, or waits for a seat, that its time or its place has changed.
struct EventChangedEmail: Email {
    static let kind = EmailKind("event_changed", .free) { mail, db in
        try EventNews.concerns(mail, [.asked, .going, .waiting], in: db)
    }

    let news: EventNews
    var event: Event? { news.event }

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench ? "Du nouveau\u{202F}: \(news.event.title)" : "A change: \(news.event.title)"
    }

    func body(_ reader: EmailReader) -> String {
        let words = news.words(reader)
        return reader.isFrench
            ? """
            la date ou le lieu d’une rencontre où tu es sur la liste a changé. Voici ce qui vaut maintenant\u{202F}:

            \(words.lines)

            Si cela ne te va plus, rends ta place ici\u{202F}:

            \(words.page)
            """
            : """
            the time or the place of an event has changed, and you are on its list. This is what holds now:

            \(words.lines)

            If it does not suit you any more, give up your seat here:

            \(words.page)
            """
    }

    func calendar(_ reader: EmailReader) -> String? { news.calendar(reader) }
}
