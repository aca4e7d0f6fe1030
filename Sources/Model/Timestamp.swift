// SPDX-License-Identifier: Apache-2.0

import CivilDates

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970, UTC.
    public let milliseconds: Int64

    /// - Parameter milliseconds: since 1970, UTC.
    public init(_ milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Orders by time.
    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    /// The instant `duration` later; saturates instead of overflowing.
    public static func + (instant: Self, duration: Duration) -> Self {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.milliseconds)
        return Self(overflow ? (duration.milliseconds < 0 ? .min : .max) : sum)
    }

    /// The instant `duration` earlier; saturates instead of overflowing.
    public static func - (instant: Self, duration: Duration) -> Self {
        let (difference, overflow) = instant.milliseconds.subtractingReportingOverflow(duration.milliseconds)
        return Self(overflow ? (duration.milliseconds < 0 ? .max : .min) : difference)
    }

    /// The duration from `earlier` to `later`; negative when they are in the other order; saturates instead of
    /// overflowing.
    public static func - (later: Self, earlier: Self) -> Duration {
        let (difference, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (later < earlier ? .min : .max) : difference)
    }

    /// A time later than every stored time (the end of the year 9999).
    public static let distantFuture = Self(253_402_300_799_000)

    /// The instant as ISO 8601 in UTC with seconds: `2026-01-02T03:04:05Z`.
    public var description: String { Dates.iso(milliseconds) }

    /// The instant with exactly three digits of a second: `2026-01-02T03:04:05.678Z`. Without them, some client apps show
    /// the current time.
    public var withMilliseconds: String { Dates.isoMilliseconds(milliseconds) }
}

extension Timestamp: InstantProtocol {
    /// The instant `duration` later; saturates instead of overflowing.
    public func advanced(by duration: Duration) -> Self { self + duration }
    /// The duration from this instant to another; saturates instead of overflowing.
    public func duration(to other: Self) -> Duration { other - self }
}

extension Duration {
    /// The whole milliseconds, rounded towards zero; saturates.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// `count` times sixty seconds.
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    /// `count` times sixty minutes.
    public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    /// `count` times twenty-four hours.
    public static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}

/// The source of the current time; tests supply their own.
public protocol Clock: Sendable {
    /// The current time.
    var now: Timestamp { get }
}

/// The machine's wall clock.
public struct SystemClock: Clock {
    /// Creates the clock.
    public init() {}

    /// Reads the wall clock.
    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
