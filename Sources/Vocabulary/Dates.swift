// SPDX-License-Identifier: Apache-2.0

/// Instants as text. An instant is milliseconds since 1970-01-01 UTC; the calendar is the proleptic Gregorian one and
/// years are 0 … 9999: an instant beyond is printed as the nearest that fits.
public enum Dates {
    /// `2026-01-02T03:04:05Z`; parts of a second are cut.
    public static func iso(_ milliseconds: Int64) -> String {
        dateTime(Civil(milliseconds)) + "Z"
    }

    /// `2026-01-02T03:04:05.678Z`.
    public static func isoMilliseconds(_ milliseconds: Int64) -> String {
        let civil = Civil(milliseconds)
        return dateTime(civil) + "." + padded(civil.millisecond, 3) + "Z"
    }

    /// `2026-01-02T05:04:05+02:00`: the wall time `offsetSeconds` east of UTC; `Z` is never used, an offset beyond a
    /// day is cut.
    public static func isoWithOffset(_ milliseconds: Int64, offsetSeconds: Int) -> String {
        let offset = min(max(offsetSeconds, -86_340), 86_340) / 60 * 60
        let (local, overflow) = milliseconds.addingReportingOverflow(Int64(offset) * 1000)
        let sign = offset < 0 ? "-" : "+"
        let minutes = abs(offset) / 60
        return dateTime(Civil(overflow ? milliseconds : local)) + sign
            + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// Spec: RFC 9110 §5.6.7 (IMF-fixdate).
    public static func httpDate(_ milliseconds: Int64) -> String {
        let civil = Civil(milliseconds)
        return weekdays[civil.weekday] + ", " + padded(civil.day, 2) + " " + months[civil.month - 1] + " "
            + padded(civil.year, 4) + " " + time(civil) + " GMT"
    }

    /// Reads the forms seen on the wire: `T` or a space, seconds and fraction optional, `Z`, `±hh:mm`, `±hhmm`, `±hh`
    /// or no offset (then UTC), or a date alone (midnight UTC). A fraction is cut at milliseconds.
    public static func parse(_ text: String) -> Int64? { Stamp(text)?.milliseconds }

    /// The offset that the text names, in seconds east of UTC; `nil` when it names none or is not a date.
    public static func offsetSeconds(_ text: String) -> Int? { Stamp(text)?.offsetSeconds }

    /// Reads an IMF-fixdate, and no older form.
    ///
    /// Spec: RFC 9110 §5.6.7.
    public static func parseHTTPDate(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29 else { return nil }
        let word = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
        guard weekdays.contains(word(0..<3)), word(3..<5) == ", ", bytes[7] == 0x20, bytes[11] == 0x20,
            bytes[16] == 0x20, bytes[19] == 0x3A, bytes[22] == 0x3A, word(25..<29) == " GMT",
            let month = months.firstIndex(of: word(8..<11))
        else { return nil }
        guard let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
            let minute = number(bytes[20..<22]), let second = number(bytes[23..<25])
        else { return nil }
        return Civil(year: year, month: month + 1, day: day).milliseconds(hour: hour, minute: minute, second: second)
    }

    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    private static func dateTime(_ civil: Civil) -> String {
        padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2) + "T" + time(civil)
    }

    private static func time(_ civil: Civil) -> String {
        padded(civil.hour, 2) + ":" + padded(civil.minute, 2) + ":" + padded(civil.second, 2)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// The value of ASCII digits only.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(byte &- 0x30)
        }
        return digits.isEmpty ? nil : value
    }
}

/// A day and a time of day in UTC.
struct Civil {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0
    var weekday = 0

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The first and last millisecond of the years 0 … 9999.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// Days are counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
    init(_ milliseconds: Int64) {
        let instant = Int(min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound))
        var days = instant / 86_400_000
        var rest = instant % 86_400_000
        if rest < 0 {
            rest += 86_400_000
            days -= 1
        }
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
        weekday = ((days + 4) % 7 + 7) % 7
    }

    private var daysInMonth: Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// - Returns: `nil` for a day or a time of day that does not exist. A leap second counts as the next second.
    func milliseconds(hour: Int, minute: Int, second: Int) -> Int64? {
        guard (0...9999).contains(year), (1...12).contains(month), (1...daysInMonth).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Int64(days * 86_400 + hour * 3600 + minute * 60 + second) * 1000
    }
}

/// A date as another server wrote it.
private struct Stamp {
    let milliseconds: Int64
    let offsetSeconds: Int?

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (10...64).contains(bytes.count), bytes[4] == 0x2D, bytes[7] == 0x2D,
            let year = Dates.number(bytes[0..<4]), let month = Dates.number(bytes[5..<7]),
            let day = Dates.number(bytes[8..<10])
        else { return nil }
        var reader = ClockReader(rest: bytes[10...])
        guard reader.read(),
            let seconds = Civil(year: year, month: month, day: day)
                .milliseconds(hour: reader.hour, minute: reader.minute, second: reader.second)
        else { return nil }
        milliseconds = seconds + Int64(reader.millisecond) - Int64(reader.offset ?? 0) * 1000
        offsetSeconds = reader.offset
    }
}

private struct ClockReader {
    var rest: ArraySlice<UInt8>
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0
    var offset: Int?

    mutating func read() -> Bool {
        if rest.isEmpty { return true }
        guard let mark = rest.popFirst(), mark | 0x20 == 0x74 || mark == 0x20 else { return false }
        guard let hour = twoDigits(), skip(0x3A), let minute = twoDigits() else { return false }
        self.hour = hour
        self.minute = minute
        if skip(0x3A) {
            guard let second = twoDigits() else { return false }
            self.second = second
        }
        if skip(0x2E) || skip(0x2C), readFraction() == false { return false }
        return readOffset() && rest.isEmpty
    }

    private mutating func twoDigits() -> Int? {
        guard rest.count >= 2, let value = Dates.number(rest.prefix(2)) else { return nil }
        rest = rest.dropFirst(2)
        return value
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func readFraction() -> Bool {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        rest = rest.dropFirst(digits.count)
        let kept = Array(digits.prefix(3)) + Array(repeating: 0x30, count: max(0, 3 - digits.count))
        millisecond = Dates.number(kept[...]) ?? 0
        return digits.isEmpty == false
    }

    private mutating func readOffset() -> Bool {
        guard let mark = rest.popFirst() else { return true }
        if mark | 0x20 == 0x7A {
            offset = 0
            return true
        }
        guard mark == 0x2B || mark == 0x2D, let hours = twoDigits(), hours < 24 else { return false }
        _ = skip(0x3A)
        let minutes = rest.isEmpty ? 0 : twoDigits()
        guard let minutes, minutes < 60 else { return false }
        offset = (hours * 3600 + minutes * 60) * (mark == 0x2D ? -1 : 1)
        return true
    }
}
