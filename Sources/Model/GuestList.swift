// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// The participation of one person in one event.
public struct Guest: Sendable, Hashable {
    /// The states of a participation.
    public enum State: String, Sendable, CaseIterable {
        /// A `Join` was sent to the remote owner of the event, who has not answered yet.
        case asked
        /// The person has a seat.
        case going
        /// The person is on the waiting list, first come, first served.
        case waiting
        /// The person gave up the seat.
        case cancelled
        /// The owner refused the request.
        case declined
    }

    /// The person.
    public var account: ID<Account>
    /// The event.
    public var event: ID<Event>
    /// The state.
    public var state: State
    /// The id of the `Join` activity; `Accept` and `Reject` refer to it.
    public var join: IRI
    /// When the person asked; the waiting list is sorted by it.
    public var requestedAt: Timestamp

    /// Creates the value as the row has it.
    public init(account: ID<Account>, event: ID<Event>, state: State, join: IRI, requestedAt: Timestamp) {
        self.account = account
        self.event = event
        self.state = state
        self.join = join
        self.requestedAt = requestedAt
    }
}

/// The rules for seats and the waiting list of an event, without a database.
///
/// No seat is given beyond the capacity. The waiting list is strictly first come, first served. Asking twice changes
/// nothing. Lowering the capacity takes no seat away from anybody.
public struct GuestList: Sendable, Hashable {
    /// The number of seats; nil for no limit.
    public var capacity: Int?
    /// The people with a seat.
    public private(set) var going: Set<ID<Account>>
    /// The waiting list, longest wait first.
    public private(set) var waiting: [ID<Account>]

    /// Creates the list from rows of the database.
    public init(capacity: Int?, going: Set<ID<Account>> = [], waiting: [ID<Account>] = []) {
        self.capacity = capacity
        self.going = going
        self.waiting = waiting
    }

    /// Whether a seat is free now.
    public var hasFreeSeat: Bool { Self.hasFreeSeat(capacity: capacity, going: going.count) }

    /// Whether a seat is free when there are `going` guests.
    public static func hasFreeSeat(capacity: Int?, going: Int) -> Bool {
        guard let capacity else { return true }
        return going < capacity
    }

    /// Asks for a seat. People on the waiting list come first.
    ///
    /// - Returns: `going` or `waiting`.
    @discardableResult
    public mutating func requestToJoin(_ person: ID<Account>) -> Guest.State {
        if going.contains(person) { return .going }
        if waiting.contains(person) { return .waiting }
        if hasFreeSeat, waiting.isEmpty {
            going.insert(person)
            return .going
        }
        waiting.append(person)
        return .waiting
    }

    /// Gives up a seat or a place on the waiting list.
    ///
    /// - Returns: the people who got a seat because of this, in order.
    @discardableResult
    public mutating func leave(_ person: ID<Account>) -> [ID<Account>] {
        going.remove(person)
        waiting.removeAll { $0 == person }
        return promote()
    }

    /// Changes the number of seats.
    ///
    /// - Returns: the people who got a seat because of this, in order.
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
