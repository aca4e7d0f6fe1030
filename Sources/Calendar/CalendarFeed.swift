// SPDX-License-Identifier: Apache-2.0

/// Writes a feed that calendar programs subscribe to.
///
/// Spec: RFC 5545, RFC 5546 (`METHOD`), RFC 7986 (`NAME`, `REFRESH-INTERVAL`).
public enum CalendarFeed {
    /// What a calendar program does with the events. Spec: RFC 5546 §3.2.
    public enum Method: String, Hashable, Sendable {
        /// It shows them.
        case publish = "PUBLISH"
        /// It removes them.
        case cancel = "CANCEL"
    }

    /// The properties of a feed besides its name.
    public struct Options: Hashable, Sendable {
        /// The product identifier of the program that writes the feed (`PRODID`).
        public var product: String
        /// How often calendar programs should refresh the feed, in minutes; 0 for a file that is no feed.
        public var refreshMinutes: Int
        /// A description of the feed, plain text.
        public var description: String?
        /// The address of the feed.
        public var source: String?
        /// What is done with the events (`METHOD`).
        public var method = Method.publish

        /// Makes options; the defaults fit a feed without description and address.
        public init(
            product: String = "-//Troquet//Troquet//EN", refreshMinutes: Int = 60, description: String? = nil,
            source: String? = nil
        ) {
            self.product = product
            self.refreshMinutes = refreshMinutes
            self.description = description
            self.source = source
        }
    }

    /// The instants that are written as dates: the years 1 to 9999, without the first day and the last two days, so
    /// that local times stay in range too.
    private static let writable: ClosedRange<Int64> = -62_135_510_400_000...253_402_127_999_000

    /// Renders the feed as UTF-8, with the events in the given order.
    ///
    /// Events that start outside the years 1 to 9999 are omitted, because iCalendar cannot express their dates. Equal
    /// input gives equal bytes as long as the zone files do not change, so callers may compute an `ETag` from them.
    public static func render(events: [CalendarEvent], name: String, options: Options = Options()) -> [UInt8] {
        var zones = Zones()
        let events = events.filter { writable.contains($0.startMillis) }
        for event in events { zones.add(event) }
        var lines = ContentLines()
        writeHead(name, options, to: &lines)
        zones.write(to: &lines)
        for event in events { write(event, in: zones.zone(of: event), to: &lines) }
        lines.add("END", "VCALENDAR")
        return lines.bytes
    }

    private static func writeHead(_ name: String, _ options: Options, to lines: inout ContentLines) {
        let refresh = "PT\(max(1, options.refreshMinutes))M"
        lines.add("BEGIN", "VCALENDAR")
        lines.add("VERSION", "2.0")
        lines.add("PRODID", text: options.product)
        lines.add("CALSCALE", "GREGORIAN")
        lines.add("METHOD", options.method.rawValue)
        // A program would make a calendar of this name, which a message about one event is not.
        guard options.refreshMinutes > 0 else { return }
        lines.add("NAME", text: name)
        lines.add("X-WR-CALNAME", text: name)
        if let description = options.description {
            lines.add("DESCRIPTION", text: description)
            lines.add("X-WR-CALDESC", text: description)
        }
        if let source = options.source { lines.add("SOURCE;VALUE=URI", uri: source) }
        lines.add("REFRESH-INTERVAL;VALUE=DURATION", refresh)
        lines.add("X-PUBLISHED-TTL", refresh)
    }

    private static func write(_ event: CalendarEvent, in zone: TimeZoneRules, to lines: inout ContentLines) {
        lines.add("BEGIN", "VEVENT")
        lines.add("UID", text: event.uid)
        lines.add("SEQUENCE", String(max(0, event.sequence)))
        addInstant("DTSTAMP", min(max(event.stampMillis, writable.lowerBound), writable.upperBound), to: &lines)
        addInstant("CREATED", event.createdMillis, to: &lines)
        addInstant("LAST-MODIFIED", event.modifiedMillis, to: &lines)
        if event.isAllDay {
            addDays(of: event, in: zone, to: &lines)
        } else {
            addLocal("DTSTART", event.startMillis, in: zone, to: &lines)
            if let end = event.endMillis, end > event.startMillis { addLocal("DTEND", end, in: zone, to: &lines) }
        }
        lines.add("SUMMARY", text: event.summary)
        if let description = event.description { lines.add("DESCRIPTION", text: description) }
        if let location = event.location { lines.add("LOCATION", text: location) }
        if let position = event.position,
            let value = CalendarValue.position(latitude: position.latitude, longitude: position.longitude)
        {
            lines.add("GEO", value)
        }
        if let url = event.url { lines.add("URL", uri: url) }
        lines.add("STATUS", event.status.rawValue)
        if let organizer = event.organizer { write(organizer, to: &lines) }
        lines.add("CATEGORIES", list: event.categories)
        lines.add("END", "VEVENT")
    }

    private static func write(_ organizer: CalendarEvent.Organizer, to lines: inout ContentLines) {
        let uri = organizer.uri.flatMap { ContentLines.isURI($0) ? $0 : nil } ?? "invalid:nomail"
        lines.add("ORGANIZER;CN=" + ContentLines.quoted(organizer.name), uri)
    }

    private static func addInstant(_ name: String, _ millis: Int64?, to lines: inout ContentLines) {
        if let millis, writable.contains(millis) { lines.add(name, CalendarValue.utc(millis)) }
    }

    /// Spec: RFC 5545 §3.6.1: a start that is a date without an end lasts one day.
    private static func addDays(of event: CalendarEvent, in zone: TimeZoneRules, to lines: inout ContentLines) {
        let first = CalendarValue.date(zone.localFields(of: event.startMillis))
        lines.add("DTSTART;VALUE=DATE", first)
        guard let end = event.endMillis, writable.contains(end) else { return }
        let last = CalendarValue.date(zone.localFields(of: end))
        if last > first { lines.add("DTEND;VALUE=DATE", last) }
    }

    private static func addLocal(_ name: String, _ millis: Int64, in zone: TimeZoneRules, to lines: inout ContentLines)
    {
        guard writable.contains(millis) else { return }
        if zone.isUTC {
            lines.add(name, CalendarValue.utc(millis))
        } else {
            lines.add("\(name);TZID=\(zone.identifier)", CalendarValue.local(zone.localFields(of: millis)))
        }
    }

    /// The zones of a feed, each read once, and the time spans that each zone description must cover.
    private struct Zones {
        private var rules: [String: TimeZoneRules] = [:]
        private var spans: [String: [ClosedRange<Int64>]] = [:]

        mutating func add(_ event: CalendarEvent) {
            let name = event.timeZone
            if rules[name] == nil { rules[name] = TimeZoneRules.named(name) ?? .utc }
            let start = TimeZoneRules.seconds(event.startMillis)
            let end = event.endMillis.map(TimeZoneRules.seconds) ?? start
            spans[name, default: []].append(start...max(start, end))
        }

        func zone(of event: CalendarEvent) -> TimeZoneRules { rules[event.timeZone] ?? .utc }

        func write(to lines: inout ContentLines) {
            for name in spans.keys.sorted() {
                guard let zone = rules[name], !zone.isUTC, let covered = spans[name] else { continue }
                VTimeZone.write(zone, covering: covered, to: &lines)
            }
        }
    }
}

extension TimeZoneRules {
    /// Whether times of the zone are written with `Z` and need no zone description.
    var isUTC: Bool {
        identifier == "UTC" || identifier == "Etc/UTC" || identifier == "Etc/UCT" || identifier == "Zulu"
    }
}
