// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Writes an event as HTML. Apps show dates and places only if they are in the text.
enum EventText {
    static func content(of view: EventView, _ node: Rendering) -> String {
        let event = view.event
        let isFrench = (event.language ?? node.community.language).hasPrefix("fr")
        var lines = [when(event)]
        if let place = event.place?.line, !place.isEmpty { lines.append("📍 " + escaped(place)) }
        if let online = event.onlineURL {
            lines.append("💻 " + link(String(describing: online)))
        } else if event.isOnline {
            lines.append("💻 " + (isFrench ? "En ligne" : "Online"))
        }
        if let seats = view.seatsLeft, event.status.takesGuests, event.endsAt > node.clock.now {
            lines.append("🪑 \(seats)")
        }
        let page = event.isLocal ? "\(node.origin)/events/\(event.id)" : String(describing: event.url ?? event.iri)
        var html =
            "<p><strong>\(state(event, isFrench: isFrench))\(escaped(event.title))</strong></p><p>\(lines.joined(separator: "<br>"))</p>"
        html += event.content.string
        html += "<p>\(link(page))</p>"
        if event.isLocal { html += "<p>\(link("\(node.origin)/events/\(event.id)/event.ics"))</p>" }
        return html
    }

    /// The words before the title that say that the event does not take place as announced.
    private static func state(_ event: Event, isFrench: Bool) -> String {
        switch event.status {
        case .cancelled: isFrench ? "Annulée : " : "Cancelled: "
        case .postponed: isFrench ? "Reportée : " : "Postponed: "
        case .rescheduled: isFrench ? "Nouvelle date : " : "New date: "
        case .scheduled, .tentative: ""
        }
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static func link(_ address: String) -> String {
        "<a href=\"\(escaped(address))\" rel=\"nofollow noopener\" target=\"_blank\">\(escaped(address))</a>"
    }

    /// Writes the times in the time zone of the event: `🗓 2026-09-04 09:00–11:00 (Europe/Paris)`.
    private static func when(_ event: Event) -> String {
        let start = ZonedTime.formValue(event.startsAt, in: event.timeZone).replacing("T", with: " ")
        let end = ZonedTime.formValue(event.endsAt, in: event.timeZone).replacing("T", with: " ")
        let isOneDay = start.prefix(10) == end.prefix(10)
        let span = isOneDay ? "\(start)–\(end.suffix(5))" : "\(start) – \(end)"
        let mark = event.status == .cancelled ? "❌ " : event.status == .postponed ? "⏸ " : ""
        let before = event.status == .rescheduled ? event.previousStart : nil
        let old = before.map {
            "<del>\(ZonedTime.formValue($0, in: event.timeZone).replacing("T", with: " "))</del> → "
        }
        return "\(mark)🗓 \(old ?? "")\(span) (\(escaped(event.timeZone)))"
    }
}
