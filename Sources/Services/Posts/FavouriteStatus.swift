// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

// A status of the client API shows a post or an event; what one does with it is the same in the app.
extension Services {
    /// Thanks for a post, or says that one is interested in an event.
    public func favourite(_ subject: Entry.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            switch subject {
            case .post(let id): _ = try outbox.like(readablePost(id, by: actor, in: tx), by: actor, in: tx)
            case .event(let id): try favouriteEvent(id, by: actor, in: tx)
            }
        }
    }

    /// Takes that back; from an event also the seat or the place in the queue.
    public func unfavourite(_ subject: Entry.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            switch subject {
            case .post(let id): _ = try outbox.unlike(readablePost(id, by: actor, in: tx), by: actor, in: tx)
            case .event(let id): try unfavouriteEvent(id, by: actor, in: tx)
            }
        }
    }

    /// Says in a transaction that does more that an account is interested in an event.
    func favouriteEvent(_ id: ID<Event>, by account: Account, in tx: Transaction) throws {
        let event = try readableEvent(id, by: account, in: tx)
        let mark: ID<Entry> = ids.make(at: now())
        let isNew = try Favourites.addEvent(mark.rawValue, account: account.id, event: id, in: tx)
        if isNew, event.isLocal { try outbox.notify(.favourite(of: event, by: account.id), in: tx) }
    }

    /// Takes that back in a transaction that does more, with the seat when the account is a person: a group has none.
    func unfavouriteEvent(_ id: ID<Event>, by account: Account, in tx: Transaction) throws {
        try Favourites.removeEvent(account: account.id, event: id, in: tx)
        if account.isPersonal { try leave(id, by: account, in: tx) }
    }
}
