// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `guest`: who attends which event. It stores the `GuestList` of Model.
///
/// Every function that gives or takes a seat first locks the event's row, then counts, then decides, all in the
/// caller's transaction. So the decisions run one after the other, and the number of requested seats never exceeds the
/// capacity. The capacity is read from the row after the lock, because a value that a caller read earlier may have
/// changed while it waited. The waiting list is ordered by `rank`, an id that is made when the person asks.
public enum GuestLists {
    /// The answer of an account to an event's invitation.
    public static func find(
        account: ID<Account>, event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> Guest? {
        try GuestRow.all(
            """
            SELECT \(GuestRow.columns) FROM guest g WHERE g.event_id = \(event) AND g.account_id = \(account)
            """, in: db
        ).first
    }

    /// The guest with the `Join` activity of this id.
    public static func byJoin(_ join: IRI, in db: some Queryable) throws(DatabaseError) -> Guest? {
        try GuestRow.all(
            "SELECT \(GuestRow.columns) FROM guest g WHERE g.join_iri = \(join) ORDER BY g.rank", in: db
        ).first
    }

    /// Requests a seat of a local event. Accounts that already wait come first.
    ///
    /// A second request only replaces the id of the `Join`, which the response will name. After a cancellation or a
    /// refusal, a request counts as new and gets the new rank.
    ///
    /// - Parameters:
    ///   - g: the account, the event, the `Join` and its time; its state is ignored.
    ///   - rank: the position in the waiting list; smaller comes first.
    /// - Returns: `going` or `waiting`.
    /// - Throws: `.invalidValue` when the event does not exist.
    public static func requestToJoin(
        _ g: Guest, rank: Int64, in tx: Transaction
    ) throws(DatabaseError) -> Guest.State {
        let seats = try lockedSeatCounts(of: g.event, in: tx)
        if let known = try find(account: g.account, event: g.event, in: tx)?.state,
            known == .going || known == .waiting
        {
            try tx.run(
                """
                UPDATE guest SET join_iri = \(g.join) WHERE event_id = \(g.event) AND account_id = \(g.account)
                """)
            return known
        }
        var guest = g
        guest.state = seats.waiting == 0 && seats.hasFreeSeat ? .going : .waiting
        try set(guest, rank: rank, in: tx)
        return guest.state
    }

    /// Cancels a seat, a place in the waiting list or a request. A second time changes nothing.
    ///
    /// - Returns: whether there was something to cancel, and the guests who got a seat by it, in order.
    @discardableResult
    public static func leave(
        account: ID<Account>, event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> (left: Bool, promoted: [Guest]) {
        try end(.cancelled, account, event, in: tx)
    }

    /// Refuses a guest and takes away the seat or the place in the waiting list.
    ///
    /// - Returns: whether there was something to refuse, and the guests who got a seat by it, in order.
    @discardableResult
    public static func decline(
        account: ID<Account>, event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> (declined: Bool, promoted: [Guest]) {
        let (declined, promoted) = try end(.declined, account, event, in: tx)
        return (declined, promoted)
    }

    /// Changes the capacity in the event's row. No guest loses a seat.
    ///
    /// - Parameter capacity: nil for no limit.
    /// - Returns: the guests who got a seat by it, in order.
    @discardableResult
    public static func resize(
        _ event: ID<Event>, to capacity: Int?, in tx: Transaction
    ) throws(DatabaseError) -> [Guest] {
        try tx.run("UPDATE event SET capacity = \(capacity) WHERE id = \(event)")
        return try promote(event, in: tx)
    }

    /// Stores the state of a guest as the owner of a remote event reported it.
    ///
    /// It counts no seats. For a local event, use ``requestToJoin(_:rank:in:)`` and the other functions of this type.
    public static func set(_ g: Guest, rank: Int64, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO guest (event_id, account_id, state, join_iri, rank, asked_at)
            VALUES (\(g.event), \(g.account), \(g.state), \(g.join), \(rank), \(g.requestedAt))
            ON CONFLICT (event_id, account_id) DO UPDATE
            SET state = excluded.state, join_iri = excluded.join_iri, rank = excluded.rank,
                asked_at = excluded.asked_at
            """)
    }

    private static func end(
        _ state: Guest.State, _ account: ID<Account>, _ event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> (Bool, [Guest]) {
        guard try Events.lock(event, in: tx) else { return (false, []) }
        let changed = try tx.changed(
            """
            UPDATE guest SET state = \(state)
            WHERE event_id = \(event) AND account_id = \(account) AND state IN ('asked', 'going', 'waiting')
            """)
        return (changed == 1, try promote(event, in: tx))
    }

    /// Gives the free seats to the guests who wait longest. Counting the seats also locks the event's row.
    private static func promote(_ event: ID<Event>, in tx: Transaction) throws(DatabaseError) -> [Guest] {
        let seats = try lockedSeatCounts(of: event, in: tx)
        guard seats.waiting > 0, seats.hasFreeSeat else { return [] }
        let next: SQL = """
            WHERE g.event_id = \(event) AND g.state = 'waiting' ORDER BY g.rank, g.account_id LIMIT \(seats.free)
            """
        var promoted = try GuestRow.all("SELECT \(GuestRow.columns) FROM guest g \(next)", in: tx)
        try tx.run(
            """
            UPDATE guest SET state = 'going'
            WHERE event_id = \(event) AND account_id IN (SELECT g.account_id FROM guest g \(next))
            """)
        for index in promoted.indices { promoted[index].state = .going }
        return promoted
    }

    private static func lockedSeatCounts(of event: ID<Event>, in tx: Transaction) throws(DatabaseError) -> SeatCounts {
        try Events.lock(event, in: tx)
        let row = try tx.row(
            """
            SELECT e.capacity,
                (SELECT count(*) FROM guest g WHERE g.event_id = e.id AND g.state = 'going') AS going,
                (SELECT count(*) FROM guest g WHERE g.event_id = e.id AND g.state = 'waiting') AS waiting
            FROM event e WHERE e.id = \(event)
            """)
        guard let row else { throw DatabaseError(.invalidValue, "there is no such event") }
        return SeatCounts(
            capacity: try row.intOrNil("capacity").map { Int($0) }, going: try row.count("going"),
            waiting: try row.count("waiting"))
    }
}

// MARK: - Reading

extension GuestLists {
    /// How many guests have a seat and how many wait for one.
    public static func counts(
        _ event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> (going: Int, waiting: Int) {
        var counts = (going: 0, waiting: 0)
        let rows = try db.rows(
            """
            SELECT state, count(*) AS guests FROM guest
            WHERE event_id = \(event) AND state IN ('going', 'waiting') GROUP BY state
            """)
        for row in rows {
            if try row.text("state") == "going" {
                counts.going = try row.count("guests")
            } else {
                counts.waiting = try row.count("guests")
            }
        }
        return counts
    }

    /// A guest's position in the waiting list, where 1 gets the next seat; nil for an account that does not wait.
    public static func position(
        account: ID<Account>, event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> Int? {
        let row = try db.row(
            """
            SELECT count(*) AS place FROM guest me JOIN guest g ON g.event_id = me.event_id
            WHERE me.event_id = \(event) AND me.account_id = \(account) AND me.state = 'waiting'
                AND g.state = 'waiting' AND (g.rank, g.account_id) <= (me.rank, me.account_id)
            """)
        guard let place = try row?.count("place"), place > 0 else { return nil }
        return place
    }

    /// An account's open answers (requested, going, waiting) for events that have not ended, by the start of the event.
    ///
    /// - Parameter takingPlace: whether events that are cancelled or postponed are left out.
    public static func of(
        _ account: ID<Account>, from now: Timestamp, takingPlace: Bool = false, in db: some Queryable
    ) throws(DatabaseError) -> [(ID<Event>, Guest)] {
        let guests = try GuestRow.all(
            """
            SELECT \(GuestRow.columns) FROM guest g JOIN event v ON v.id = g.event_id
            WHERE g.account_id = \(account) AND g.state IN ('asked', 'going', 'waiting') AND v.ends_at > \(now)
                AND (v.status NOT IN ('cancelled', 'postponed') OR NOT \(takingPlace))
            ORDER BY v.starts_at, v.id
            """, in: db)
        return guests.map { ($0.event, $0) }
    }

    /// The guests of other servers who have a seat, with their accounts.
    public static func remoteGuests(
        of event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> [(Guest, Account)] {
        let rows = try db.rows(
            """
            SELECT \(GuestRow.columns), \(AccountRow.plain) FROM guest g JOIN account a ON a.id = g.account_id
            WHERE g.event_id = \(event) AND g.state = 'going' AND a.host <> '' ORDER BY g.rank, g.account_id
            """)
        var guests: [(Guest, Account)] = []
        for row in rows { guests.append((try GuestRow.read(row), try AccountRow.read(row))) }
        return guests
    }

    /// One page of the accounts of the guests in one state, in the order of their requests.
    ///
    /// - Parameter mark: where the page before ended; nil for the first page.
    public static func page(
        _ event: ID<Event>, state: Guest.State, after mark: AccountMark? = nil, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> AccountPage {
        try AccountRow.page(
            "FROM guest g JOIN account a ON a.id = g.account_id WHERE g.event_id = \(event) AND g.state = \(state)",
            by: "g.rank", after: mark, limit: limit, in: db)
    }

    /// One page of the attendees who agreed to be shown and who have no block with the viewer in either direction, in
    /// the order of their requests.
    ///
    /// - Parameters:
    ///   - viewer: nil for a stranger.
    ///   - mark: where the page before ended; nil for the first page.
    public static func attendees(
        _ event: ID<Event>, viewer: ID<Account>?, after mark: AccountMark? = nil, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> AccountPage {
        try AccountRow.page(
            """
            FROM \(Conditions.reader(viewer)) CROSS JOIN guest g JOIN account a ON a.id = g.account_id
            WHERE g.event_id = \(event) AND g.state = 'going' AND a.discoverable AND \(Conditions.isShownToReader)
            """, by: "g.rank", after: mark, limit: limit, in: db)
    }
}

/// The seats of one event, counted while its row is locked.
private struct SeatCounts {
    let capacity: Int?
    let going: Int
    let waiting: Int

    var hasFreeSeat: Bool { GuestList.hasFreeSeat(capacity: capacity, going: going) }

    /// How many of the waiting guests can get a seat.
    var free: Int {
        guard let capacity else { return waiting }
        return min(waiting, max(capacity - going, 0))
    }
}

/// The columns of the table `guest` in a SELECT under the alias `g`, and how a ``Guest`` is read from them.
enum GuestRow {
    static let columns: SQL = """
        g.account_id AS g_account_id, g.event_id AS g_event_id, g.state AS g_state, g.join_iri AS g_join_iri,
        g.asked_at AS g_asked_at
        """

    static func read(_ row: Row) throws(DatabaseError) -> Guest {
        Guest(
            account: try row.id("g_account_id"), event: try row.id("g_event_id"), state: try row.choice("g_state"),
            join: try row.iri("g_join_iri"), requestedAt: try row.time("g_asked_at"))
    }

    static func all(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> [Guest] {
        var guests: [Guest] = []
        for row in try db.rows(sql) { guests.append(try read(row)) }
        return guests
    }
}
