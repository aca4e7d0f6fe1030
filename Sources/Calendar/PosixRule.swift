// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

/// The rule for all years after a zone file's last transition, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Spec: POSIX `TZ`, RFC 8536 §3.3.
struct PosixRule: Hashable, Sendable {
    /// A change of the offset: a day of each year and the second of that day, in the local time before the change.
    struct Change: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// `Jn`: day 1...365; 29 February is never counted.
            case julian(Int64)
            /// `n`: day 0...365, with 29 February in leap years.
            case ordinal(Int64)
            /// `Mm.w.d`: the w-th weekday d (0 is Sunday) of month m; week 5 is the last.
            case weekday(month: Int64, week: Int64, day: Int64)
        }

        let day: Day
        let seconds: Int64

        /// The change in `year`, in seconds since 1970 of the local clock before the change.
        func localSeconds(year: Int64) -> Int64 { dayNumber(year: year) * CivilDate.secondsPerDay + seconds }

        private func dayNumber(year: Int64) -> Int64 {
            let newYear = CivilDate.days(year: year, month: 1, day: 1)
            switch day {
            case .julian(let number):
                return newYear + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
            case .ordinal(let number):
                return newYear + number
            case .weekday(let month, let week, let day):
                let first = CivilDate.days(year: year, month: month, day: 1)
                let firstMatch = first + CivilDate.floorModulo(day - CivilDate.weekday(ofDays: first), 7)
                let length = CivilDate.length(ofMonth: month, year: year)
                let wanted = firstMatch + (week - 1) * 7
                return wanted < first + length ? wanted : wanted - 7
            }
        }
    }

    let standard: ZonePeriod
    let daylight: ZonePeriod?
    private let start: Change
    private let end: Change

    /// - Returns: `nil` when `text` is empty or is not a valid rule.
    init?(_ text: String) {
        var reader = PosixRuleReader(text)
        guard let standard = reader.period(isDaylight: false, default: nil) else { return nil }
        self.standard = standard
        if reader.isAtEnd {
            daylight = nil
            start = Change(day: .ordinal(0), seconds: 0)
            end = start
            return
        }
        guard let daylight = reader.period(isDaylight: true, default: standard.offset + 3600),
            let start = reader.change(), let end = reader.change(), reader.isAtEnd
        else { return nil }
        self.daylight = daylight
        self.start = start
        self.end = end
    }

    /// The changes in `year`, in order; empty when the zone has no daylight-saving time.
    func transitions(in year: Int64) -> [ZoneTransition] {
        guard let daylight else { return [] }
        let forward = ZoneTransition(at: start.localSeconds(year: year) - Int64(standard.offset), period: daylight)
        let back = ZoneTransition(at: end.localSeconds(year: year) - Int64(daylight.offset), period: standard)
        return forward.at < back.at ? [forward, back] : [back, forward]
    }

    func period(at seconds: Int64) -> ZonePeriod {
        let days = CivilDate.floorDivide(seconds, CivilDate.secondsPerDay)
        let year = CivilDate.civil(fromDays: days).year
        let near = (year - 1...year + 1).flatMap(transitions(in:))
        return near.last { $0.at <= seconds }?.period ?? standard
    }
}

/// A reader for the parts of a rule, from left to right.
private struct PosixRuleReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func period(isDaylight: Bool, default defaultOffset: Int?) -> ZonePeriod? {
        guard let name = name() else { return nil }
        var offset = defaultOffset
        if let next = rest.first, next != 0x2C {
            guard let written = time(hourLimit: 24) else { return nil }
            // POSIX writes the offset as the time to add to local time to reach UTC, so the sign is inverted.
            offset = Int(-written)
        }
        return offset.map { ZonePeriod(offset: $0, isDaylight: isDaylight, abbreviation: name) }
    }

    mutating func change() -> PosixRule.Change? {
        guard take(0x2C), let day = day() else { return nil }
        guard take(0x2F) else { return PosixRule.Change(day: day, seconds: 7200) }
        return time(hourLimit: 167).map { PosixRule.Change(day: day, seconds: $0) }
    }

    private mutating func day() -> PosixRule.Change.Day? {
        if take(0x4A) { return number(1...365).map { .julian($0) } }
        guard take(0x4D) else { return number(0...365).map { .ordinal($0) } }
        guard let month = number(1...12), take(0x2E), let week = number(1...5), take(0x2E), let day = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }

    /// Reads a name: letters, or any characters between angle brackets.
    private mutating func name() -> String? {
        let isQuoted = take(0x3C)
        let name = rest.prefix { isQuoted ? $0 != 0x3E : ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
        rest.removeFirst(name.count)
        guard name.count >= 3, !isQuoted || take(0x3E) else { return nil }
        return String(Substring(name))
    }

    /// Reads `[+-]h[h[h]][:mm[:ss]]` as seconds.
    private mutating func time(hourLimit: Int64) -> Int64? {
        let isNegative = take(0x2D)
        if !isNegative { _ = take(0x2B) }
        guard let hours = number(0...hourLimit) else { return nil }
        var seconds = hours * 3600
        if take(0x3A) {
            guard let minutes = number(0...59) else { return nil }
            seconds += minutes * 60
            if take(0x3A) {
                guard let rest = number(0...59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(4).prefix { $0 >= 0x30 && $0 <= 0x39 }
        rest.removeFirst(digits.count)
        return Int64(Substring(digits)).flatMap { range.contains($0) ? $0 : nil }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }
}
