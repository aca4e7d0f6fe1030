// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A meeting of people: what, when, where and for how many.
public struct Event: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<Event>
    /// The object's id on the wire.
    public var iri: IRI
    /// The group, or person, whose event it is: the one that answers a `Join`.
    public var owner: ID<Account>
    /// The member who planned it; nil for a remote event.
    public var organizer: ID<Account>?
    /// Unique and stable: the UID of calendars.
    public var uuid: String
    /// What it is called.
    public var title: String
    /// What it is about.
    public var content: SanitizedHTML
    /// What the member typed; nil for a remote event.
    public var source: String?
    /// When it begins.
    public var startsAt: Timestamp
    /// When it ends; after `startsAt`.
    public var endsAt: Timestamp
    /// IANA name of the zone in which it is told.
    public var timeZone: String
    /// Where, when it is somewhere.
    public var place: Place?
    /// Where to meet online.
    public var onlineURL: IRI?
    /// Seats; nil for no limit.
    public var capacity: Int?
    /// How one signs up.
    public var joinMode: JoinMode
    /// Where one signs up when that is elsewhere.
    public var externalURL: IRI?
    /// Whether it will take place.
    public var status: EventStatus
    /// The start that was announced before the last change of date.
    public var previousStart: Timestamp?
    /// Who may read of it.
    public var visibility: Visibility
    /// Seats taken, as its owner says; for an event of ours the guest list knows.
    public var remoteGoing: Int?
    /// The page for people at its origin.
    public var url: IRI?
    /// BCP 47 tag, when known.
    public var language: String?
    /// Grows with each change: the SEQUENCE of calendars.
    public var sequence: Int
    /// When it was published.
    public var publishedAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp
    /// Whether this node keeps its guest list.
    public var isLocal: Bool

    /// Creates the value; what is rarer is set afterwards.
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
        self.timeZone = "UTC"
        self.joinMode = .free
        self.status = .scheduled
        self.visibility = .everyone
        self.sequence = 0
        self.publishedAt = publishedAt
        self.updatedAt = publishedAt
        self.isLocal = isLocal
    }
}

/// Where people meet.
public struct Place: Sendable, Hashable {
    /// What it is called.
    public var name: String
    /// Street and number.
    public var street: String
    /// Town.
    public var locality: String
    /// Postal code.
    public var postalCode: String
    /// Country.
    public var country: String
    /// Degrees north and east, when known.
    public var coordinates: Coordinates?

    /// Creates the value; everything but the name may be empty.
    public init(
        name: String, street: String = "", locality: String = "", postalCode: String = "", country: String = "",
        coordinates: Coordinates? = nil
    ) {
        self.name = name
        self.street = street
        self.locality = locality
        self.postalCode = postalCode
        self.country = country
        self.coordinates = coordinates
    }

    /// Name, street and town on one line, without the empty ones.
    public var line: String {
        [name, street, [postalCode, locality].filter { !$0.isEmpty }.joined(separator: " ")]
            .filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// A point on the map.
public struct Coordinates: Sendable, Hashable {
    /// Degrees, -90 ... 90.
    public var latitude: Double
    /// Degrees, -180 ... 180.
    public var longitude: Double

    /// - Returns: nil when a value is no number or out of its bounds.
    public init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// How one signs up for an event.
public enum JoinMode: String, Sendable, CaseIterable {
    /// Whoever asks is in.
    case free
    /// The owner answers each request; every event with a limit of seats is of this kind on the wire.
    case restricted
    /// Elsewhere.
    case external
    /// By invitation.
    case invite
}
