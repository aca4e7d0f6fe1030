// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model

/// Formats instants as text, in a time zone and in the reader's language.
struct Moments: Sendable {
    /// The texts of the reader's language.
    let texts: Texts
    /// The IANA name of the community's time zone.
    let zone: String
    /// The current time.
    let now: Timestamp

    /// Returns `vendredi 4 septembre 2026`. The current year is omitted.
    func day(_ instant: Timestamp, in zone: String? = nil) -> String {
        let fields = ZonedTime.fields(instant, in: zone ?? self.zone)
        return "\(texts.item(.weekdays, fields.weekday)) \(date(fields))"
    }

    /// Returns `9 h` or `19 h 30`; in English `9:00` or `19:30`.
    func time(_ instant: Timestamp, in zone: String? = nil) -> String {
        let fields = ZonedTime.fields(instant, in: zone ?? self.zone)
        let minute = fields.minute < 10 ? "0\(fields.minute)" : "\(fields.minute)"
        switch texts.language {
        case .french: return fields.minute == 0 ? "\(fields.hour)\u{A0}h" : "\(fields.hour)\u{A0}h\u{A0}\(minute)"
        case .english: return "\(fields.hour):\(minute)"
        }
    }

    /// Returns `jeudi 3 décembre, de 19 h à 21 h 30`, or a span of several days.
    func span(_ start: Timestamp, _ end: Timestamp, in zone: String) -> String {
        let first = ZonedTime.fields(start, in: zone)
        let last = ZonedTime.fields(end, in: zone)
        let isOneDay = (first.year, first.month, first.day) == (last.year, last.month, last.day)
        // An event that ends before six in the morning counts to the evening on which it began.
        let isOneNight = end - start < .hours(12) && last.hour < 6
        if isOneDay || isOneNight {
            return texts(.spanOneDay, day(start, in: zone), time(start, in: zone), time(end, in: zone))
        }
        return texts(
            .spanDays, day(start, in: zone), time(start, in: zone), day(end, in: zone), time(end, in: zone))
    }

    /// Returns when an event takes place. An end that nobody stated is left out, and so are the hours of whole days.
    func span(of event: Event) -> String {
        let zone = event.timeZone
        if event.isAllDay {
            let first = day(event.startsAt, in: zone)
            // The end is the midnight after the last day.
            let last = day(max(event.startsAt, event.endsAt - .minutes(1)), in: zone)
            return first == last ? first : texts(.spanWholeDays, first, last)
        }
        guard event.showsEnd else {
            return texts(.dayAtTime, day(event.startsAt, in: zone), time(event.startsAt, in: zone))
        }
        return span(event.startsAt, event.endsAt, in: zone)
    }

    /// Returns whose hours an event is told in: `heure de New York`; nil when it is the zone of the community, and for
    /// whole days.
    func zoneName(of event: Event) -> String? {
        guard event.timeZone != zone, !event.isAllDay else { return nil }
        let name = ZonedTime.shownName(of: event.timeZone)
        guard name == event.timeZone, let city = name.split(separator: "/").last, city.count < name.count else {
            return name
        }
        return texts(.timeOf, String(city).replacing("_", with: " "))
    }

    /// Returns how long ago an instant was: `il y a 3 h`, `hier`, `mardi`, `4 septembre`.
    func ago(_ instant: Timestamp) -> String {
        let minutes = Int((now - instant).milliseconds / 60_000)
        if minutes < 1 { return texts(.justNow) }
        if minutes < 60 { return texts.count(.minutesAgo, minutes) }
        let days = daysBetween(instant, now)
        if minutes < 60 * 24, days <= 1 { return texts.count(.hoursAgo, minutes / 60) }
        if days == 1 { return texts(.yesterday) }
        let fields = ZonedTime.fields(instant, in: zone)
        if days < 7 { return texts(.lastWeekday, texts.item(.weekdays, fields.weekday)) }
        return texts(.onDate, date(fields))
    }

    /// Returns `aujourd’hui`, `demain` or `dans 5 jours`; nil for a later day.
    func ahead(_ instant: Timestamp) -> String? {
        guard instant > now else { return nil }
        let days = daysBetween(now, instant)
        switch days {
        case 0: return texts(.today)
        case 1: return texts(.tomorrow)
        case 2...14: return texts.count(.inDays, days)
        default: return nil
        }
    }

    /// Returns `décembre 2026`.
    func month(_ instant: Timestamp, in zone: String) -> String {
        let fields = ZonedTime.fields(instant, in: zone)
        return "\(texts.item(.months, fields.month)) \(fields.year)"
    }

    /// Returns `mardi 4 septembre 2026 à 9 h` in a time zone.
    func point(_ instant: Timestamp, in zone: String) -> String {
        texts(.dayAtTime, day(instant, in: zone), time(instant, in: zone))
    }

    /// Returns `mardi 4 septembre 2026 à 9 h`, which is the `title` of a `time` element.
    func exact(_ instant: Timestamp) -> String {
        texts(.dayAtTime, day(instant), time(instant))
    }

    /// Returns the instant as a `time` element, which programs can read too.
    func element(ago instant: Timestamp) -> HTML {
        "<time datetime=\"\(instant)\" title=\"\(exact(instant))\">\(ago(instant))</time>"
    }

    private func date(_ fields: LocalFields) -> String {
        let month = texts.item(.months, fields.month)
        let day = texts.language == .french && fields.day == 1 ? "1er" : "\(fields.day)"
        let isThisYear = fields.year == ZonedTime.fields(now, in: zone).year
        return isThisYear ? "\(day) \(month)" : "\(day) \(month) \(fields.year)"
    }

    /// Returns the number of midnights between two instants.
    private func daysBetween(_ first: Timestamp, _ last: Timestamp) -> Int {
        let a = ZonedTime.fields(first, in: zone)
        let b = ZonedTime.fields(last, in: zone)
        let noonA = ZonedTime.parse(noon(a), in: "UTC") ?? first
        let noonB = ZonedTime.parse(noon(b), in: "UTC") ?? last
        return Int((noonB - noonA).milliseconds / 86_400_000)
    }

    private func noon(_ fields: LocalFields) -> String { "\(fields.year)-\(fields.month)-\(fields.day)T12:00" }
}
