// SPDX-License-Identifier: Apache-2.0

/// Writes the part of a zone's history that a feed needs (`VTIMEZONE`).
///
/// Each offset change is written as one date, without recurrence rules. So readers need not know which rule applied,
/// and a rule that changed later causes no error. Spec: RFC 5545 §3.6.5.
enum VTimeZone {
    /// The margin on each side of an event. Users move events in their calendars; one year more keeps those times
    /// correct.
    private static let marginSeconds: Int64 = 366 * 86_400
    /// The maximum time that is covered for one long event.
    private static let longestSeconds: Int64 = 10 * 366 * 86_400
    /// The maximum number of changes per stretch; more than any zone has had in one stretch of the two lengths above.
    private static let changeLimit = 200

    private struct Change: Hashable {
        let from: Int
        let to: ZonePeriod
    }

    /// Appends a `VTIMEZONE` that is correct within all `spans` (seconds since 1970).
    ///
    /// The time between spans that are far apart is omitted, so that one event with an absurd date cannot fill the
    /// feed.
    static func write(_ zone: TimeZoneRules, covering spans: [ClosedRange<Int64>], to lines: inout ContentLines) {
        var order: [Change] = []
        var onsets: [Change: [Int64]] = [:]
        var previous: ZonePeriod?
        for stretch in merged(spans) {
            // The period at the beginning of the stretch also needs an onset, otherwise readers know no offset before
            // the first change.
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
        // RFC 5545 writes an onset in the local time before the change.
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
