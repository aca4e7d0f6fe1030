// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model
internal import Storage

extension Event {
    /// The path of the event's page on this node.
    var path: String { "/events/\(id)" }
}

extension Visit {
    /// Returns the date block: weekday, day, month and time.
    func dateBlock(_ event: Event) -> HTML {
        let fields = ZonedTime.fields(event.startsAt, in: event.timeZone)
        let isOff = event.status == .cancelled || event.status == .postponed
        return """
            <time class="date\(" off", if: isOff)" datetime="\(event.startsAt)">
            <span class="weekday">\(t.item(.weekdaysShort, fields.weekday))</span>
            <span class="day">\(fields.day)</span>
            <span class="month">\(t.item(.monthsShort, fields.month))</span>
            \(when(!event.isAllDay, "<span class=\"hour\">\(moments.time(event.startsAt, in: event.timeZone))\(zone(of: event))</span>"))</time>
            """
    }

    /// Returns whose hour it is, below the hour; nothing in the zone of the community.
    private func zone(of event: Event) -> HTML {
        maybe(moments.zoneName(of: event)) { " <span class=\"zone\">\($0)</span>" }
    }

    /// Returns when an event takes place, with the zone of its hours unless it is that of the community.
    func span(of event: Event) -> HTML {
        "\(moments.span(of: event))\(maybe(moments.zoneName(of: event)) { " (\($0))" })"
    }

    /// Returns the card of an event in a list: date, title, place, seats, attendees.
    func eventCard(_ view: EventView, heading: Heading = .third) -> HTML {
        let event = view.event
        return """
            <li class="card event">\(dateBlock(event))<div>
            \(heading.wrap("<a dir=\"auto\" href=\"\(event.path)\"\("lang", foreign(event.language))>\(view.titleHTML)</a>"))
            <p class="meta">\(place(event))\(when(!view.owner.isLocal, " · \(origin(view))"))</p>
            <p class="states">\(stateBadge(event)) \(ownBadge(view)) \(seats(view))</p>
            \(AccountCard.avatarsWithoutLinks(Array(view.attendees.prefix(8)), label: t(.whoComes)))</div></li>
            """
    }

    /// Returns the large card of the next event.
    func slate(_ view: EventView, title: Phrase) -> HTML {
        let event = view.event
        let ahead = moments.ahead(event.startsAt)
        return """
            <section class="slate" aria-labelledby="next-title"><p class="chalk">\(t(title))\
            \(maybe(ahead) { " · <strong>\($0)</strong>" })</p>
            <h2 id="next-title" dir="auto"\("lang", foreign(event.language))><a href="\(event.path)">\(view.titleHTML)</a></h2>
            <p class="when">\(span(of: event))</p>
            <p class="where">\(place(event))</p>
            <div class="below"><p class="states">\(stateBadge(event)) \(ownBadge(view)) \(seats(view))</p>
            \(AccountCard.avatarsWithoutLinks(view.attendees, label: t(.whoComes)))
            <a class="button chalked" href="\(event.path)">\(t(view.viewer == nil ? .seeAndCome : .seeEvent))</a></div></section>
            """
    }

    /// Whether the event will still take place as it is announced.
    func isAhead(_ event: Event) -> Bool { event.status.takesGuests && event.endsAt > now }

    /// Returns the place on one line.
    func place(_ event: Event) -> HTML {
        // Each part keeps its own direction, so that a name in Arabic does not scramble the street behind it.
        let parts: [HTML] = (event.place?.parts ?? []).map { "<bdi>\($0)</bdi>" }
        if !parts.isEmpty {
            let line = each(parts.enumerated()) { $0 == 0 ? $1 : ", \($1)" }
            return event.isOnline ? "\(line) · \(t(.alsoOnline))" : line
        }
        return event.isOnline ? "\(t(.online))" : "\(t(.placeUnknown))"
    }

    /// Returns the place on one line, as text.
    func placeLine(_ event: Event) -> String {
        let line = event.place?.line ?? ""
        if !line.isEmpty, event.isOnline { return "\(line) · \(t(.alsoOnline))" }
        if !line.isEmpty { return line }
        return event.isOnline ? t(.online) : t(.placeUnknown)
    }

    /// Returns "14 places libres sur 20", or the number of attendees when seats are not limited. Of an event that is over, or does
    /// not take place as announced, no seat is free: it returns how many people had one.
    func seats(_ view: EventView) -> HTML {
        guard isAhead(view.event) else {
            return when(view.going > 0, "<span class=\"seats\">\(t.count(.hadSeatsCount, view.going))</span>")
        }
        guard let capacity = view.event.capacity, let left = view.seatsLeft else {
            return when(view.going > 0, "<span class=\"seats\">\(t.count(.comingCount, view.going))</span>")
        }
        if left > 0, view.waiting == 0 {
            return "<span class=\"free\">\(t.count(.seatsLeft, left, String(capacity)))</span>"
        }
        let queue: HTML = when(view.waiting > 0, " · \(t.count(.waitingCount, view.waiting))")
        return "<span class=\"full\">\(t.count(.fullHouse, capacity))\(queue)</span>"
    }

    /// Returns the badge of an event that is past, rescheduled, postponed, cancelled or tentative; nothing for any
    /// other event.
    func stateBadge(_ event: Event) -> HTML {
        if event.endsAt <= now, event.status.takesGuests { return "<span class=\"badge\">\(t(.statePast))</span>" }
        return switch event.status {
        case .scheduled: .nothing
        case .rescheduled: "<span class=\"badge warn\">\(t(.stateRescheduled))</span>"
        case .postponed: "<span class=\"badge warn\">\(t(.statePostponed))</span>"
        case .cancelled: "<span class=\"badge stop\">\(t(.stateCancelled))</span>"
        case .tentative: "<span class=\"badge warn\">\(t(.stateTentative))</span>"
        }
    }

    /// Returns the badge with the viewer's RSVP; nothing when the event does not take place as announced.
    func ownBadge(_ view: EventView) -> HTML {
        guard isAhead(view.event) else { return .nothing }
        return switch view.viewer?.state {
        case .going: "<span class=\"badge yes\"><span aria-hidden=\"true\">✓</span> \(t(.youGo))</span>"
        case .waiting: "<span class=\"badge wait\">\(t(.youWait))</span>"
        case .asked: "<span class=\"badge wait\">\(t(isUnanswered(view) ? .unanswered : .youAsked))</span>"
        case .cancelled, .declined, nil: .nothing
        }
    }

    /// Whether the owner of a remote event has not answered the viewer's request for three days. Some servers never do.
    func isUnanswered(_ view: EventView) -> Bool {
        guard let guest = view.viewer, guest.state == .asked else { return false }
        return guest.requestedAt <= now - .days(3)
    }

    /// Returns the host of a remote event.
    func origin(_ view: EventView) -> HTML {
        when(!view.owner.isLocal, "<span class=\"origin\">\(t(.from, view.owner.host))</span>")
    }

    /// Returns the language for the `lang` attribute; nil when it is the language of the page.
    func foreign(_ language: String?) -> String? {
        guard let language, !language.isEmpty, language != t.language.rawValue else { return nil }
        return language
    }
}

/// The heading level of a card's title.
enum Heading: Sendable {
    case second, third

    func wrap(_ content: HTML) -> HTML {
        switch self {
        case .second: "<h2>\(content)</h2>"
        case .third: "<h3>\(content)</h3>"
        }
    }
}
