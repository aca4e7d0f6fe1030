// SPDX-License-Identifier: Apache-2.0

import Calendar
import CivilDates
public import Model
public import Storage
public import Vocabulary

// Each value has the one form that the strictest reader accepts:
//
//  - `attributedTo` is one string (Mobilizon, RoadHouse). The owner is a group, so that the event stays when a member
//    leaves.
//  - `content` is always a string, `attachment` and `tag` are always lists, `location` is always one object with a name
//    (Gancio).
//  - Coordinates have a fraction, even `52.0` (Mobilizon accepts only floats).
//  - `status` is one of three upper-case words. `joinMode` is one of Mobilizon's four values. It is `restricted` when
//    seats are limited, so that Mobilizon shows its people as going only after our `Accept`.
//  - `summary` holds all facts in one line of plain text. Mastodon shows nothing else. Many microblogs show it as a
//    content warning, without reading it as HTML; `PeerRendition` leaves it out for those that are known.
//  - PieFed needs all of its keys, even when their value is null.

/// Writes the document of a local event in a form that every known server accepts. Pure.
public enum EventToDocument {
    /// The document without a context, as it is embedded in a `Create`.
    ///
    /// - Parameters:
    ///   - community: its language is used for the texts around an event that has no language.
    ///   - replies: the first of the public posts about the event.
    public static func document(
        _ view: EventView, identifiers: LocalIdentifiers, community: Community, replies: ReplyPage = ReplyPage()
    ) -> JSON.Object {
        let event = view.event
        let tag = event.language ?? community.language
        let texts = EventTexts(language: tag)
        let zone = TimeZoneRules.named(event.timeZone) ?? .utc
        let name = String((texts.prefix(of: event.status) + event.title).prefix(FieldLimits.title))
        var object: JSON.Object = [
            "id": JSON(event.iri), "type": "Event", "attributedTo": JSON(view.owner.iri),
        ]
        Addressing.audience(of: view, identifiers: identifiers).write(to: &object)
        object["uuid"] = JSON(event.uuid)
        object["url"] = JSON(event.url ?? event.iri)
        object["name"] = JSON(name)
        object["nameMap"] = .object(JSON.Object([(tag, JSON(name))]))
        object["content"] = JSON(event.content.string)
        object["contentMap"] = .object(JSON.Object([(tag, JSON(event.content.string))]))
        object["mediaType"] = "text/html"
        object["inLanguage"] = JSON(tag)
        object["summary"] = JSON(summary(of: view, name: name, zone, texts))
        if let source = event.source { object["source"] = ["content": JSON(source), "mediaType": "text/plain"] }
        object["category"] = "MEETING"
        addTime(of: event, in: zone, to: &object)
        addStatus(of: event, to: &object)
        addPlace(of: event, texts, to: &object)
        addSeats(of: view, identifiers, to: &object)
        object["repliesModerationOption"] = "allow_all"
        object["commentsEnabled"] = true
        object["replies"] = Collections.embedded(identifiers.eventReplies(event.id), replies)
        object["draft"] = false
        object["tag"] = .array(
            event.content.hashtags.map {
                ["type": "Hashtag", "href": JSON(identifiers.hashtag($0)), "name": JSON("#\($0)")]
            })
        object["attachment"] = []
        return object
    }

    /// The document as it is served at its own address, with a context.
    public static func standalone(
        _ view: EventView, identifiers: LocalIdentifiers, community: Community, replies: ReplyPage = ReplyPage()
    ) -> JSON {
        document(view, identifiers: identifiers, community: community, replies: replies).standing(in: Contexts.event)
    }

    // MARK: - Parts

    private static func addTime(of event: Event, in zone: TimeZoneRules, to object: inout JSON.Object) {
        let text = { (instant: Timestamp) -> JSON in
            let offset = zone.offset(atMillis: instant.milliseconds)
            return JSON(Dates.isoWithOffset(instant.milliseconds, offsetSeconds: offset))
        }
        object["startTime"] = text(event.startsAt)
        object["endTime"] = text(event.endsAt)
        object["displayEndTime"] = true
        object["timezone"] = JSON(zone.identifier)
        if event.status == .rescheduled || event.status == .postponed, let previous = event.previousStart {
            object["previousStartTime"] = text(previous)
        }
        object["published"] = JSON(event.publishedAt.description)
        if event.updatedAt > event.publishedAt { object["updated"] = JSON(event.updatedAt.description) }
    }

    /// Spec: FEP-8a8e (`eventStatus`); RFC 5545 §3.8.1.11 (`status`).
    private static func addStatus(of event: Event, to object: inout JSON.Object) {
        let (status, eventStatus) =
            switch event.status {
            case .scheduled: ("CONFIRMED", "EventScheduled")
            case .rescheduled: ("CONFIRMED", "EventRescheduled")
            case .postponed: ("TENTATIVE", "EventPostponed")
            case .cancelled: ("CANCELLED", "EventCancelled")
            case .tentative: ("TENTATIVE", "EventScheduled")
            }
        object["status"] = JSON(status)
        object["ical:status"] = JSON(status)
        object["eventStatus"] = JSON("https://w3id.org/fep/8a8e/\(eventStatus)")
    }

    private static func addPlace(of event: Event, _ texts: EventTexts, to object: inout JSON.Object) {
        let isOnline = event.place == nil && event.isOnline
        object["isOnline"] = JSON(isOnline)
        // The address of the online meeting is for guests. They are sent it with the `Accept` of their `Join`.
        object["onlineLink"] = .null
        guard let place = event.place else {
            object["location"] = ["type": "Place", "name": JSON(texts.placeName(isOnline: isOnline))]
            return
        }
        let name = [place.name, place.street, place.locality].first { !$0.isEmpty }
        var location: JSON.Object = [
            "type": "Place", "name": JSON(name ?? texts.placeName(isOnline: false)),
            "address": [
                "type": "PostalAddress", "streetAddress": JSON(place.street),
                "addressLocality": JSON(place.locality), "postalCode": JSON(place.postalCode),
                "addressCountry": JSON(place.country),
            ],
        ]
        if let point = place.coordinates {
            location["latitude"] = JSON(point.latitude)
            location["longitude"] = JSON(point.longitude)
        }
        object["location"] = .object(location)
    }

    private static func addSeats(
        of view: EventView, _ identifiers: LocalIdentifiers, to object: inout JSON.Object
    ) {
        let event = view.event
        let isRestricted = event.capacity != nil && event.joinMode == .free
        object["joinMode"] = JSON(isRestricted ? Model.JoinMode.restricted.rawValue : event.joinMode.rawValue)
        object["externalParticipationUrl"] = event.externalURL.map { JSON($0) } ?? .null
        object["maximumAttendeeCapacity"] = event.capacity.map { JSON($0) } ?? .null
        object["remainingAttendeeCapacity"] = view.seatsLeft.map { JSON(max(0, $0)) } ?? .null
        object["participantCount"] = JSON(view.going)
        object["anonymousParticipationEnabled"] = false
        object["anonymousParticipation"] = false
        for key in ["buyTicketsLink", "feeCurrency", "feeAmount"] { object[key] = .null }
        object["attendees"] = [
            "id": JSON(identifiers.attendees(event.id)), "type": "Collection", "totalItems": JSON(view.going),
        ]
        if let organizer = view.organizer, organizer.discoverable { object["contacts"] = [JSON(organizer.iri)] }
    }

    /// One line: name · time · place · seats. It is plain text without anything that an HTML reader takes for a tag.
    private static func summary(
        of view: EventView, name: String, _ zone: TimeZoneRules, _ texts: EventTexts
    ) -> String {
        let event = view.event
        let isOnline = event.place == nil && event.isOnline
        let place = event.place.map(\.line).flatMap { $0.isEmpty ? nil : $0 }
        let parts: [String?] = [
            name, texts.period(from: event.startsAt, to: event.endsAt, zone: zone),
            place ?? texts.placeName(isOnline: isOnline),
            event.status.takesGuests ? texts.seats(capacity: event.capacity, left: view.seatsLeft) : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: " · ").replacing("<", with: "&lt;")
    }
}
