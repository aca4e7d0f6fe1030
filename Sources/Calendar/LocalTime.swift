// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

/// What a clock on the wall shows, to the minute, and the day it hangs on.
public struct LocalTime: Hashable, Sendable {
    /// 1...9999.
    public let year: Int
    /// 1...12.
    public let month: Int
    /// 1...31.
    public let day: Int
    /// 0...23.
    public let hour: Int
    /// 0...59.
    public let minute: Int

    /// - Returns: `nil` when there is no such day or minute; years are 1...9999.
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

    /// Seconds since 1970 if the clock showed UTC.
    var secondsAsUTC: Int64 {
        CivilDate.days(year: Int64(year), month: Int64(month), day: Int64(day)) * CivilDate.secondsPerDay
            + Int64(hour) * 3600 + Int64(minute) * 60
    }
}

/// An instant as the people of a zone write it.
public struct LocalFields: Hashable, Sendable {
    /// Proleptic Gregorian; 0 is the year before 1.
    public let year: Int
    /// 1...12.
    public let month: Int
    /// 1...31.
    public let day: Int
    /// 0...23.
    public let hour: Int
    /// 0...59.
    public let minute: Int
    /// 0...59.
    public let second: Int
    /// 1 (Monday) ... 7 (Sunday).
    public let weekday: Int

    /// - Parameter seconds: seconds since 1970 with the zone's offset already added.
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

/// Which instants a local time names.
public enum LocalResolution: Hashable, Sendable {
    /// One instant, as nearly always.
    case exact(Int64)
    /// None: clocks were put forward over it. The values read it with the offset before and after the change.
    case gap(withOffsetBefore: Int64, withOffsetAfter: Int64)
    /// Two: clocks were put back over it.
    case overlap(earlier: Int64, later: Int64)

    /// The instant to use when nobody can be asked, in milliseconds since 1970.
    ///
    /// In a gap the offset before the change holds, so 02:30 becomes 03:30; in an overlap the first of the two.
    /// Spec: RFC 5545 §3.3.5.
    public var preferred: Int64 {
        switch self {
        case .exact(let millis): millis
        case .gap(let withOffsetBefore, _): withOffsetBefore
        case .overlap(let earlier, _): earlier
        }
    }
}
