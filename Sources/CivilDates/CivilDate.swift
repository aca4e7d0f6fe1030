// SPDX-License-Identifier: Apache-2.0

/// The proleptic Gregorian calendar as arithmetic on days since 1970-01-01.
///
/// The day numbers are those of Howard Hinnant's `days_from_civil`: they are counted in eras of 400 years that begin on
/// 1 March, so that the leap day comes last. Every argument is accepted: values far outside the range of real clocks
/// are clamped, so nothing overflows.
public enum CivilDate {
    /// The seconds of a day; leap seconds are not counted.
    public static let secondsPerDay: Int64 = 86_400

    /// The clamp limit. It is larger than any day number whose seconds fit an `Int64`, and far from the ends of that
    /// type.
    private static let largest: Int64 = 1_000_000_000_000_000

    /// The day number of a date.
    ///
    /// - Parameters:
    ///   - month: 1 … 12; other values are clamped to this range.
    ///   - day: 1 … 31; values outside the month count on into the next or previous months.
    public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let month = min(max(month, 1), 12)
        let shifted = clamped(year) - (month <= 2 ? 1 : 0)
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + clamped(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date of a day number; the year 0 is the year before 1.
    public static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = clamped(days) + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    /// The weekday of a day number, 1 (Monday) … 7 (Sunday).
    public static func weekday(ofDays days: Int64) -> Int64 { floorModulo(clamped(days) + 3, 7) + 1 }

    /// Whether the year has a 29 February.
    public static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The number of days in a month; 31 for an invalid month.
    public static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Divides and rounds down, towards the past.
    ///
    /// - Parameter divisor: 2 or more.
    public static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    /// The remainder of ``floorDivide(_:_:)``: 0 ..< `divisor`.
    public static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    private static func clamped(_ value: Int64) -> Int64 { min(max(value, -largest), largest) }
}
