// SPDX-License-Identifier: Apache-2.0

public import Calendar
internal import Synchronization

/// Instants in local time, for pages and forms.
public enum ZonedTime {
    // This is a mutex, not an actor, because pages call it in synchronous code. Only a few zones are used, and each is
    // read from disk once.
    private static let cache = Mutex<[String: TimeZoneRules]>([:])

    /// The rules of a time zone, by its IANA name.
    ///
    /// - Returns: nil when this machine has no such zone.
    public static func rules(_ zone: String) -> TimeZoneRules? {
        if let known = cache.withLock({ $0[zone] }) { return known }
        guard let rules = TimeZoneRules.named(zone) else { return nil }
        cache.withLock { cache in
            if cache.count > 600 { cache = [:] }
            cache[zone] = rules
        }
        return rules
    }

    /// The name of a zone for readers: `UTC+2` for a fixed offset, otherwise the IANA name.
    public static func shownName(of zone: String) -> String { TimeZoneNames.offsetName(of: zone) ?? zone }

    /// The local date and time of an instant in `zone`; in UTC when the zone is unknown.
    public static func fields(_ instant: Timestamp, in zone: String) -> LocalFields {
        (rules(zone) ?? .utc).localFields(of: instant.milliseconds)
    }

    /// Parses `2026-09-04T09:00`, the value of a date field in a form, as local time in `zone`.
    ///
    /// - Returns: nil for other text, for a day that does not exist, or for an unknown zone. A time that is skipped or
    ///   occurs twice when clocks change is resolved with `LocalResolution.preferred`.
    public static func parse(_ text: String, in zone: String) -> Timestamp? {
        guard isDateField(text), let rules = rules(zone) else { return nil }
        let numbers = text.utf8.split { !(48...57).contains($0) }.compactMap { Int(Substring($0)) }
        guard numbers.count >= 5, numbers.count == 5 || numbers[5] < 60,
            let local = LocalTime(
                year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4])
        else { return nil }
        return Timestamp(rules.millis(ofLocal: local).preferred)
    }

    /// Whether the text has the format of a form's date field: to the minute, or to the second as some browsers send
    /// it.
    private static func isDateField(_ text: String) -> Bool {
        let shape = "0000-00-00T00:00:00".utf8
        guard text.utf8.count == 16 || text.utf8.count == shape.count else { return false }
        return zip(text.utf8, shape).allSatisfy { letter, wanted in
            switch wanted {
            case 48: (48...57).contains(letter)
            case 84: letter == 84 || letter == 32
            default: letter == wanted
            }
        }
    }

    /// The instant as `2026-09-04T09:00` in local time of `zone`, for a date field in a form.
    public static func formValue(_ instant: Timestamp, in zone: String) -> String {
        let fields = fields(instant, in: zone)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(fields.year)-\(two(fields.month))-\(two(fields.day))T\(two(fields.hour)):\(two(fields.minute))"
    }
}
