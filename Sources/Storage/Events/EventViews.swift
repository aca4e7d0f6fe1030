// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An event with everything that pages, client apps and other servers are shown of it.
public struct EventView: Sendable, Hashable, Identifiable {
    /// The event. It has the address of its online meeting only when the viewer has a seat, organizes the event or
    /// runs its group; ``EventViews/unrestricted(_:in:)`` always has it.
    public var event: Event
    /// The group or person that owns the event.
    public var owner: Account
    /// The member who organizes it.
    public var organizer: Account?
    /// The number of taken seats: as the owner states it for a remote event, otherwise as counted in the local guest
    /// list.
    public var going = 0
    /// How many accounts wait for a seat.
    public var waiting = 0
    /// The viewer's own answer to the invitation.
    public var viewer: Guest?
    /// With ``ViewDetails/guests``: the attendees who may be shown to the viewer, in the order of their requests; 12 at
    /// the most.
    public var attendees: [Account] = []
    /// With ``ViewDetails/reactions``: how many accounts are interested.
    public var likeCount = 0
    /// With ``ViewDetails/reactions``: how many people, not groups, shared it.
    public var shareCount = 0
    /// With ``ViewDetails/reactions``: how many direct replies it has.
    public var replyCount = 0
    /// With ``ViewDetails/reactions``: how many accounts are interested and did not request a seat.
    public var maybeCount = 0
    /// With ``ViewDetails/reactions``: how many accounts gave up their seat or were refused, and are not interested
    /// any more. So each guest is counted once.
    public var absentCount = 0
    /// With ``ViewDetails/reactions``: the viewer's interactions with it.
    public var interactions = ViewerInteractions()

    /// The event's id.
    public var id: ID<Event> { event.id }

    /// The number of free seats, 0 or more; nil when there is no limit.
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

/// Loads the views of events in a fixed number of statements.
public enum EventViews {
    /// The maximum number of attendees in a view. `GuestLists.attendees` lists all of them.
    public static let attendeeLimit = 12

    /// The views of events, in the order of `ids`. Events that the viewer may not read are left out.
    ///
    /// Two statements for each 500 ids, however many events there are; one more for each of the details.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ ids: [ID<Event>], viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> [EventView] {
        let views = try gather(ids, viewer, details, Conditions.mayReadEvent, in: db)
        return ids.compactMap { views[$0] }
    }

    /// The view of one event; nil when the viewer may not read it.
    public static func one(
        _ id: ID<Event>, viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> EventView? {
        try load([id], viewer: viewer, with: details, in: db).first
    }

    /// The view of an event without a check of permissions. Callers send the event to its readers, or have checked that
    /// the viewer may change it.
    public static func unrestricted(_ id: ID<Event>, in db: some Queryable) throws(DatabaseError) -> EventView? {
        try gather([id], nil, [], nil, in: db)[id]
    }

    private static func gather(
        _ ids: [ID<Event>], _ viewer: ID<Account>?, _ details: ViewDetails, _ condition: SQL?, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>: EventView] {
        var all: [ID<Event>: EventView] = [:]
        for list in ids.inLists() {
            var views = try events(Array(list), viewer, condition, in: db)
            let found = Array(views.keys)
            guard !found.isEmpty else { continue }
            try addCounts(to: &views, found, in: db)
            if details.contains(.guests) { try addAttendees(to: &views, found, viewer, in: db) }
            if details.contains(.reactions) { try addReactions(to: &views, found, viewer, in: db) }
            all.merge(views) { first, _ in first }
        }
        return all
    }

    /// - Parameter condition: which of the events the viewer may read; nil for a caller that may read all of each.
    private static func events(
        _ ids: [ID<Event>], _ viewer: ID<Account>?, _ condition: SQL?, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Event>: EventView] {
        let rows = try db.rows(
            """
            SELECT \(EventRow.columns), \(AccountRow.plain), \(AccountRow.columns(as: "o", prefix: "o_")),
                \(GuestRow.columns),
                (v.owner_id = r.id OR v.organizer_id = r.id OR EXISTS (
                    SELECT 1 FROM group_role x WHERE x.group_id = v.owner_id AND x.account_id = r.id \(.rowByRow)))
                    AS runs_it
            FROM \(Conditions.reader(viewer)) CROSS JOIN event v JOIN account a ON a.id = v.owner_id
                LEFT JOIN account o ON o.id = v.organizer_id
                LEFT JOIN guest g ON g.event_id = v.id AND g.account_id = r.id
            WHERE v.id IN (\(list: ids)) AND \(condition ?? "1 = 1")
            """)
        var views: [ID<Event>: EventView] = [:]
        for row in rows {
            var view = EventView(event: try EventRow.read(row), owner: try AccountRow.read(row))
            if view.event.organizer != nil { view.organizer = try AccountRow.read(row, prefix: "o_") }
            if try row.textOrNil("g_state") != nil { view.viewer = try GuestRow.read(row) }
            let runsIt = try row.boolOrNil("runs_it") ?? false
            if condition != nil, !runsIt, view.viewer?.state != .going { view.event.onlineURL = nil }
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

    /// Adds the attendees who agreed to be shown and who have no block with the viewer in either direction.
    private static func addAttendees(
        to views: inout [ID<Event>: EventView], _ ids: [ID<Event>], _ viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT y.event_id, \(AccountRow.plain)
            FROM (SELECT g.event_id, g.account_id,
                      row_number() OVER (PARTITION BY g.event_id ORDER BY g.rank, g.account_id) AS place
                  FROM \(Conditions.reader(viewer)) CROSS JOIN guest g JOIN account a ON a.id = g.account_id
                  WHERE g.event_id IN (\(list: ids)) AND g.state = 'going' AND a.discoverable
                      AND \(Conditions.isShownToReader)) y
            JOIN account a ON a.id = y.account_id
            WHERE y.place <= \(attendeeLimit) ORDER BY y.event_id, y.place
            """)
        for row in rows { views[try row.id("event_id")]?.attendees.append(try AccountRow.read(row)) }
    }

    private static func addReactions(
        to views: inout [ID<Event>: EventView], _ ids: [ID<Event>], _ viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) {
        let rows = try db.rows(
            """
            SELECT v.id, (SELECT count(*) FROM event_like x WHERE x.event_id = v.id) AS likes,
                (SELECT count(*) FROM event_share x JOIN account y ON y.id = x.account_id
                 WHERE x.event_id = v.id AND y.kind <> 'group') AS shares,
                (SELECT count(*) FROM event_like x WHERE x.event_id = v.id AND NOT EXISTS (
                    SELECT 1 FROM guest y WHERE y.event_id = v.id AND y.account_id = x.account_id
                        AND y.state IN ('asked', 'going', 'waiting'))) AS maybes,
                (SELECT count(*) FROM guest x
                 WHERE x.event_id = v.id AND x.state IN ('cancelled', 'declined') AND NOT EXISTS (
                    SELECT 1 FROM event_like y WHERE y.event_id = v.id AND y.account_id = x.account_id)) AS absents,
                (SELECT count(*) FROM post x WHERE x.in_reply_to_iri = v.iri) AS replies,
                EXISTS (SELECT 1 FROM event_like x
                        WHERE x.event_id = v.id AND x.account_id = r.id \(.rowByRow)) AS is_liked,
                EXISTS (SELECT 1 FROM bookmark x
                        WHERE x.event_id = v.id AND x.account_id = r.id \(.rowByRow)) AS is_kept,
                EXISTS (SELECT 1 FROM event_share x
                        WHERE x.event_id = v.id AND x.account_id = r.id \(.rowByRow)) AS is_boosted
            FROM \(Conditions.reader(viewer)) CROSS JOIN event v WHERE v.id IN (\(list: ids))
            """)
        for row in rows {
            let id: ID<Event> = try row.id("id")
            guard var view = views[id] else { continue }
            view.likeCount = try row.count("likes")
            view.shareCount = try row.count("shares")
            view.replyCount = try row.count("replies")
            view.maybeCount = try row.count("maybes")
            view.absentCount = try row.count("absents")
            view.interactions.liked = try row.bool("is_liked")
            view.interactions.bookmarked = try row.bool("is_kept")
            view.interactions.boosted = try row.bool("is_boosted")
            views[id] = view
        }
    }
}
