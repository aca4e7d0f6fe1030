// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model

/// Instants in words, on the clocks of a place, in the reader's language.
struct Moments: Sendable {
    /// The reader's words.
    let texts: Texts
    /// IANA name of the community's zone.
    let zone: String
    /// The present.
    let now: Timestamp

    /// `vendredi 4 septembre 2026`; the year is left out when it is the present one.
    func day(_ instant: Timestamp, in zone: String? = nil) -> String {
        let fields = ZonedTime.fields(instant, in: zone ?? self.zone)
        return "\(texts.item(.weekdays, fields.weekday)) \(date(fields))"
    }

    /// `9 h`, `19 h 30`; `9:00`, `19:30` in English.
    func time(_ instant: Timestamp, in zone: String? = nil) -> String {
        let fields = ZonedTime.fields(instant, in: zone ?? self.zone)
        let minute = fields.minute < 10 ? "0\(fields.minute)" : "\(fields.minute)"
        switch texts.language {
        case .french: return fields.minute == 0 ? "\(fields.hour)\u{A0}h" : "\(fields.hour)\u{A0}h\u{A0}\(minute)"
        case .english: return "\(fields.hour):\(minute)"
        }
    }

    /// `jeudi 3 décembre, de 19 h à 21 h 30`, or from one day to another.
    func span(_ start: Timestamp, _ end: Timestamp, in zone: String) -> String {
        let first = ZonedTime.fields(start, in: zone)
        let last = ZonedTime.fields(end, in: zone)
        let isOneDay = (first.year, first.month, first.day) == (last.year, last.month, last.day)
        // A night that ends before six belongs to the evening on which it began.
        let isOneNight = end - start < .hours(12) && last.hour < 6
        if isOneDay || isOneNight {
            return texts(.spanOneDay, day(start, in: zone), time(start, in: zone), time(end, in: zone))
        }
        return texts(
            .spanDays, day(start, in: zone), time(start, in: zone), day(end, in: zone), time(end, in: zone))
    }

    /// How long ago, as people say it: `il y a 3 h`, `hier`, `mardi`, `4 septembre`.
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

    /// `aujourd’hui`, `demain`, `dans 5 jours`; nil for later than that.
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

    /// `décembre 2026`.
    func month(_ instant: Timestamp, in zone: String) -> String {
        let fields = ZonedTime.fields(instant, in: zone)
        return "\(texts.item(.months, fields.month)) \(fields.year)"
    }

    /// `mardi 4 septembre 2026 à 9 h`: what stands in a time's title.
    func exact(_ instant: Timestamp) -> String {
        texts(.dayAtTime, day(instant), time(instant))
    }

    /// The instant as an element that programs read too.
    func element(ago instant: Timestamp) -> HTML {
        "<time datetime=\"\(instant)\" title=\"\(exact(instant))\">\(ago(instant))</time>"
    }

    private func date(_ fields: LocalFields) -> String {
        let month = texts.item(.months, fields.month)
        let day = texts.language == .french && fields.day == 1 ? "1er" : "\(fields.day)"
        let isThisYear = fields.year == ZonedTime.fields(now, in: zone).year
        return isThisYear ? "\(day) \(month)" : "\(day) \(month) \(fields.year)"
    }

    /// Nights between two instants.
    private func daysBetween(_ first: Timestamp, _ last: Timestamp) -> Int {
        let a = ZonedTime.fields(first, in: zone)
        let b = ZonedTime.fields(last, in: zone)
        let noonA = ZonedTime.parse(noon(a), in: "UTC") ?? first
        let noonB = ZonedTime.parse(noon(b), in: "UTC") ?? last
        return Int((noonB - noonA).milliseconds / 86_400_000)
    }

    private func noon(_ fields: LocalFields) -> String { "\(fields.year)-\(fields.month)-\(fields.day)T12:00" }
}
