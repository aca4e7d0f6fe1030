// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model
internal import Vocabulary

/// When and where an event takes place, in words.
struct EventWords: Sendable {
    private static let french = (
        days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        months: [
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
            "décembre",
        ]
    )
    private static let english = (
        days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
    )

    let event: Event
    let reader: EmailReader

    /// `vendredi 4 septembre 2026 à 19:00 (Europe/Paris)`; without hours for an event of whole days.
    var time: String {
        let fields = ZonedTime.fields(event.startsAt, in: event.timeZone)
        let words = reader.isFrench ? Self.french : Self.english
        // Safe: a weekday is 1...7 and a month 1...12.
        let day = words.days[fields.weekday - 1]
        let month = words.months[fields.month - 1]
        let number = reader.isFrench && fields.day == 1 ? "1er" : "\(fields.day)"
        let date = "\(day) \(number) \(month) \(fields.year)"
        guard !event.isAllDay else { return date }
        let minute = fields.minute < 10 ? "0\(fields.minute)" : "\(fields.minute)"
        let hour = "\(fields.hour):\(minute)"
        return "\(date) \(reader.isFrench ? "à" : "at") \(hour) (\(ZonedTime.shownName(of: event.timeZone)))"
    }

    /// Title, time and place, each on a line of its own.
    var lines: String {
        var lines = [event.title]
        if event.status != .postponed { lines.append(time) }
        if let place = event.place, !place.line.isEmpty { lines.append(place.line) }
        if event.isOnline {
            lines.append(event.onlineURL?.string ?? (reader.isFrench ? "En ligne" : "Online"))
        }
        return lines.joined(separator: "\n")
    }

    /// The address of its page.
    var page: String { reader.page("/events/\(event.id)") }
}
