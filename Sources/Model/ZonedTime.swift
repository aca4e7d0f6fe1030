// SPDX-License-Identifier: Apache-2.0

public import Calendar
internal import Synchronization

/// An instant on the clocks of a place: what pages show and forms ask for.
public enum ZonedTime {
    // A mutex rather than an actor: pages ask for a few zones in synchronous code, and each is read from disk once.
    private static let cache = Mutex<[String: TimeZoneRules]>([:])

    /// The rules of a zone, by its IANA name.
    ///
    /// - Returns: nil when there is no such zone on this machine.
    public static func rules(_ zone: String) -> TimeZoneRules? {
        if let known = cache.withLock({ $0[zone] }) { return known }
        guard let rules = TimeZoneRules.named(zone) else { return nil }
        cache.withLock { cache in
            if cache.count > 600 { cache = [:] }
            cache[zone] = rules
        }
        return rules
    }

    /// Date and time of an instant on the clocks of `zone`; UTC when the zone is not known.
    public static func fields(_ instant: Timestamp, in zone: String) -> LocalFields {
        (rules(zone) ?? .utc).localFields(of: instant.milliseconds)
    }

    /// Reads `2026-09-04T09:00`, as a form's date field gives it, on the clocks of `zone`.
    ///
    /// - Returns: nil for other text, for a day that does not exist, or for an unknown zone. A time that the clocks
    ///   skip or show twice is taken as most calendars take it.
    public static func parse(_ text: String, in zone: String) -> Timestamp? {
        let parts = text.utf8.split(omittingEmptySubsequences: false) { $0 == 45 || $0 == 84 || $0 == 58 || $0 == 32 }
        let numbers = parts.compactMap { Int(Substring($0)) }
        guard (5...6).contains(parts.count), numbers.count == parts.count, let rules = rules(zone),
            let local = LocalTime(
                year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4])
        else { return nil }
        return Timestamp(rules.millis(ofLocal: local).preferred)
    }

    /// The instant as `2026-09-04T09:00` on the clocks of `zone`: what a form's date field takes.
    public static func formValue(_ instant: Timestamp, in zone: String) -> String {
        let fields = fields(instant, in: zone)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(fields.year)-\(two(fields.month))-\(two(fields.day))T\(two(fields.hour)):\(two(fields.minute))"
    }
}
