// SPDX-License-Identifier: Apache-2.0

/// Writes the part of a zone's history that a feed needs.
///
/// Each change is listed as it happened or will happen, without recurrence rules: readers need not guess which rule
/// held, and a rule that has changed since is no trouble. Spec: RFC 5545 §3.6.5.
enum VTimeZone {
    /// Readers move events about; a year on each side keeps them right.
    private static let marginSeconds: Int64 = 366 * 86_400
    /// Of an event that lasts longer only this much is covered.
    private static let longestSeconds: Int64 = 10 * 366 * 86_400
    /// More changes than any zone has had in one stretch of the two lengths above.
    private static let changeLimit = 200

    private struct Change: Hashable {
        let from: Int
        let to: ZonePeriod
    }

    /// Appends a `VTIMEZONE` that is right in all of `spans` (seconds since 1970).
    ///
    /// Stretches between far-apart spans are left out, so that one absurd date cannot fill the feed.
    static func write(_ zone: TimeZoneRules, covering spans: [ClosedRange<Int64>], to lines: inout ContentLines) {
        var order: [Change] = []
        var onsets: [Change: [Int64]] = [:]
        var previous: ZonePeriod?
        for stretch in merged(spans) {
            // What holds at the beginning needs an onset too, else a reader knows nothing before the first change.
            let beginning = ZoneTransition(at: stretch.lowerBound, period: zone.period(at: stretch.lowerBound))
            for transition in [beginning] + zone.transitions(in: stretch, limit: changeLimit)
            where transition.period != previous {
                let change = Change(from: (previous ?? transition.period).offset, to: transition.period)
                if onsets[change] == nil { order.append(change) }
                onsets[change, default: []].append(transition.at)
                previous = transition.period
            }
        }
        lines.add("BEGIN", "VTIMEZONE")
        lines.add("TZID", zone.identifier)
        for change in order { write(change, at: onsets[change] ?? [], to: &lines) }
        lines.add("END", "VTIMEZONE")
    }

    private static func merged(_ spans: [ClosedRange<Int64>]) -> [Range<Int64>] {
        var result: [Range<Int64>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let end = min(span.upperBound, span.lowerBound + longestSeconds) + marginSeconds
            let stretch = span.lowerBound - marginSeconds..<end
            if let last = result.last, last.upperBound >= stretch.lowerBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, stretch.upperBound)
            } else {
                result.append(stretch)
            }
        }
        return result
    }

    private static func write(_ change: Change, at onsets: [Int64], to lines: inout ContentLines) {
        let name = change.to.isDaylight ? "DAYLIGHT" : "STANDARD"
        // Onsets are written in the local time that ends with them.
        let times = onsets.map { CalendarValue.local(LocalFields(shiftedSeconds: $0 + Int64(change.from))) }
        guard let first = times.first else { return }
        lines.add("BEGIN", name)
        lines.add("DTSTART", first)
        lines.add("TZOFFSETFROM", CalendarValue.offset(change.from))
        lines.add("TZOFFSETTO", CalendarValue.offset(change.to.offset))
        lines.add("TZNAME", text: change.to.abbreviation)
        for time in times.dropFirst() { lines.add("RDATE", time) }
        lines.add("END", name)
    }
}
