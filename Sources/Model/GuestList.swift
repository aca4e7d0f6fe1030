// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// One person and one event.
public struct Guest: Sendable, Hashable {
    /// The life of a sign-up.
    public enum State: String, Sendable, CaseIterable {
        /// We asked the event's owner on another node and wait for the answer.
        case asked
        /// Has a seat.
        case going
        /// Waits for a seat, first come first served.
        case waiting
        /// Gave up the seat.
        case cancelled
        /// Was refused.
        case declined
    }

    /// Who.
    public var account: ID<Account>
    /// Which event.
    public var event: ID<Event>
    /// Where it stands.
    public var state: State
    /// The id of the `Join` on the wire: an answer names it.
    public var join: IRI
    /// When the person asked: the rank in the queue.
    public var askedAt: Timestamp

    /// Creates the value as the row has it.
    public init(account: ID<Account>, event: ID<Event>, state: State, join: IRI, askedAt: Timestamp) {
        self.account = account
        self.event = event
        self.state = state
        self.join = join
        self.askedAt = askedAt
    }
}

/// Who has a seat, who waits: the rules, without a database.
///
/// Seats never exceed the capacity, a queue is strictly first come first served, asking twice changes nothing, and
/// lowering the capacity takes nobody's seat away.
public struct GuestList: Sendable, Hashable {
    /// Seats; nil for no limit.
    public var capacity: Int?
    /// Those with a seat.
    public private(set) var going: Set<ID<Account>>
    /// Those who wait, longest first.
    public private(set) var waiting: [ID<Account>]

    /// Creates the list as the rows have it.
    public init(capacity: Int?, going: Set<ID<Account>> = [], waiting: [ID<Account>] = []) {
        self.capacity = capacity
        self.going = going
        self.waiting = waiting
    }

    /// Whether somebody could have a seat now.
    public var hasFreeSeat: Bool { Self.hasFreeSeat(capacity: capacity, going: going.count) }

    /// Whether `going` guests leave a seat free.
    public static func hasFreeSeat(capacity: Int?, going: Int) -> Bool {
        guard let capacity else { return true }
        return going < capacity
    }

    /// Asks for a seat. Nobody passes those who already wait.
    ///
    /// - Returns: `going` or `waiting`.
    @discardableResult
    public mutating func ask(_ person: ID<Account>) -> Guest.State {
        if going.contains(person) { return .going }
        if waiting.contains(person) { return .waiting }
        if hasFreeSeat, waiting.isEmpty {
            going.insert(person)
            return .going
        }
        waiting.append(person)
        return .waiting
    }

    /// Gives up a seat or a place in the queue.
    ///
    /// - Returns: those who got a seat by it, in order.
    @discardableResult
    public mutating func leave(_ person: ID<Account>) -> [ID<Account>] {
        going.remove(person)
        waiting.removeAll { $0 == person }
        return promote()
    }

    /// Changes the number of seats.
    ///
    /// - Returns: those who got a seat by it, in order.
    @discardableResult
    public mutating func resize(to capacity: Int?) -> [ID<Account>] {
        self.capacity = capacity
        return promote()
    }

    private mutating func promote() -> [ID<Account>] {
        var promoted: [ID<Account>] = []
        while hasFreeSeat, !waiting.isEmpty {
            let person = waiting.removeFirst()
            going.insert(person)
            promoted.append(person)
        }
        return promoted
    }
}
