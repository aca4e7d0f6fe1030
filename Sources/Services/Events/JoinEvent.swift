// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Signs a member up for an event. A local event decides at once; a remote owner decides when the request arrives.
    ///
    /// - Returns: `going`, `waiting` for a seat, or `asked` until the other server responds.
    @discardableResult
    public func joinEvent(_ id: ID<Event>, as principal: Principal) async throws -> Guest.State {
        try await database.write { tx in try join(id, by: member(principal, in: tx).account, in: tx) }
    }

    /// Signs a person up, within the transaction of the caller.
    func join(_ id: ID<Event>, by person: Account, in tx: Transaction) throws -> Guest.State {
        guard let event = try Events.byID(id, in: tx) else { throw ServiceError.notFound }
        if event.isLocal, try Blocks.exists(between: event.owner, person.id, in: tx) { throw ServiceError.notAllowed }
        guard try mayRead(event, person, in: tx) else { throw ServiceError.notFound }
        guard event.status.takesGuests else { throw ServiceError.conflict("event_\(event.status)") }
        guard event.endsAt > now() else { throw ServiceError.conflict("event_over") }
        guard event.joinMode != .external else { throw ServiceError.conflict("join_elsewhere") }
        if !event.isLocal {
            if let known = try GuestLists.find(account: person.id, event: id, in: tx) {
                if known.state == .going || known.state == .waiting { return known.state }
                // An app repeats its request when the connection broke.
                if known.state == .asked, known.requestedAt > now() - Self.repetition { return .asked }
            }
            try outbox.join(event, by: person, in: tx)
            return .asked
        }
        let rank: ID<Guest> = ids.make(at: now())
        let guest = Guest(
            account: person.id, event: id, state: .asked, join: identifiers.activity(ID(rank.rawValue)),
            requestedAt: now())
        let state = try GuestLists.requestToJoin(guest, rank: rank.rawValue, in: tx)
        try outbox.tellOrganizer(of: event, that: person.id, is: state, in: tx)
        return state
    }
}
