// SPDX-License-Identifier: Apache-2.0

/// The one date form that a signed request may carry: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Spec: RFC 9110 §5.6.7 (IMF-fixdate). The two obsolete forms are refused.
package enum HTTPDate {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter milliseconds: since 1970 UTC; clamped to the years 1970 ... 9999.
    package static func format(_ milliseconds: Int64) -> String {
        let seconds = min(max(milliseconds / 1000, 0), 253_402_300_799)
        let days = seconds / 86_400
        let time = seconds % 86_400
        let (year, month, day) = civil(days)
        // Safe: a remainder of 7 and a month of 1...12 index lists of 7 and 12.
        let weekday = weekdays[Int((days + 4) % 7)]
        let name = months[Int(month - 1)]
        let clock = [time / 3600, time / 60 % 60, time % 60].map { pad($0, 2) }.joined(separator: ":")
        return "\(weekday), \(pad(day, 2)) \(name) \(pad(year, 4)) \(clock) GMT"
    }

    /// - Returns: milliseconds since 1970 UTC, or `nil` for any other form or a day that does not exist.
    package static func parse(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29 else { return nil }
        // Safe: every index below is inside the 29 bytes just counted.
        func word(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        func number(_ range: Range<Int>) -> Int64? {
            guard bytes[range].allSatisfy(Characters.isDigit) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        guard weekdays.contains(word(0..<3)), word(3..<5) == ", ", word(7..<8) == " ", word(11..<12) == " ",
            word(16..<17) == " ", word(19..<20) == ":", word(22..<23) == ":", word(25..<29) == " GMT",
            let day = number(5..<7), let month = months.firstIndex(of: word(8..<11)), let year = number(12..<16),
            let hour = number(17..<19), let minute = number(20..<22), let second = number(23..<25),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        guard civil(days) == (year, Int64(month) + 1, day) else { return nil }
        return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000
    }

    /// Days to a date of the Gregorian calendar, in eras of 400 years that begin on 1 March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
