// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Writes an event as HTML. Apps show dates and places only if they are in the text.
enum EventText {
    static func content(of view: EventView, _ node: Rendering) -> String {
        let event = view.event
        let isFrench = event.isFrench(node)
        var lines = [when(event)]
        if let place = event.place?.line, !place.isEmpty { lines.append("📍 " + escaped(place)) }
        if let online = event.onlineURL {
            lines.append("💻 " + link(String(describing: online)))
        } else if event.isOnline {
            lines.append("💻 " + (isFrench ? "En ligne" : "Online"))
        }
        if let seats = view.seatsLeft, event.status.takesGuests, event.endsAt > node.clock.now {
            lines.append("🪑 \(seats)" + waiting(view, node))
        }
        if let answer = answer(of: view, node) { lines.append("⏳ " + answer) }
        let page = event.isLocal ? "\(node.origin)/events/\(event.id)" : String(describing: event.url ?? event.iri)
        var html =
            "<p><strong>\(state(event, isFrench: isFrench))\(escaped(event.title))</strong></p><p>\(lines.joined(separator: "<br>"))</p>"
        html += event.content.string
        html += "<p>\(link(page))</p>"
        if event.isLocal { html += "<p>\(link("\(page)/event.ics"))</p>" }
        return html
    }

    /// How many people wait for a seat of an event without free seats.
    private static func waiting(_ view: EventView, _ node: Rendering) -> String {
        guard view.seatsLeft == 0, view.event.isLocal else { return "" }
        let isFrench = view.event.isFrench(node)
        guard view.waiting > 0 else { return isFrench ? " (complet)" : " (full)" }
        return isFrench ? " (complet, \(view.waiting) sur liste d’attente)" : " (full, \(view.waiting) waiting)"
    }

    /// What the viewer has to know who asked for a seat and has none yet.
    private static func answer(of view: EventView, _ node: Rendering) -> String? {
        let isFrench = view.event.isFrench(node)
        return switch view.viewer?.state {
        case .waiting:
            isFrench
                ? "Tu es sur la liste d’attente : pas encore de place pour toi."
                : "You are on the waiting list: there is no seat for you yet."
        case .asked:
            isFrench
                ? "Ta demande est envoyée : la réponse n’est pas encore là."
                : "Your request was sent: there is no answer yet."
        case .going, .cancelled, .declined, nil: nil
        }
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

    /// Writes the times in the time zone of the event: `🗓 2026-09-04 09:00–11:00 (Europe/Paris)`. An end that nobody
    /// stated is left out, and so are the hours of whole days.
    private static func when(_ event: Event) -> String {
        let start = ZonedTime.formValue(event.startsAt, in: event.timeZone).replacing("T", with: " ")
        let mark = event.status == .cancelled ? "❌ " : event.status == .postponed ? "⏸ " : ""
        if event.isAllDay {
            let last = ZonedTime.formValue(max(event.startsAt, event.endsAt - .minutes(1)), in: event.timeZone).prefix(
                10)
            let first = start.prefix(10)
            return "\(mark)🗓 \(first)\(first == last ? "" : " – \(last)")"
        }
        let zone = escaped(ZonedTime.shownName(of: event.timeZone))
        guard event.showsEnd else { return "\(mark)🗓 \(start) (\(zone))" }
        let end = ZonedTime.formValue(event.endsAt, in: event.timeZone).replacing("T", with: " ")
        let isOneDay = start.prefix(10) == end.prefix(10)
        let span = isOneDay ? "\(start)–\(end.suffix(5))" : "\(start) – \(end)"
        let before = event.status == .rescheduled ? event.previousStart : nil
        let old = before.map {
            "<del>\(ZonedTime.formValue($0, in: event.timeZone).replacing("T", with: " "))</del> → "
        }
        return "\(mark)🗓 \(old ?? "")\(span) (\(zone))"
    }
}

extension Event {
    /// Whether the texts around an event are French or English. They have the language of the event, so that nobody reads
    /// two languages in one post; the language of the community counts when the event has none.
    func isFrench(_ node: Rendering) -> Bool { (language ?? node.community.language).lowercased().hasPrefix("fr") }
}
