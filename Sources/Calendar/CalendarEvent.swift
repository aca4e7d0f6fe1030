// SPDX-License-Identifier: Apache-2.0

/// One event of a feed. Times are milliseconds since 1970 UTC.
public struct CalendarEvent: Hashable, Sendable {
    /// Whether it takes place.
    public enum Status: String, Hashable, Sendable {
        case confirmed = "CONFIRMED"
        case tentative = "TENTATIVE"
        case cancelled = "CANCELLED"
    }

    /// Degrees, WGS 84.
    public struct Position: Hashable, Sendable {
        /// North is positive.
        public var latitude: Double
        /// East is positive.
        public var longitude: Double

        /// A point on the map.
        public init(latitude: Double, longitude: Double) {
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    /// Who invites: a name and at most a public address, never a mailbox.
    public struct Organizer: Hashable, Sendable {
        /// As people call them.
        public var name: String
        /// The page of the community or person; `invalid:nomail` is written when there is none.
        public var uri: String?

        /// A name, with a page or without.
        public init(name: String, uri: String? = nil) {
            self.name = name
            self.uri = uri
        }
    }

    /// The same on every node that shows the event, so that calendars merge what they get twice.
    public var uid: String
    /// The title, plain text.
    public var summary: String
    /// The beginning.
    public var startMillis: Int64
    /// The end; left out of the feed unless it is after the start.
    public var endMillis: Int64?
    /// The IANA name of the zone in which the event is announced; an unknown one means UTC.
    public var timeZone: String
    /// When this description was made.
    public var stampMillis: Int64
    /// Grows with each change.
    public var sequence: Int = 0
    /// When the event was first written down.
    public var createdMillis: Int64?
    /// When it was last changed.
    public var modifiedMillis: Int64?
    /// Plain text.
    public var description: String?
    /// Name and address of the place, plain text.
    public var location: String?
    /// Where on the map.
    public var position: Position?
    /// The event's page.
    public var url: String?
    /// Whether it takes place.
    public var status: Status = .confirmed
    /// Who invites.
    public var organizer: Organizer?
    /// Labels, one each.
    public var categories: [String] = []

    /// An event with what every event needs; the rest is set afterwards.
    public init(uid: String, summary: String, startMillis: Int64, timeZone: String, stampMillis: Int64) {
        self.uid = uid
        self.summary = summary
        self.startMillis = startMillis
        self.timeZone = timeZone
        self.stampMillis = stampMillis
    }
}
