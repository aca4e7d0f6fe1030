// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// The `Undo` of a `Delete`: an author or a moderator takes a deletion back.
///
/// A deleted object comes back only as its own origin serves it now, and only when an actor of its origin says so. A post
/// that a group had taken out goes back into the group. Spec: ActivityPub §7.12, FEP-1b12, FEP-fe34.
struct Restore: Sendable {
    private enum Meaning: Sendable {
        /// The object was fetched again.
        case fetched(GatheredThread)
        /// The group takes the post back.
        case backInGroup
    }

    private let object: IRI
    private let meaning: Meaning

    /// The object that an `Undo` of a `Delete` restores; nil for other activities.
    static func object(of undo: ActivityDocument) -> IRI? {
        guard undo.type == "Undo", let delete = undo.object?.document.flatMap({ try? ActivityDocument($0) }),
            delete.type == "Delete"
        else { return nil }
        return delete.object?.id
    }

    /// - Parameter actor: the actor who restores an object of its own origin.
    static func gather(
        _ object: IRI, by actor: Account, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Restore {
        guard object.isSameOrigin(as: actor.iri), !fetcher.identifiers.isLocal(object) else {
            throw .ignored(.notAllowed)
        }
        let tombstone = try await fetcher.database.read { db throws(DatabaseError) in
            try Tombstones.find(object, in: db)
        }
        guard let tombstone, tombstone.actor.isSameOrigin(as: object) else { throw .ignored(.noEffect) }
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await fetcher.fetchAnew(object, budget: &budget)
        let gathered = try await fetcher.gather(document, budget: &budget)
        guard gathered.iri == object else { throw .ignored(.unproved) }
        return Restore(object: object, meaning: .fetched(await fetcher.gatherThread(gathered)))
    }

    /// - Parameter announcer: the actor that announced the `Undo`.
    static func gather(
        _ object: IRI, announcedBy announcer: Account, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Restore {
        let wasInGroup = try await fetcher.database.read { db throws(DatabaseError) -> Bool in
            guard let post = try Posts.byIRI(object, in: db) else { return false }
            return try GroupRemovals.state(of: post.id, group: announcer.id, in: db) == .removed
        }
        if wasInGroup { return Restore(object: object, meaning: .backInGroup) }
        return try await gather(object, by: announcer, using: fetcher)
    }

    func apply(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) -> InboxOutcome {
        switch meaning {
        case .backInGroup:
            guard let post = try Posts.byIRI(object, in: tx),
                try GroupRemovals.restore(post.id, to: incoming.actor.id, in: tx)
            else { return .ignored(.noEffect) }
            _ = try AnnounceHandler.share(object, isBoost: true, incoming, in: tx)
            return .applied
        case .fetched(let thread):
            guard try Tombstones.find(object, in: tx) != nil else { return .ignored(.noEffect) }
            try Tombstones.lift(object, in: tx)
            let outcome = try ObjectIntake.store(thread, of: incoming, isAnnounced: true, in: tx)
            guard outcome == .applied else { return outcome }
            if incoming.activity.type == "Announce" {
                _ = try AnnounceHandler.share(object, isBoost: true, incoming, in: tx)
            } else if let post = try Posts.byIRI(object, in: tx) {
                try incoming.outbox.relay(incoming, about: post, in: tx)
            }
            return .applied
        }
    }
}
