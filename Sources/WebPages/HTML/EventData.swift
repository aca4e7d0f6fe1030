// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model
internal import Storage

extension Visit {
    /// Returns the preview of an event.
    func preview(of view: EventView) -> Preview {
        var preview = Preview()
        preview.data = data(of: view)
        return preview
    }

    /// Returns one sentence about an event: its state if it is not as planned, its hours, its place, its first words.
    func summary(of event: Event) -> String {
        let state: String? =
            switch event.status {
            case .cancelled: t(.stateCancelled)
            case .postponed: t(.statePostponed)
            case .rescheduled: t(.stateRescheduled)
            case .tentative: t(.stateTentative)
            case .scheduled: nil
            }
        let hours = [moments.span(of: event), moments.zoneName(of: event).map { "(\($0))" }].compactMap { $0 }
        return [
            state, hours.joined(separator: " "), placeLine(event), event.content.plainText(limit: 160),
        ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// Returns the event in the words of schema.org. The address of an online meeting is not in it: whoever reads it is
    /// sent to the page.
    private func data(of view: EventView) -> JSONText {
        let event = view.event
        let address = JSONText.text(community.address + event.path)
        let isMoved = event.status == .rescheduled
        return .object([
            ("@context", "https://schema.org"), ("@type", "Event"), ("@id", address), ("url", address),
            ("name", .text(event.title)), ("description", .some(event.content.plainText(limit: 500))),
            ("inLanguage", .some(event.language)),
            ("startDate", .text(date(event.startsAt, of: event))),
            ("endDate", event.showsEnd || event.isAllDay ? .text(lastDate(of: event)) : nil),
            ("previousStartDate", isMoved ? event.previousStart.map { .text(date($0, of: event)) } : nil),
            ("eventStatus", .text("https://schema.org/\(Self.status(event.status))")),
            ("eventAttendanceMode", .text("https://schema.org/\(Self.mode(event))EventAttendanceMode")),
            ("location", location(event, address)), ("image", .list([.text(community.address + Icons.path(.large))])),
            ("organizer", organizer(view.owner)),
            ("maximumAttendeeCapacity", event.capacity.map { .number($0) }),
        ])
    }

    private static func status(_ status: EventStatus) -> String {
        switch status {
        case .scheduled, .tentative: "EventScheduled"
        case .rescheduled: "EventRescheduled"
        case .postponed: "EventPostponed"
        case .cancelled: "EventCancelled"
        }
    }

    private static func mode(_ event: Event) -> String {
        guard event.isOnline else { return "Offline" }
        return event.place == nil ? "Online" : "Mixed"
    }

    private func location(_ event: Event, _ address: JSONText) -> JSONText? {
        let room: JSONText? = event.place.map { place in
            .object([
                ("@type", "Place"), ("name", .some(place.name) ?? .some(place.line)),
                (
                    "address",
                    .object([
                        ("@type", "PostalAddress"), ("streetAddress", .some(place.street)),
                        ("postalCode", .some(place.postalCode)), ("addressLocality", .some(place.locality)),
                        ("addressRegion", .some(place.region)), ("addressCountry", .some(place.country)),
                    ])
                ),
                (
                    "geo",
                    place.coordinates.map {
                        .object([
                            ("@type", "GeoCoordinates"), ("latitude", .decimal($0.latitude)),
                            ("longitude", .decimal($0.longitude)),
                        ])
                    }
                ),
            ])
        }
        let screen: JSONText? = event.isOnline ? .object([("@type", "VirtualLocation"), ("url", address)]) : nil
        let all = [room, screen].compactMap { $0 }
        return all.count > 1 ? .list(all) : all.first
    }

    private func organizer(_ owner: Account) -> JSONText {
        let kind: JSONText = owner.isGroup ? "Organization" : "Person"
        return .object([
            ("@type", kind), ("name", .text(owner.shownName)), ("url", .text(community.address + owner.path)),
        ])
    }

    /// Returns the day of an event that lasts whole days, else the time with its distance from UTC.
    private func date(_ instant: Timestamp, of event: Event) -> String {
        let local = ZonedTime.formValue(instant, in: event.timeZone)
        return event.isAllDay ? String(local.prefix(10)) : "\(local):00\(offset(instant, in: event.timeZone))"
    }

    private func lastDate(of event: Event) -> String {
        // The end of whole days is the midnight after the last one.
        date(event.isAllDay ? max(event.startsAt, event.endsAt - .minutes(1)) : event.endsAt, of: event)
    }

    private func offset(_ instant: Timestamp, in zone: String) -> String {
        let minutes = (ZonedTime.rules(zone)?.offset(atMillis: instant.milliseconds) ?? 0) / 60
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(minutes < 0 ? "-" : "+")\(digits(hours)):\(digits(rest))"
    }
}
