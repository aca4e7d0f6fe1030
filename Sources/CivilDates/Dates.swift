// SPDX-License-Identifier: Apache-2.0

/// Instants as text. An instant is milliseconds since 1970-01-01 UTC. The calendar is the proleptic Gregorian one.
/// Years are 0 … 9999; an instant outside is clamped.
public enum Dates {
    /// Formats `2026-01-02T03:04:05Z`; fractions of a second are cut. Spec: RFC 3339 §5.6.
    public static func iso(_ milliseconds: Int64) -> String {
        let moment = DateTime(milliseconds)
        return String(unsafeUninitializedCapacity: 20) { bytes in
            moment.write(to: bytes)
            bytes[19] = UInt8(ascii: "Z")
            return 20
        }
    }

    /// Formats `2026-01-02T03:04:05.678Z`.
    public static func isoMilliseconds(_ milliseconds: Int64) -> String {
        let moment = DateTime(milliseconds)
        return String(unsafeUninitializedCapacity: 24) { bytes in
            moment.write(to: bytes)
            bytes[19] = UInt8(ascii: ".")
            DateTime.write(moment.millisecond, digits: 3, at: 20, to: bytes)
            bytes[23] = UInt8(ascii: "Z")
            return 24
        }
    }

    /// Formats `2026-01-02T05:04:05+02:00`: the local time `offsetSeconds` east of UTC. The offset is always written as
    /// numbers, never as `Z`. It is cut to whole minutes and clamped to ±23:59.
    public static func isoWithOffset(_ milliseconds: Int64, offsetSeconds: Int) -> String {
        let offset = Int64(min(max(offsetSeconds, -86_340), 86_340) / 60 * 60)
        let (local, overflow) = milliseconds.addingReportingOverflow(offset * 1000)
        var text = DateText()
        text.add(DateTime(overflow ? milliseconds : local))
        text.add(offset < 0 ? "-" : "+")
        text.add(abs(offset) / 3600, digits: 2)
        text.add(":")
        text.add(abs(offset) / 60 % 60, digits: 2)
        return text.string
    }

    /// Formats `Sun, 06 Nov 1994 08:49:37 GMT`. Spec: RFC 9110 §5.6.7 (IMF-fixdate).
    public static func httpDate(_ milliseconds: Int64) -> String {
        var text = DateText()
        text.addWithWeekday(DateTime(milliseconds))
        text.add(" GMT")
        return text.string
    }

    /// Formats `Sun, 06 Nov 1994 08:49:37 +0000`. Spec: RFC 5322 §3.3.
    public static func mailDate(_ milliseconds: Int64) -> String {
        var text = DateText()
        text.addWithWeekday(DateTime(milliseconds))
        text.add(" +0000")
        return text.string
    }

    /// Parses the formats that other servers send: `T` or a space as separator; seconds and fraction optional; `Z`,
    /// `±hh:mm`, `±hhmm`, `±hh` or no offset (which means UTC); or only a date (midnight UTC). Fractions are cut to
    /// milliseconds.
    public static func parse(_ text: String) -> Int64? { ISODateReader.read(text)?.milliseconds }

    /// The offset in the text, in seconds east of UTC; `nil` when there is none or the text is not a date.
    public static func offsetSeconds(_ text: String) -> Int? { ISODateReader.read(text)?.offsetSeconds }

    /// Parses the same formats as ``parse(_:)``, and says what the text leaves open.
    public static func reading(_ text: String) -> DateReading? { ISODateReader.read(text) }

    /// Parses an IMF-fixdate; the obsolete formats are refused. Spec: RFC 9110 §5.6.7.
    public static func parseHTTPDate(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29 else { return nil }
        // Safe: every index below is within the 29 bytes.
        let word = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
        guard DateText.weekdays.contains(word(0..<3)), word(3..<5) == ", ", bytes[7] == 0x20, bytes[11] == 0x20,
            bytes[16] == 0x20, bytes[19] == 0x3A, bytes[22] == 0x3A, word(25..<29) == " GMT",
            let month = DateText.months.firstIndex(of: word(8..<11))
        else { return nil }
        guard let day = DateTime.number(bytes[5..<7]), let year = DateTime.number(bytes[12..<16]),
            let hour = DateTime.number(bytes[17..<19]), let minute = DateTime.number(bytes[20..<22]),
            let second = DateTime.number(bytes[23..<25])
        else { return nil }
        return DateTime.milliseconds(
            year: year, month: Int64(month) + 1, day: day, hour: hour, minute: minute, second: second)
    }
}

/// A date in the text of a document, with what the text leaves open.
public struct DateReading: Sendable, Hashable {
    /// The instant, in milliseconds since 1970. A text without an offset is read as UTC.
    public let milliseconds: Int64
    /// The offset in the text, in seconds east of UTC; nil for a local time without an offset.
    public let offsetSeconds: Int?
    /// Whether the text is only a date, without a time.
    public let isDateOnly: Bool

    /// The date and time in the text itself, as if they were in UTC.
    public var localMilliseconds: Int64 { milliseconds + Int64(offsetSeconds ?? 0) * 1000 }

    init(milliseconds: Int64, offsetSeconds: Int?, isDateOnly: Bool) {
        self.milliseconds = milliseconds
        self.offsetSeconds = offsetSeconds
        self.isDateOnly = isDateOnly
    }
}

/// A date and time in UTC.
struct DateTime {
    let year: Int64
    let month: Int64
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64
    let millisecond: Int64
    /// 1 (Monday) … 7 (Sunday).
    let weekday: Int64

    /// The first and last millisecond of the years 0 … 9999.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    init(_ milliseconds: Int64) {
        let instant = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
        let days = CivilDate.floorDivide(instant, 86_400_000)
        let rest = CivilDate.floorModulo(instant, 86_400_000)
        (year, month, day) = CivilDate.civil(fromDays: days)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
        weekday = CivilDate.weekday(ofDays: days)
    }

    /// The instant of a date and time.
    ///
    /// - Returns: nil for a date or time that does not exist. Second 60, a leap second, counts as the next second.
    static func milliseconds(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
    ) -> Int64? {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDate.length(ofMonth: month, year: year), (0..<24).contains(hour), (0..<60).contains(minute),
            (0...60).contains(second)
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        return (days * CivilDate.secondsPerDay + hour * 3600 + minute * 60 + second) * 1000
    }

    /// The value of one to four ASCII digits; nil for anything else.
    static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard (1...4).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int64(byte &- 0x30)
        }
        return value
    }
}

// A page of statuses contains dozens of instants, so they are written straight into the memory of the string.
extension DateTime {
    /// Writes `2026-01-02T03:04:05`.
    ///
    /// - Parameter bytes: the memory of the string, 19 bytes or more.
    func write(to bytes: UnsafeMutableBufferPointer<UInt8>) {
        Self.write(year, digits: 4, at: 0, to: bytes)
        bytes[4] = UInt8(ascii: "-")
        Self.write(month, digits: 2, at: 5, to: bytes)
        bytes[7] = UInt8(ascii: "-")
        Self.write(day, digits: 2, at: 8, to: bytes)
        bytes[10] = UInt8(ascii: "T")
        Self.write(hour, digits: 2, at: 11, to: bytes)
        bytes[13] = UInt8(ascii: ":")
        Self.write(minute, digits: 2, at: 14, to: bytes)
        bytes[16] = UInt8(ascii: ":")
        Self.write(second, digits: 2, at: 17, to: bytes)
    }

    /// Writes the last digits of a non-negative number, padded with zeros.
    static func write(_ value: Int64, digits: Int, at start: Int, to bytes: UnsafeMutableBufferPointer<UInt8>) {
        var rest = value
        for place in (start..<start + digits).reversed() {
            bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

/// A writer for the parts of a date.
struct DateText {
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(32) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Adds a non-negative number, padded with zeros.
    mutating func add(_ value: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    /// Adds `2026-01-02T03:04:05`.
    mutating func add(_ moment: DateTime) {
        add(moment.year, digits: 4)
        add("-")
        add(moment.month, digits: 2)
        add("-")
        add(moment.day, digits: 2)
        add("T")
        addTime(moment)
    }

    /// Adds `Sun, 06 Nov 1994 08:49:37`.
    mutating func addWithWeekday(_ moment: DateTime) {
        // Safe: a weekday is 1 … 7 and a month 1 … 12.
        add(Self.weekdays[Int(moment.weekday) - 1])
        add(", ")
        add(moment.day, digits: 2)
        add(" ")
        add(Self.months[Int(moment.month) - 1])
        add(" ")
        add(moment.year, digits: 4)
        add(" ")
        addTime(moment)
    }

    private mutating func addTime(_ moment: DateTime) {
        add(moment.hour, digits: 2)
        add(":")
        add(moment.minute, digits: 2)
        add(":")
        add(moment.second, digits: 2)
    }
}
