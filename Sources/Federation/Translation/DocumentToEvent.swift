// SPDX-License-Identifier: Apache-2.0

import Calendar
import CivilDates
import Markup
public import Model
public import Vocabulary

/// The values that were read from an event's document.
public struct RemoteEvent: Sendable, Hashable {
    /// The row to store.
    public var event: Event
    /// All actors in `to`, `cc` and `audience`, without Public.
    public var addressed: [IRI]
    /// The actors who are invited: those in `to` and in a `Mention`.
    public var invited: [IRI] = []
    /// The custom emoji that its texts use.
    public var emojis: [CustomEmoji] = []
}

/// Reads a remote event: of Mobilizon, Gancio, WordPress, Friendica or Troquet. Pure.
public enum DocumentToEvent {
    /// The largest capacity. A larger one means that the event has no limit.
    static let capacityLimit: Int64 = 1_000_000

    /// Reads the document. Fields are cut to their limits and sanitized.
    ///
    /// - Parameters:
    ///   - owner: the resolved `attributedTo`.
    ///   - communityZone: the zone in which an event without one is told.
    /// - Throws: `.ownerMismatch` when the event has another owner or its id another origin, `.localIdentifier` for a
    ///   local id, `.notAPost` for a draft and for an event without a title.
    public static func read(
        _ document: EventDocument, id: ID<Event>, owner: Account, at now: Timestamp, identifiers: LocalIdentifiers,
        communityZone: String = "UTC"
    ) throws(FederationError) -> RemoteEvent {
        guard !identifiers.isLocal(document.id) else { throw .localIdentifier }
        guard document.attributedTo.contains(owner.iri), document.id.isSameOrigin(as: owner.iri),
            document.attributedTo.allSatisfy({ $0.isSameOrigin(as: document.id) })
        else { throw .ownerMismatch }
        let status = status(of: document)
        let title = EventTexts.withoutPrefix(
            PlainText.line(document.name, limit: FieldLimits.title), status: status)
        guard !document.isDraft, !title.isEmpty else { throw .notAPost }

        let time = EventTime(document, communityZone: communityZone)
        var event = Event(
            id: id, iri: document.id, owner: owner.id, uuid: uuid(of: document), title: title, startsAt: time.start,
            endsAt: time.end, publishedAt: .claimed(document.published, notAfter: now), isLocal: false)
        event.showsEnd = time.showsEnd
        event.isAllDay = time.isAllDay
        event.content = Sanitizer.sanitize(document.contentHTML ?? document.summaryHTML ?? "")
        event.status = status
        event.visibility = Visibility(of: document.audience, followers: Set([owner.followers].compactMap { $0 }))
        event.updatedAt = max(event.publishedAt, .claimed(document.updated ?? 0, notAfter: now))
        event.timeZone = time.zone.identifier
        event.place = place(of: document)
        event.onlineURL = document.onlineURL
        event.isOnline = document.onlineURL != nil || document.document.bool("isOnline") ?? false
        event.url = document.url?.belonging(to: document.id)
        event.language = document.language
        event.previousStart = document.document.string("previousStartTime").flatMap(Dates.reading).map(time.instant)
        event.category = category(of: document)
        event.hashtags = hashtags(of: document)
        event.picture = picture(of: document)
        addSeats(of: document, to: &event)
        let mentioned = document.tags.prefix(FieldLimits.tags).compactMap { $0.kind == .mention ? $0.href : nil }
        let emojis = NoteToPost.emojis(in: document.tags, of: [title, event.content.string])
        event.emojis = emojis.map(\.shortcode)
        return RemoteEvent(
            event: event, addressed: Array(document.audience.recipients.prefix(FieldLimits.recipients)),
            invited: mentioned + document.audience.to.prefix(FieldLimits.recipients), emojis: emojis)
    }

    // MARK: - Parts

    private static func status(of document: EventDocument) -> Model.EventStatus {
        switch document.status {
        case .cancelled: .cancelled
        case .tentative: document.isPostponed ? .postponed : .tentative
        case .confirmed:
            if document.isPostponed {
                .postponed
            } else if document.document.string("eventStatus")?.hasSuffix("EventRescheduled") ?? false {
                .rescheduled
            } else {
                .scheduled
            }
        }
    }

    /// The category; nil for the one that says nothing.
    private static func category(of document: EventDocument) -> String? {
        let category = PlainText.line(document.category, limit: FieldLimits.tag)
        let isStated = !category.isEmpty && !["MEETING", "OTHER"].contains(category.uppercased())
        return isStated ? category : nil
    }

    private static func hashtags(of document: EventDocument) -> [String] {
        var found: [String] = []
        for tag in document.tags.prefix(FieldLimits.tags) where tag.kind == .hashtag && found.count < 30 {
            guard let name = tag.name, name.unicodeScalars.count <= FieldLimits.tag,
                let normal = Hashtag.normalForm(of: name.hasPrefix("#") ? String(name.dropFirst()) : name),
                !found.contains(normal)
            else { continue }
            found.append(normal)
        }
        return found
    }

    private static func picture(of document: EventDocument) -> EventPicture? {
        guard let url = document.imageURL else { return nil }
        let stated = document.attachments.first { $0.url == url }?.mediaType?.lowercased()
        let isType = stated.map {
            $0.hasPrefix("image/") && $0.utf8.count <= 100 && !$0.contains { " <\"".contains($0) }
        }
        return EventPicture(
            url: url, mediaType: isType == true ? stated ?? "image/*" : "image/*",
            description: PlainText.line(document.imageText, limit: FieldLimits.description))
    }

    /// The `uuid` of the event when it has one, and otherwise its id, which is unique too.
    private static func uuid(of document: EventDocument) -> String {
        guard let uuid = document.uuid, (8...100).contains(uuid.utf8.count),
            uuid.utf8.allSatisfy({
                ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E
            })
        else { return document.id.string }
        return uuid
    }

    private static func place(of document: EventDocument) -> Place? {
        guard let location = document.location else { return nil }
        let line = { (text: String?) in PlainText.line(text, limit: FieldLimits.place) }
        var place = Place(
            name: line(location.name), street: line(location.street), locality: line(location.locality),
            postalCode: line(location.postalCode), region: line(location.region), country: line(location.country))
        // Some servers write the same text into both.
        if place.street == place.name { place.street = "" }
        if let latitude = location.latitude, let longitude = location.longitude {
            place.coordinates = Coordinates(latitude: latitude, longitude: longitude)
        }
        let isBare = place.line == place.name && place.coordinates == nil
        return isBare && (place.name.isEmpty || EventTexts.isPlaceholder(place.name)) ? nil : place
    }

    private static func addSeats(of document: EventDocument, to event: inout Event) {
        let capacity = document.maximumAttendeeCapacity.flatMap { (1...capacityLimit).contains($0) ? Int($0) : nil }
        event.capacity = capacity
        event.externalURL = document.externalParticipationURL
        event.remoteGoing = document.participantCount.map { Int(min($0, capacityLimit)) }
        event.joinMode =
            switch document.joinMode {
            case .free, nil: .free
            case .restricted: .restricted
            case .invite: .invite
            case .external, .notOffered: .external
            }
    }
}
