// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

/// An answer to the question whether one comes to an event, in the order in which they are offered.
public enum EventAnswer: Int, Sendable, CaseIterable {
    /// Wants a seat.
    case yes
    /// Is interested.
    case perhaps
    /// Does not come.
    case no
}

extension Services {
    /// Signs up for an event. Ours answers at once; the owner of another one answers when the request reached it.
    ///
    /// - Returns: `going`, `waiting` for a seat, or `asked` while another node has not answered.
    @discardableResult
    public func joinEvent(_ id: ID<Event>, as person: ID<Account>) async throws -> Guest.State {
        try await database.write { tx in
            let account = try member(person, in: tx).account
            guard let event = try Events.byID(id, in: tx) else { throw ServiceError.notFound }
            let relation = try Events.relation(of: account.id, to: event, in: tx)
            guard EventPolicy.mayRead(event.visibility, as: relation) else { throw ServiceError.notFound }
            guard event.status.takesGuests else { throw ServiceError.conflict("event_\(event.status)") }
            guard event.endsAt > now() else { throw ServiceError.conflict("event_over") }
            guard event.joinMode != .external else { throw ServiceError.conflict("join_elsewhere") }
            if !event.isLocal {
                let known = try GuestLists.find(account: account.id, event: id, in: tx)?.state
                if let known, known == .going || known == .waiting { return known }
                try outbox.join(event, by: account, in: tx)
                return .asked
            }
            if relation.isBlocked { throw ServiceError.notAllowed }
            let rank: ID<Guest> = ids.make(at: now())
            let guest = Guest(
                account: account.id, event: id, state: .asked, join: identifiers.activity(ID(rank.rawValue)),
                askedAt: now())
            return try GuestLists.ask(guest, rank: rank.rawValue, in: tx)
        }
    }

    /// Answers the question whether one comes, as a client app asks it.
    ///
    /// Whoever answers yes or perhaps has favourited the event from then on, so that the app offers to take that back.
    public func answerEvent(_ id: ID<Event>, _ answer: EventAnswer, as person: ID<Account>) async throws {
        switch answer {
        case .yes:
            try await joinEvent(id, as: person)
            try await favourite(.event(id), as: person)
        case .perhaps:
            try await leaveEvent(id, as: person)
            try await favourite(.event(id), as: person)
        case .no: try await unfavourite(.event(id), as: person)
        }
    }

    /// Gives up a seat, or the place in the queue. The next in line gets it and is told. Doing it again changes nothing.
    public func leaveEvent(_ id: ID<Event>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let account = try member(person, in: tx).account
            guard let event = try Events.byID(id, in: tx) else { throw ServiceError.notFound }
            guard event.isLocal else {
                let state = try GuestLists.find(account: account.id, event: id, in: tx)?.state
                guard let state, state != .cancelled, state != .declined else { return }
                try outbox.leave(event, by: account, in: tx)
                return
            }
            let result = try GuestLists.leave(account: account.id, event: id, in: tx)
            try outbox.promote(result.promoted, of: event, in: tx)
        }
    }
}
