// SPDX-License-Identifier: Apache-2.0

/// One event of a feed. Times are milliseconds since 1970 UTC.
public struct CalendarEvent: Hashable, Sendable {
    /// Whether the event takes place.
    public enum Status: String, Hashable, Sendable {
        case confirmed = "CONFIRMED"
        case tentative = "TENTATIVE"
        case cancelled = "CANCELLED"
    }

    /// A position in degrees, WGS 84.
    public struct Position: Hashable, Sendable {
        /// The latitude; north is positive.
        public var latitude: Double
        /// The longitude; east is positive.
        public var longitude: Double

        /// Makes a position.
        public init(latitude: Double, longitude: Double) {
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    /// The organiser: a name and an optional public web address, never an e-mail address.
    public struct Organizer: Hashable, Sendable {
        /// The display name.
        public var name: String
        /// The web page of the group or person; `invalid:nomail` is written when there is none.
        public var uri: String?

        /// Makes an organiser.
        public init(name: String, uri: String? = nil) {
            self.name = name
            self.uri = uri
        }
    }

    /// The identifier of the event, which is the same on every server that shows the event, so that calendars merge
    /// duplicates.
    public var uid: String
    /// The title, plain text.
    public var summary: String
    /// The start.
    public var startMillis: Int64
    /// The end; it is omitted from the feed unless it is after the start.
    public var endMillis: Int64?
    /// Whether the event lasts whole days: its start and end are then written as dates, the end as the day after the
    /// last one.
    public var isAllDay: Bool = false
    /// The IANA name of the event's time zone; an unknown name means UTC.
    public var timeZone: String
    /// When this description was made (`DTSTAMP`).
    public var stampMillis: Int64
    /// The revision number, which grows with each change.
    public var sequence: Int = 0
    /// When the event was created.
    public var createdMillis: Int64?
    /// When the event was last changed.
    public var modifiedMillis: Int64?
    /// The description, plain text.
    public var description: String?
    /// The name and address of the place, plain text.
    public var location: String?
    /// The coordinates of the place.
    public var position: Position?
    /// The address of the event's web page.
    public var url: String?
    /// Whether the event takes place.
    public var status: Status = .confirmed
    /// The organiser.
    public var organizer: Organizer?
    /// The categories.
    public var categories: [String] = []

    /// Makes an event with the required properties; the optional ones are set afterwards.
    public init(uid: String, summary: String, startMillis: Int64, timeZone: String, stampMillis: Int64) {
        self.uid = uid
        self.summary = summary
        self.startMillis = startMillis
        self.timeZone = timeZone
        self.stampMillis = stampMillis
    }
}
