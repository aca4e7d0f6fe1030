// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// A `Delete` inside an `Announce`.
///
/// Anybody can write such a `Delete`, so it erases an object only with a proof: the announcer, the actor and the object
/// have one origin, or the object's own origin answers `410` or serves a `Tombstone`. A `404` is no proof: many servers
/// give this answer to everybody who may not read the object. The origin is only asked about objects that everybody may
/// read.
///
/// Without a proof, a group that removes somebody else's object takes it out of the group. The object itself stays.
/// Spec: FEP-1b12, FEP-fe34.
struct RelayedDelete: Sendable {
    enum Meaning: Sendable {
        /// An actor of the object's origin deletes it.
        case deletedByOwnOrigin
        /// The object's origin says that it is gone.
        case gone
        /// The announcing group removes the object from the group.
        case removedFromGroup
    }

    let object: IRI
    let meaning: Meaning

    /// - Parameter object: the id of the object that the embedded `Delete` names.
    /// - Throws: `.ignored` when there is no proof and the announcer is no group that has the object.
    static func gather(
        _ delete: ActivityDocument, of object: IRI, _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> RelayedDelete {
        let isLocal = incoming.identifiers.isLocal(object)
        if !isLocal, object.isSameOrigin(as: incoming.actor.iri), object.isSameOrigin(as: delete.actor) {
            return RelayedDelete(object: object, meaning: .deletedByOwnOrigin)
        }
        let announcer = incoming.actor
        let found = try await fetcher.database.read { db throws(DatabaseError) in
            try AnnouncedSubject.find(object, announcedBy: announcer, in: db)
        }
        guard let found else { throw .ignored(.unknownObject) }
        guard found.isOpen else { throw .ignored(.notAllowed) }
        let removal = RelayedDelete(object: object, meaning: .removedFromGroup)
        if found.isInGroup, isLocal || delete.actor != found.owner { return removal }
        guard !isLocal else { throw .ignored(.notAllowed) }
        if try await isGone(object, using: fetcher) { return RelayedDelete(object: object, meaning: .gone) }
        guard found.isInGroup else { throw .ignored(.unproved) }
        return removal
    }

    /// Whether the origin of an object says that the object was deleted.
    ///
    /// - Throws: the temporary errors of the fetch, so that the origin is asked again later.
    private static func isGone(_ object: IRI, using fetcher: ObjectFetcher) async throws(FederationError) -> Bool {
        do throws(FederationError) {
            return try await fetcher.fetch(object).type == "Tombstone"
        } catch {
            if error.isTemporary { throw error }
            return error == .fetch(.gone) || error == .tombstoned
        }
    }

    func apply(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) -> InboxOutcome {
        switch meaning {
        case .deletedByOwnOrigin:
            return try DeleteHandler.erase(object, by: incoming.actor.iri, original: nil, incoming, in: tx)
        case .gone: return try DeleteHandler.erase(object, by: nil, original: nil, incoming, in: tx)
        case .removedFromGroup: return try removeFromGroup(incoming.actor, at: incoming.now, in: tx)
        }
    }

    private func removeFromGroup(
        _ group: Account, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let found = try AnnouncedSubject.find(object, announcedBy: group, in: tx), found.isOpen, found.isInGroup
        else {
            return .ignored(.noEffect)
        }
        switch found.id {
        case .post(let id):
            _ = try GroupRemovals.add(id, group: group.id, .removed, at: now, in: tx)
            _ = try Boosts.remove(account: group.id, post: id, in: tx)
        case .event(let id): _ = try EventShares.remove(event: id, account: group.id, in: tx)
        }
        return .applied
    }
}

/// The post or event that a relayed activity names.
struct AnnouncedSubject: Sendable {
    enum ID: Sendable {
        case post(Model.ID<Post>)
        case event(Model.ID<Event>)
    }

    let id: ID
    /// The id of the author or the owner.
    let owner: IRI?
    /// Whether everybody may read it.
    let isOpen: Bool
    /// Whether the announcer is a group that it is in, or that boosted or shared it.
    let isInGroup: Bool

    static func find(
        _ iri: IRI, announcedBy announcer: Account, in db: some Queryable
    ) throws(DatabaseError) -> AnnouncedSubject? {
        if let post = try Posts.byIRI(iri, in: db) {
            let isBoosted = try Boosts.find(account: announcer.id, post: post.id, in: db) != nil
            return AnnouncedSubject(
                id: .post(post.id), owner: try Accounts.byID(post.author, in: db)?.iri,
                isOpen: post.visibility.isOpen,
                isInGroup: announcer.isGroup && (isBoosted || post.group == announcer.id))
        }
        guard let event = try Events.byIRI(iri, in: db) else { return nil }
        let isIn = try EventShares.find(event: event.id, account: announcer.id, in: db) != nil
        return AnnouncedSubject(
            id: .event(event.id), owner: try Accounts.byID(event.owner, in: db)?.iri,
            isOpen: event.visibility.isOpen, isInGroup: announcer.isGroup && isIn)
    }
}
