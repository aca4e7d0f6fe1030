// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

/// A local date and time without a zone, to the minute.
public struct LocalTime: Hashable, Sendable {
    /// The year, 1...9999.
    public let year: Int
    /// The month, 1...12.
    public let month: Int
    /// The day of the month, 1...31.
    public let day: Int
    /// The hour, 0...23.
    public let hour: Int
    /// The minute, 0...59.
    public let minute: Int

    /// Makes a local time.
    ///
    /// - Returns: `nil` when the day or the time does not exist; years are 1...9999.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (0...23).contains(hour), (0...59).contains(minute),
            day >= 1, day <= Int(CivilDate.length(ofMonth: Int64(month), year: Int64(year)))
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
    }

    /// The local time that an instant would have in UTC; seconds are cut.
    ///
    /// - Returns: `nil` outside the years 1...9999.
    public init?(millisAsUTC millis: Int64) {
        let fields = LocalFields(shiftedSeconds: TimeZoneRules.seconds(millis))
        self.init(
            year: fields.year, month: fields.month, day: fields.day, hour: fields.hour, minute: fields.minute)
    }

    /// The seconds since 1970 that this time has when it is taken as UTC.
    var secondsAsUTC: Int64 {
        CivilDate.days(year: Int64(year), month: Int64(month), day: Int64(day)) * CivilDate.secondsPerDay
            + Int64(hour) * 3600 + Int64(minute) * 60
    }
}

/// The date and time of an instant in one time zone.
public struct LocalFields: Hashable, Sendable {
    /// The year in the proleptic Gregorian calendar; 0 is the year before 1.
    public let year: Int
    /// The month, 1...12.
    public let month: Int
    /// The day of the month, 1...31.
    public let day: Int
    /// The hour, 0...23.
    public let hour: Int
    /// The minute, 0...59.
    public let minute: Int
    /// The second, 0...59.
    public let second: Int
    /// The weekday, 1 (Monday) ... 7 (Sunday).
    public let weekday: Int

    /// - Parameter seconds: seconds since 1970 plus the zone's offset.
    init(shiftedSeconds seconds: Int64) {
        let days = CivilDate.floorDivide(seconds, CivilDate.secondsPerDay)
        let rest = Int(CivilDate.floorModulo(seconds, CivilDate.secondsPerDay))
        let date = CivilDate.civil(fromDays: days)
        year = Int(date.year)
        month = Int(date.month)
        day = Int(date.day)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = Int(CivilDate.weekday(ofDays: days))
    }
}

/// The instants that a local time can mean.
public enum LocalResolution: Hashable, Sendable {
    /// One instant; this is the usual case.
    case exact(Int64)
    /// No instant: clocks were put forward and skipped this time. The two values use the offset before and after the
    /// change.
    case gap(withOffsetBefore: Int64, withOffsetAfter: Int64)
    /// Two instants: clocks were put back and showed this time twice.
    case overlap(earlier: Int64, later: Int64)

    /// The instant to use when the user cannot be asked, in milliseconds since 1970.
    ///
    /// In a gap it uses the offset before the change, so 02:30 becomes 03:30. In an overlap it is the earlier instant.
    /// Spec: RFC 5545 §3.3.5.
    public var preferred: Int64 {
        switch self {
        case .exact(let millis): millis
        case .gap(let withOffsetBefore, _): withOffsetBefore
        case .overlap(let earlier, _): earlier
        }
    }
}
