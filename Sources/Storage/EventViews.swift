// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An event with all that a page needs to show it to one viewer.
public struct EventView: Sendable, Hashable, Identifiable {
    /// The event.
    public var event: Event
    /// The group, or person, whose event it is.
    public var owner: Account
    /// The member who planned it.
    public var organizer: Account?
    /// Seats taken: as the owner says for a remote event that tells, else by our list.
    public var going = 0
    /// How many wait for a seat.
    public var waiting = 0
    /// Who comes and may be shown to the viewer, first come first; 12 at the most.
    public var faces: [Account] = []
    /// The viewer's own sign-up.
    public var viewer: Guest?

    /// The event's number.
    public var id: ID<Event> { event.id }

    /// Seats that are free, 0 or more; nil when there is no limit.
    public var seatsLeft: Int? {
        guard let capacity = event.capacity else { return nil }
        return going < capacity ? capacity - max(going, 0) : 0
    }

    /// Creates the view of an event without guests.
    public init(event: Event, owner: Account) {
        self.event = event
        self.owner = owner
    }
}

/// Events as pages show them, in a fixed number of queries.
public enum EventViews {
    /// The most guests that a view shows.
    private static let faceLimit = 12

    /// The views of events, in the order of `ids`.
    ///
    /// Three queries for each 500 ids, however many events there are. Whether the viewer may know of an event at all
    /// was decided by whoever gives the ids.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ ids: [ID<Event>], viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [EventView] {
        var ordered: [EventView] = []
        for list in ids.inLists() {
            var views = try events(Array(list), viewer ?? .first, in: db)
            try addCounts(to: &views, Array(list), in: db)
            try addFaces(to: &views, Array(list), viewer ?? .first, in: db)
            ordered += list.compactMap { views[$0] }
        }
        return ordered
    }

    /// The view of one event, when there is such an event.
    public static func one(
        _ id: ID<Event>, viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> EventView? {
        try load([id], viewer: viewer, in: db).first
    }

    private static func events(
        _ ids: [ID<Event>], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>: EventView] {
        let rows = try db.rows(
            """
            SELECT \(EventRow.columns), \(AccountRow.plain), \(AccountRow.columns(as: "o", prefix: "o_")),
                \(GuestRow.columns)
            FROM event e JOIN account a ON a.id = e.owner_id LEFT JOIN account o ON o.id = e.organizer_id
                LEFT JOIN guest g ON g.event_id = e.id AND g.account_id = \(viewer)
            WHERE e.id IN (\(list: ids))
            """)
        var views: [ID<Event>: EventView] = [:]
        for row in rows {
            var view = EventView(event: try EventRow.read(row), owner: try AccountRow.read(row))
            if view.event.organizer != nil { view.organizer = try AccountRow.read(row, prefix: "o_") }
            if try row.textOrNil("g_state") != nil { view.viewer = try GuestRow.read(row) }
            view.going = view.event.remoteGoing ?? 0
            views[view.id] = view
        }
        return views
    }

    private static func addCounts(
        to views: inout [ID<Event>: EventView], _ ids: [ID<Event>], in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT event_id, state, count(*) AS guests FROM guest
            WHERE event_id IN (\(list: ids)) AND state IN ('going', 'waiting') GROUP BY event_id, state
            """)
        for row in rows {
            let id: ID<Event> = try row.id("event_id")
            let guests = try row.count("guests")
            switch try row.choice("state", as: Guest.State.self) {
            case .going: if views[id]?.event.remoteGoing == nil { views[id]?.going = guests }
            case .waiting: views[id]?.waiting = guests
            case .asked, .cancelled, .declined: break
            }
        }
    }

    /// Only those who agreed to be shown, and with whom the viewer shares no block.
    private static func addFaces(
        to views: inout [ID<Event>: EventView], _ ids: [ID<Event>], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT y.event_id, \(AccountRow.plain)
            FROM (SELECT g.event_id, g.account_id,
                      row_number() OVER (PARTITION BY g.event_id ORDER BY g.rank, g.account_id) AS place
                  FROM guest g JOIN account a ON a.id = g.account_id
                  WHERE g.event_id IN (\(list: ids)) AND g.state = 'going' AND a.discoverable
                      AND \(Conditions.isShown) AND \(Conditions.noBlock(between: viewer, and: "a.id"))) y
            JOIN account a ON a.id = y.account_id
            WHERE y.place <= \(faceLimit) ORDER BY y.event_id, y.place
            """)
        for row in rows { views[try row.id("event_id")]?.faces.append(try AccountRow.read(row)) }
    }
}
