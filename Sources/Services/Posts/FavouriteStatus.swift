// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

// A status of the client API is a post or an event. Apps use the same actions for both.
extension Services {
    /// Favourites a post, or marks an event as interesting.
    public func favourite(_ subject: TimelineItem.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            switch subject {
            case .post(let id): _ = try outbox.like(readablePost(id, by: actor, in: tx), by: actor, in: tx)
            case .event(let id): try favouriteEvent(id, by: actor, in: tx)
            }
        }
    }

    /// Removes the favourite. For an event, the account also gives up its seat or its place on the waiting list.
    public func unfavourite(_ subject: TimelineItem.Subject, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            switch subject {
            case .post(let id): _ = try outbox.unlike(readablePost(id, by: actor, in: tx), by: actor, in: tx)
            case .event(let id): try unfavouriteEvent(id, by: actor, in: tx)
            }
        }
    }

    /// Favourites an event, within the transaction of the caller.
    ///
    /// - Parameter isAnswer: whether it is part of an answer to the invitation. Then nobody is told of a favourite.
    func favouriteEvent(_ id: ID<Event>, by account: Account, isAnswer: Bool = false, in tx: Transaction) throws {
        let event = try readableEvent(id, by: account, in: tx)
        try outbox.like(event, by: account, isAnswer: isAnswer, in: tx)
    }

    /// Removes the favourite of an event, within the transaction of the caller. A person also gives up their seat; a
    /// group has none.
    func unfavouriteEvent(_ id: ID<Event>, by account: Account, in tx: Transaction) throws {
        if let event = try Events.byID(id, in: tx) { try outbox.unlike(event, by: account, in: tx) }
        if account.isPersonal { try leave(id, by: account, in: tx) }
    }
}
