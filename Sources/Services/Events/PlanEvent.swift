// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage
internal import TextEncoding
internal import Vocabulary

/// The form for a new event or for a change of one.
public struct EventDraft: Sendable, Hashable {
    /// The group that owns the event.
    public var group: ID<Account>
    /// The title.
    public var title: String
    /// The description, as plain text.
    public var text = ""
    /// When it begins.
    public var startsAt: Timestamp
    /// When it ends.
    public var endsAt: Timestamp
    /// The IANA name of the time zone in which its times are shown.
    public var timeZone: String
    /// The place; nil when there is none.
    public var place: Place?
    /// The address of an online meeting; empty for none.
    public var online = ""
    /// The number of seats; nil for no limit.
    public var capacity: Int?
    /// BCP 47 tag.
    public var language: String?
    /// Whether the member who plans the event has its first seat.
    public var organizerComes = false
    /// The idempotency key of the form. A second draft with the same key within an hour gives the first event.
    public var key: String?

    /// Creates the value.
    public init(group: ID<Account>, title: String, startsAt: Timestamp, endsAt: Timestamp, timeZone: String) {
        self.group = group
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.timeZone = timeZone
    }
}

extension Services {
    /// Creates and publishes an event of a group. Members who follow the group may do this. The guest list starts
    /// empty, or with the member who plans it.
    public func planEvent(_ draft: EventDraft, as principal: Principal) async throws -> ID<Event> {
        try check(draft, mustBeAhead: true)
        let uuid = try makeUUID()
        return try await database.write { tx in
            let person = try member(principal, in: tx).account
            guard let group = try Accounts.byID(draft.group, in: tx), group.isLocal, group.isGroup, group.isActive
            else {
                throw ServiceError.invalid("group", "missing")
            }
            let follows = try Follows.find(by: person.id, of: group.id, in: tx)?.state == .accepted
            guard try follows || mayRun(group.id, principal, in: tx) else {
                throw ServiceError.conflict("not_in_group")
            }
            let id: ID<Event> = ids.make(at: now())
            if let key = draft.key,
                let first = try SentOnce.claim(key, by: person.id, for: id.rawValue, at: now(), in: tx)
            {
                return ID<Event>(first)
            }
            var event = Event(
                id: id, iri: identifiers.event(id), owner: group.id, uuid: uuid, title: "", startsAt: draft.startsAt,
                endsAt: draft.endsAt, publishedAt: now(), isLocal: true)
            event.organizer = person.id
            event.url = event.iri
            fill(&event, from: draft)
            try Events.insert(event, in: tx)
            if draft.organizerComes { _ = try join(id, by: person, in: tx) }
            try outbox.publish(id, in: tx)
            return id
        }
    }

    /// Copies the values of a draft into an event.
    func fill(_ event: inout Event, from draft: EventDraft) {
        let text = draft.text.trimmed
        event.title = draft.title.trimmed
        event.content = compose(text, known: [:]).html
        event.source = text
        event.startsAt = draft.startsAt
        event.endsAt = draft.endsAt
        event.timeZone = draft.timeZone
        event.place = draft.place?.trimmed
        event.onlineURL = IRI(draft.online.trimmed)
        event.isOnline = event.onlineURL != nil
        event.capacity = draft.capacity
        event.joinMode = draft.capacity == nil ? .free : .restricted
        event.language = draft.language ?? community.language
    }

    /// Checks the values of a draft.
    ///
    /// - Parameter mustBeAhead: whether the start must be in the future, as for a new event.
    func check(_ draft: EventDraft, mustBeAhead: Bool) throws(ServiceError) {
        var check = Check()
        check.text(draft.title, "title", limit: PostLimits.title)
        check.text(draft.text, "text", limit: PostLimits.text, isNeeded: false)
        check.require(ZonedTime.rules(draft.timeZone) != nil, "zone", "not_a_zone")
        check.require(!mustBeAhead || draft.startsAt > now(), "start", "in_the_past")
        check.require(draft.endsAt > draft.startsAt, "end", "before_start")
        check.require(draft.endsAt - draft.startsAt <= .days(31), "end", "too_long")
        check.require(draft.startsAt < now() + .days(3_650), "start", "too_far")
        check.require(draft.capacity.map { (1...100_000).contains($0) } ?? true, "capacity", "not_a_number")
        check.require(draft.online.trimmed.isEmpty || IRI(draft.online.trimmed) != nil, "online", "not_an_address")
        check.text(draft.place?.line ?? "", "place", limit: 500, isNeeded: false)
        check.language(draft.language)
        try check.finish()
    }

    /// Makes a random UUID (RFC 9562 §5.4). Calendars identify the event by it.
    private func makeUUID() throws -> String {
        var bytes = try secrets.randomBytes(16)
        guard bytes.count == 16 else { throw ServiceError.conflict("no_randomness") }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let parts = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10...]]
        return parts.map { Hexadecimal.encode(Array($0)) }.joined(separator: "-")
    }
}

extension Place {
    /// The place without U+0000, which PostgreSQL does not store in text.
    fileprivate var trimmed: Place {
        Place(
            name: name.trimmed, street: street.trimmed, locality: locality.trimmed, postalCode: postalCode.trimmed,
            country: country.trimmed, coordinates: coordinates)
    }
}
