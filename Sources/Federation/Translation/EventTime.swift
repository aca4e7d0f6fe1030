// SPDX-License-Identifier: Apache-2.0

import Calendar
import CivilDates
import Model
import Vocabulary

/// When a remote event takes place, and in which zone its organizers count.
///
/// A document has up to three statements about that: the name of a zone, the offset of its times, and the times
/// themselves, which may be local times or only dates. The name counts first. Without a name that this machine knows,
/// the offset counts, and without both the zone of the community, because its readers are the ones who would come.
struct EventTime {
    /// The assumed duration of an event without an end.
    static let guessedLength = Duration.hours(2)

    /// The zone in which readers are told the hours.
    let zone: TimeZoneRules
    let start: Timestamp
    let end: Timestamp
    /// Whether the document states the end.
    let showsEnd: Bool
    /// Whether the document states days only.
    let isAllDay: Bool

    init(_ document: EventDocument, communityZone: String) {
        let community = ZonedTime.rules(communityZone) ?? .utc
        zone = Self.zone(of: document, community)
        start = Self.instant(document.start, in: zone)
        isAllDay = document.start.isDateOnly
        let stated = document.end.map { [zone] in Self.instant($0, in: zone) }.flatMap { [start] in
            $0 > start ? $0 : nil
        }
        let isDays = isAllDay && (document.end?.isDateOnly ?? true)
        showsEnd = stated != nil && document.displayEndTime && isAllDay == isDays
        if isAllDay {
            end = isDays ? stated ?? Self.nextDay(after: document.start, in: zone) : start + .hours(24)
        } else {
            end = stated ?? start + Self.guessedLength
        }
    }

    /// An instant that the document states beside the start and the end.
    func instant(_ reading: DateReading) -> Timestamp { Self.instant(reading, in: zone) }

    private static func zone(of document: EventDocument, _ community: TimeZoneRules) -> TimeZoneRules {
        if let zone = document.timezone.flatMap(TimeZoneNames.resolve).flatMap(ZonedTime.rules) { return zone }
        // An offset of zero is how programs write an instant. It says nothing about the place.
        guard let offset = document.startOffset, offset != 0,
            community.offset(atMillis: document.start.milliseconds) != offset
        else { return community }
        return TimeZoneNames.fixed(offset).flatMap(ZonedTime.rules) ?? community
    }

    /// A local time is a time in the zone. One that the clocks skip is moved forward by as much as the clocks are.
    private static func instant(_ reading: DateReading, in zone: TimeZoneRules) -> Timestamp {
        var millis = reading.milliseconds
        if reading.offsetSeconds == nil, let local = LocalTime(millisAsUTC: reading.localMilliseconds) {
            millis = zone.millis(ofLocal: local).preferred
        }
        return Timestamp(min(max(millis, 0), Timestamp.distantFuture.milliseconds))
    }

    private static func nextDay(after day: DateReading, in zone: TimeZoneRules) -> Timestamp {
        let start = instant(day, in: zone)
        let (next, overflow) = day.localMilliseconds.addingReportingOverflow(86_400_000)
        guard !overflow, let local = LocalTime(millisAsUTC: next) else { return start + .hours(24) }
        return max(Timestamp(zone.millis(ofLocal: local).preferred), start + .hours(1))
    }
}
