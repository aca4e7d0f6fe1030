// SPDX-License-Identifier: Apache-2.0

/// The proleptic Gregorian calendar as arithmetic on days since 1970-01-01.
///
/// The day numbers are those of Howard Hinnant's `days_from_civil`: they are counted in eras of 400 years that begin on
/// 1 March, so that the leap day comes last. Every argument has an answer: values far outside of what a clock can name
/// are taken as the nearest that the arithmetic holds, so nothing overflows.
public enum CivilDate {
    /// How many seconds a day has; leap seconds are not counted.
    public static let secondsPerDay: Int64 = 86_400

    /// Beyond any day of which an `Int64` can name a second, and far from the ends of its range.
    private static let largest: Int64 = 1_000_000_000_000_000

    /// The number of a day.
    ///
    /// - Parameters:
    ///   - month: 1 … 12; any other value is taken as the nearest of them.
    ///   - day: 1 … 31; days beyond the month's end, and before its first, count on.
    public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let month = min(max(month, 1), 12)
        let shifted = clamped(year) - (month <= 2 ? 1 : 0)
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + clamped(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day with this number; the year 0 is the one before 1.
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

    /// 1 (Monday) … 7 (Sunday).
    public static func weekday(ofDays days: Int64) -> Int64 { floorModulo(clamped(days) + 3, 7) + 1 }

    /// Whether the year has a 29 February.
    public static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// How many days a month has; 31 for what is no month.
    public static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Divides and rounds towards the past.
    ///
    /// - Parameter divisor: 2 or more.
    public static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    /// What ``floorDivide(_:_:)`` leaves over: 0 ..< `divisor`.
    public static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    private static func clamped(_ value: Int64) -> Int64 { min(max(value, -largest), largest) }
}
