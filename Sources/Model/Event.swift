// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A local or remote event.
public struct Event: Sendable, Hashable, Identifiable {
    /// The local id.
    public private(set) var id: ID<Event>
    /// The id of the object in ActivityPub.
    public var iri: IRI
    /// The group or person that owns the event and answers `Join` requests.
    public var owner: ID<Account>
    /// The member who created it; nil for a remote event.
    public var organizer: ID<Account>?
    /// A stable unique identifier, used as the UID in calendars.
    public var uuid: String
    /// The title.
    public var title: String
    /// The description.
    public var content: SanitizedHTML
    /// The text that the member typed; nil for a remote event.
    public var source: String?
    /// The start.
    public var startsAt: Timestamp
    /// The end; after `startsAt`. It is an assumption when ``showsEnd`` is false.
    public var endsAt: Timestamp
    /// Whether the organizers stated an end. Otherwise readers see the start only.
    public var showsEnd: Bool
    /// Whether the event lasts whole days: readers see no hours. The end is the midnight after the last day.
    public var isAllDay: Bool
    /// The IANA name of the event's time zone.
    public var timeZone: String
    /// The place; nil for an event without a physical place.
    public var place: Place?
    /// The address of the online meeting. Only guests may be shown it; see ``isOnline``.
    public var onlineURL: IRI?
    /// Whether one can take part online, as everybody may be told.
    public var isOnline: Bool
    /// The number of seats; nil for no limit.
    public var capacity: Int?
    /// How people join.
    public var joinMode: JoinMode
    /// The address of the external registration page.
    public var externalURL: IRI?
    /// Whether the event takes place.
    public var status: EventStatus
    /// The previously announced start, when the event was rescheduled.
    public var previousStart: Timestamp?
    /// Who may read the event.
    public var visibility: Visibility
    /// The number of taken seats that the owner of a remote event states; for a local event the guest list has this
    /// number.
    public var remoteGoing: Int?
    /// The web page on the event's own server.
    public var url: IRI?
    /// The language as a BCP 47 tag, when known.
    public var language: String?
    /// The category as a remote server wrote it, such as `SPORTS`.
    public var category: String?
    /// The hashtags in normal form that a remote server lists, each once.
    public var hashtags: [String]
    /// The picture that a remote server shows with it.
    public var picture: EventPicture?
    /// The shortcodes of the custom emoji in its title and text.
    public var emojis: [String] = []
    /// The revision number, which grows with each change; it is the SEQUENCE in calendars.
    public var sequence: Int
    /// When it was published.
    public var publishedAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp
    /// Whether the event is local, so that this server keeps its guest list.
    public var isLocal: Bool

    /// Creates the value; optional properties are set afterwards.
    public init(
        id: ID<Event>, iri: IRI, owner: ID<Account>, uuid: String, title: String, startsAt: Timestamp,
        endsAt: Timestamp, publishedAt: Timestamp, isLocal: Bool
    ) {
        self.id = id
        self.iri = iri
        self.owner = owner
        self.uuid = uuid
        self.title = title
        self.content = .empty
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.showsEnd = true
        self.isAllDay = false
        self.hashtags = []
        self.timeZone = "UTC"
        self.isOnline = false
        self.joinMode = .free
        self.status = .scheduled
        self.visibility = .everyone
        self.sequence = 0
        self.publishedAt = publishedAt
        self.updatedAt = publishedAt
        self.isLocal = isLocal
    }
}

/// The picture of a remote event; it stays at its own server.
public struct EventPicture: Sendable, Hashable {
    /// The address.
    public var url: IRI
    /// The media type.
    public var mediaType: String
    /// The text for people who do not see it; it may be empty.
    public var description: String

    /// Creates the value.
    public init(url: IRI, mediaType: String, description: String) {
        self.url = url
        self.mediaType = mediaType
        self.description = description
    }

    /// The picture in the form of an attachment of a post.
    public var attachment: Attachment { Attachment(url: url, mediaType: mediaType, description: description) }
}

/// The place of an event.
public struct Place: Sendable, Hashable {
    /// The name.
    public var name: String
    /// Street and number.
    public var street: String
    /// The town or city.
    public var locality: String
    /// The postal code.
    public var postalCode: String
    /// The region, between the town and the country.
    public var region: String
    /// The country.
    public var country: String
    /// The coordinates, when known.
    public var coordinates: Coordinates?

    /// Creates the value; everything but the name may be empty.
    public init(
        name: String, street: String = "", locality: String = "", postalCode: String = "", region: String = "",
        country: String = "", coordinates: Coordinates? = nil
    ) {
        self.name = name
        self.street = street
        self.locality = locality
        self.postalCode = postalCode
        self.region = region
        self.country = country
        self.coordinates = coordinates
    }

    /// Name, street, postal code and town on one line. Empty parts are omitted, and those that another part contains.
    public var line: String { parts.joined(separator: ", ") }

    /// The parts of ``line``.
    public var parts: [String] { lines(withCountry: false) }

    /// Name, street, postal code and town, region and country, each on its own line. Empty parts are omitted, and those
    /// that another part contains: some servers write the whole address into the name, into the street, or into both.
    public var addressLines: [String] { lines(withCountry: true) }

    private func lines(withCountry: Bool) -> [String] {
        let town = [postalCode, locality].filter { !$0.isEmpty }.joined(separator: " ")
        var lines: [String] = []
        for part in [name, street, town] + (withCountry ? [region, country] : []) where !part.isEmpty {
            let folded = part.lowercased()
            // Whole words only: a town "Au" is no part of "Hauptplatz".
            let isKnown = lines.contains { Self.words(of: $0, contain: folded) }
            if isKnown { continue }
            lines.removeAll { Self.words(of: part, contain: $0.lowercased()) }
            lines.append(part)
        }
        return lines
    }

    private static func words(of text: String, contain part: String) -> Bool {
        let text = text.lowercased()
        guard let range = text.firstRange(of: part) else { return false }
        let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
        let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
        return [before, after].allSatisfy { $0.map { !$0.isLetter && !$0.isNumber } ?? true }
    }
}

/// Geographic coordinates.
public struct Coordinates: Sendable, Hashable {
    /// The latitude in degrees, -90 ... 90.
    public var latitude: Double
    /// The longitude in degrees, -180 ... 180.
    public var longitude: Double

    /// Creates the value.
    ///
    /// - Returns: nil when a value is not a number or out of range.
    public init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// How people join an event.
public enum JoinMode: String, Sendable, CaseIterable {
    /// Everybody who asks gets a seat.
    case free
    /// The owner answers each request. In ActivityPub every event with limited seats is sent with this mode.
    case restricted
    /// Registration is on another site.
    case external
    /// Only invited people may join.
    case invite
}

extension Event {
    /// Gives an event that is not stored yet another id.
    public mutating func number(_ id: ID) { self.id = id }
}
