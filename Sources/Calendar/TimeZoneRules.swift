// SPDX-License-Identifier: Apache-2.0

import CivilDates
import FoundationEssentials

/// The offset and name of a zone's time during one period.
struct ZonePeriod: Hashable, Sendable {
    /// The offset in seconds east of UTC.
    let offset: Int
    let isDaylight: Bool
    let abbreviation: String
}

/// The instant at which `period` begins.
struct ZoneTransition: Hashable, Sendable {
    /// The instant in seconds since 1970.
    let at: Int64
    let period: ZonePeriod
}

/// The rules of one IANA time zone, read from the machine's time-zone database.
///
/// Times are milliseconds since 1970 UTC. Every `Int64` is a valid time.
public struct TimeZoneRules: Hashable, Sendable {
    /// The IANA name, such as `Europe/Paris`.
    public let identifier: String
    let transitions: [ZoneTransition]
    let initial: ZonePeriod
    let future: PosixRule?

    init(identifier: String, transitions: [ZoneTransition], initial: ZonePeriod, future: PosixRule?) {
        self.identifier = identifier
        self.transitions = transitions
        self.initial = initial
        self.future = future
    }

    /// Coordinated universal time; it needs no file.
    public static let utc = TimeZoneRules(
        identifier: "UTC", transitions: [], initial: ZonePeriod(offset: 0, isDaylight: false, abbreviation: "UTC"),
        future: nil)

    /// The folder of the time-zone database on Linux.
    public static let databasePath = "/usr/share/zoneinfo"

    /// Reads the rules of `identifier` from the database. Every call reads the file again.
    ///
    /// - Returns: `nil` when the name is not a valid zone name (it could lead out of the folder), or when the file is
    ///   missing or damaged. Callers then use ``utc``.
    public static func named(_ identifier: String) -> TimeZoneRules? { named(identifier, in: databasePath) }

    static func named(_ identifier: String, in folder: String) -> TimeZoneRules? {
        guard isName(identifier) else { return nil }
        if identifier == "UTC" { return utc }
        guard let data = FileManager.default.contents(atPath: folder + "/" + identifier) else { return nil }
        return TZifReader.read(Array(data), identifier: identifier)
    }

    /// Whether the name has one to three parts of letters, digits, `_`, `-` and `+`. Dots are not allowed, so `..`
    /// cannot lead out of the folder.
    static func isName(_ identifier: String) -> Bool {
        guard (1...64).contains(identifier.utf8.count) else { return false }
        let parts = identifier.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        return parts.count <= 3
            && parts.allSatisfy { part in
                guard let first = part.first, first != 0x2D, first != 0x2B else { return false }
                return part.allSatisfy {
                    switch $0 {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2B: true
                    default: false
                    }
                }
            }
    }

    /// The offset at an instant, in seconds east of UTC.
    public func offset(atMillis millis: Int64) -> Int { period(at: Self.seconds(millis)).offset }

    /// The abbreviation of the zone at an instant, such as `CEST`; some zones use `+03`.
    public func abbreviation(atMillis millis: Int64) -> String { period(at: Self.seconds(millis)).abbreviation }

    /// Whether daylight-saving time applies at an instant.
    public func isDaylightSaving(atMillis millis: Int64) -> Bool { period(at: Self.seconds(millis)).isDaylight }

    /// The local date and time of an instant.
    public func localFields(of millis: Int64) -> LocalFields {
        let seconds = Self.seconds(millis)
        return LocalFields(shiftedSeconds: seconds + Int64(period(at: seconds).offset))
    }

    /// The instants that have the local time `local`. ``LocalResolution/preferred`` chooses one of them.
    public func millis(ofLocal local: LocalTime) -> LocalResolution {
        let shown = local.secondsAsUTC
        // This works because no zone is more than 26 hours from UTC, and no zone changes twice within that time.
        let before = Int64(period(at: shown - 93_600).offset)
        let after = Int64(period(at: shown + 93_600).offset)
        let early = shown - before
        let late = shown - after
        let earlyHolds = Int64(period(at: early).offset) == before
        let lateHolds = Int64(period(at: late).offset) == after
        switch (earlyHolds, lateHolds) {
        case (true, true) where early != late: return .overlap(earlier: early * 1000, later: late * 1000)
        case (true, _): return .exact(early * 1000)
        case (_, true): return .exact(late * 1000)
        case (false, false): return .gap(withOffsetBefore: early * 1000, withOffsetAfter: late * 1000)
        }
    }

    static func seconds(_ millis: Int64) -> Int64 { CivilDate.floorDivide(millis, 1000) }

    // MARK: - Periods

    func period(at seconds: Int64) -> ZonePeriod {
        guard let last = transitions.last else { return future?.period(at: seconds) ?? initial }
        if seconds >= last.at { return future?.period(at: seconds) ?? last.period }
        let index = firstIndex(after: seconds)
        return index == 0 ? initial : transitions[index - 1].period
    }

    /// The index of the first transition after `seconds`.
    private func firstIndex(after seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The transitions in `range`, in order, at most `limit` of them.
    func transitions(in range: Range<Int64>, limit: Int) -> [ZoneTransition] {
        let index = firstIndex(after: range.lowerBound - 1)
        var result = Array(transitions[index...].prefix { $0.at < range.upperBound }.prefix(limit))
        guard let future else { return result }
        let lastKnown = transitions.last?.at ?? Int64.min
        let from = max(range.lowerBound, lastKnown)
        var year = CivilDate.civil(fromDays: CivilDate.floorDivide(from, CivilDate.secondsPerDay)).year - 1
        let lastYear =
            CivilDate.civil(fromDays: CivilDate.floorDivide(range.upperBound, CivilDate.secondsPerDay)).year + 1
        while year <= lastYear, result.count < limit {
            let known = future.transitions(in: year).filter { range.contains($0.at) && $0.at > lastKnown }
            if known.isEmpty, future.daylight == nil { break }
            result += known
            year += 1
        }
        return Array(result.prefix(limit))
    }
}
