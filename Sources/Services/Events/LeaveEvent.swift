// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Gives up a seat or a place on the waiting list. The next person on the list gets the seat and is notified. A
    /// second call changes nothing.
    public func leaveEvent(_ id: ID<Event>, as principal: Principal) async throws {
        try await database.write { tx in try leave(id, by: member(principal, in: tx).account, in: tx) }
    }

    /// Gives up a person's seat, within the transaction of the caller.
    func leave(_ id: ID<Event>, by person: Account, in tx: Transaction) throws {
        guard let event = try Events.byID(id, in: tx) else { throw ServiceError.notFound }
        guard event.isLocal else {
            let state = try GuestLists.find(account: person.id, event: id, in: tx)?.state
            guard let state, state != .cancelled, state != .declined else { return }
            try outbox.leave(event, by: person, in: tx)
            return
        }
        let result = try GuestLists.leave(account: person.id, event: id, in: tx)
        try outbox.promote(result.promoted, of: event, in: tx)
        if result.left { try outbox.tellOrganizer(of: event, that: person.id, is: .cancelled, in: tx) }
    }
}
