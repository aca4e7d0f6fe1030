// SPDX-License-Identifier: Apache-2.0

import Calendar
import Markup
public import Model
public import Vocabulary

/// The values that were read from an event's document.
public struct RemoteEvent: Sendable, Hashable {
    /// The row to store.
    public var event: Event
    /// All actors in `to`, `cc` and `audience`, without Public.
    public var addressed: [IRI]
}

/// Reads a remote event: of Mobilizon, Gancio, WordPress, Friendica or Troquet. Pure.
public enum DocumentToEvent {
    /// The assumed duration of an event without an end.
    static let guessedLength = Duration.hours(2)
    /// The largest capacity. A larger one means that the event has no limit.
    static let capacityLimit: Int64 = 1_000_000

    /// Reads the document. Fields are cut to their limits and sanitized.
    ///
    /// - Parameter owner: the resolved `attributedTo`.
    /// - Throws: `.ownerMismatch` when the event has another owner or its id another origin, `.localIdentifier` for a
    ///   local id, `.notAPost` for a draft and for an event without a title.
    public static func read(
        _ document: EventDocument, id: ID<Event>, owner: Account, at now: Timestamp, identifiers: LocalIdentifiers
    ) throws(FederationError) -> RemoteEvent {
        guard !identifiers.isLocal(document.id) else { throw .localIdentifier }
        guard document.attributedTo.contains(owner.iri), document.id.isSameOrigin(as: owner.iri),
            document.attributedTo.allSatisfy({ $0.isSameOrigin(as: document.id) })
        else { throw .ownerMismatch }
        let status = status(of: document)
        let title = EventTexts.withoutPrefix(
            PlainText.line(document.name, limit: FieldLimits.title), status: status)
        guard !document.isDraft, !title.isEmpty else { throw .notAPost }

        let start = Timestamp(min(max(document.startTime, 0), Timestamp.distantFuture.milliseconds))
        var event = Event(
            id: id, iri: document.id, owner: owner.id, uuid: uuid(of: document), title: title, startsAt: start,
            endsAt: end(of: document, start: start), publishedAt: .claimed(document.published, notAfter: now),
            isLocal: false)
        event.content = Sanitizer.sanitize(document.contentHTML ?? document.summaryHTML ?? "")
        event.status = status
        event.visibility = Visibility(of: document.audience, followers: Set([owner.followers].compactMap { $0 }))
        event.updatedAt = max(event.publishedAt, .claimed(document.updated ?? 0, notAfter: now))
        event.timeZone = zone(of: document)
        event.place = place(of: document)
        event.onlineURL = document.onlineURL
        event.isOnline = document.onlineURL != nil || document.document.bool("isOnline") ?? false
        event.url = document.url?.belonging(to: document.id)
        event.language = document.language
        event.previousStart = document.document.instant("previousStartTime").map(Timestamp.init)
        addSeats(of: document, to: &event)
        return RemoteEvent(
            event: event, addressed: Array(document.audience.recipients.prefix(FieldLimits.recipients)))
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

    private static func end(of document: EventDocument, start: Timestamp) -> Timestamp {
        let stated = document.endTime.map { Timestamp(min($0, Timestamp.distantFuture.milliseconds)) }
        guard let stated, stated > start else { return start + guessedLength }
        return stated
    }

    private static func zone(of document: EventDocument) -> String {
        guard let name = document.timezone, name.utf8.count <= 64, TimeZoneRules.named(name) != nil else {
            return "UTC"
        }
        return name
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
            postalCode: line(location.postalCode), country: line(location.country))
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
