// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Who comes to which event: `GuestList` of Model, kept in rows.
///
/// Whatever gives or takes a seat first takes the lock of the event's row, then counts, then decides, all in the
/// caller's transaction. So seats are decided one after the other, and those taken by asking never exceed the
/// capacity, whatever comes in between. The capacity is read after the lock, from the row: what a caller read before
/// may have changed while it waited. The queue is ordered by rank, an id made when the person asked.
public enum GuestLists {
    /// An account's sign-up for an event.
    public static func find(
        account: ID<Account>, event: ID<Event>, in db: some Queryable
    ) throws(DatabaseError) -> Guest? {
        try GuestRow.all(
            """
            SELECT \(GuestRow.columns) FROM guest g WHERE g.event_id = \(event) AND g.account_id = \(account)
            """, in: db
        ).first
    }

    /// The sign-up that the `Join` asked for.
    public static func byJoin(_ join: IRI, in db: some Queryable) throws(DatabaseError) -> Guest? {
        try GuestRow.all(
            "SELECT \(GuestRow.columns) FROM guest g WHERE g.join_iri = \(join) ORDER BY g.rank", in: db
        ).first
    }

    /// Asks for a seat of an event whose list is ours. Nobody passes those who already wait.
    ///
    /// Asking again changes nothing but the `Join` that an answer will name; after giving up or being refused it is a
    /// new request, with the new rank.
    ///
    /// - Parameters:
    ///   - g: who, which event, by which `Join` and when; its state does not matter.
    ///   - rank: the place in the queue: smaller before larger.
    /// - Returns: `going` or `waiting`.
    /// - Throws: `.invalidValue` when there is no such event.
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

    /// Gives up a seat, a place in the queue or a request. A second time changes nothing.
    ///
    /// - Returns: whether there was something to give up, and who got a seat by it, in order.
    @discardableResult
    public static func leave(
        account: ID<Account>, event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> (left: Bool, promoted: [Guest]) {
        try end(.cancelled, account, event, in: tx)
    }

    /// Refuses a person: a seat or a place in the queue is taken away.
    ///
    /// - Returns: whether there was something to refuse, and who got a seat by it, in order.
    @discardableResult
    public static func decline(
        account: ID<Account>, event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) -> (declined: Bool, promoted: [Guest]) {
        let (declined, promoted) = try end(.declined, account, event, in: tx)
        return (declined, promoted)
    }

    /// Changes the number of seats in the event's row. Nobody loses a seat by it.
    ///
    /// - Parameter capacity: nil for no limit.
    /// - Returns: who got a seat by it, in order.
    @discardableResult
    public static func resize(
        _ event: ID<Event>, to capacity: Int?, in tx: Transaction
    ) throws(DatabaseError) -> [Guest] {
        try tx.run("UPDATE event SET capacity = \(capacity) WHERE id = \(event)")
        return try promote(event, in: tx)
    }

    /// Records where a sign-up stands, as it is told by the owner of a remote event.
    ///
    /// Counts no seats: for an event whose list is ours, ``ask(_:rank:in:)`` and its siblings decide.
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

    /// Gives the free seats to those who wait longest. The event's row is locked already, or by the count.
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
    /// The guests in one state with their accounts, first come first.
    public static func list(
        _ event: ID<Event>, state: Guest.State, in db: some Queryable
    ) throws(DatabaseError) -> [(Guest, Account)] {
        let rows = try db.rows(
            """
            SELECT \(GuestRow.columns), \(AccountRow.plain) FROM guest g JOIN account a ON a.id = g.account_id
            WHERE g.event_id = \(event) AND g.state = \(state) ORDER BY g.rank, g.account_id
            """)
        var list: [(Guest, Account)] = []
        for row in rows { list.append((try GuestRow.read(row), try AccountRow.read(row))) }
        return list
    }

    /// How many have a seat and how many wait for one.
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

    /// A person's place in the queue, 1 for the next to get a seat; nil for one who does not wait.
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

    /// A person's open sign-ups for events that have not ended: asked, going, waiting; by their start.
    public static func of(
        _ account: ID<Account>, from now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [(ID<Event>, Guest)] {
        let guests = try GuestRow.all(
            """
            SELECT \(GuestRow.columns) FROM guest g JOIN event v ON v.id = g.event_id
            WHERE g.account_id = \(account) AND g.state IN ('asked', 'going', 'waiting') AND v.ends_at > \(now)
            ORDER BY v.starts_at, v.id
            """, in: db)
        return guests.map { ($0.event, $0) }
    }

    /// The accounts of those in one of the states, first come first.
    public static func accounts(
        _ event: ID<Event>, states: [Guest.State], in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM guest g JOIN account a ON a.id = g.account_id
            WHERE g.event_id = \(event) AND g.state IN (\(list: states)) ORDER BY g.rank, g.account_id
            """, in: db)
    }
}

/// The seats of one event as they stand under its lock.
private struct SeatCounts {
    let capacity: Int?
    let going: Int
    let waiting: Int

    var hasFreeSeat: Bool { GuestList.hasFreeSeat(capacity: capacity, going: going) }

    /// How many of those who wait may have a seat.
    var free: Int {
        guard let capacity else { return waiting }
        return min(waiting, max(capacity - going, 0))
    }
}

/// The columns of `guest` in a SELECT under the alias `g`, and the guest that they make.
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
