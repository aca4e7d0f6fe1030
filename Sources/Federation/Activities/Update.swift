// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Update` of a post, an event or the actor itself.
///
/// Only the owner can update an object, and only with a newer version than the stored one. An actor's new document is
/// fetched from its origin, so that nobody can replace its key. Spec: ActivityPub §7.3.
enum UpdateHandler: ActivityHandler {
    static let types = ["Update"]

    enum Updated: Sendable {
        case object(GatheredThread)
        case actor
    }

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Updated {
        let activity = incoming.activity
        guard activity.object?.id != activity.actor else {
            _ = try await fetcher.actors.refresh(activity.actor)
            return .actor
        }
        if let type = activity.object?.document?.type, ActorKind(rawValue: type) != nil {
            // Mobilizon and Lemmy let a moderator change a group of the same host.
            guard let id = activity.object?.id, id.isSameOrigin(as: activity.actor) else {
                throw .ignored(.notAllowed)
            }
            let isKnown = try await fetcher.database.read { db throws(DatabaseError) in
                try Accounts.byIRI(id, in: db) != nil
            }
            guard isKnown else { throw .ignored(.unknownObject) }
            _ = try await fetcher.actors.refresh(id)
            return .actor
        }
        return .object(try await CreateHandler.gatherOwn(incoming, using: fetcher))
    }

    static func apply(
        _ updated: Updated, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard case .object(let thread) = updated else { return .applied }
        let outcome = try ObjectIntake.store(thread, of: incoming, isAnnounced: false, in: tx)
        if outcome == .applied, let post = try Posts.byIRI(thread.object.iri, in: tx) {
            let object = incoming.activity.object?.document.map { JSON.object($0.json) } ?? JSON(post.iri)
            try incoming.outbox.rewriteEarlier(about: post.iri, to: object, in: tx)
            try incoming.outbox.relay(incoming, about: post, in: tx)
        }
        return outcome
    }
}

extension Outbox {
    /// Sends an edited post to its receivers.
    ///
    /// - Parameter named: the accounts that were not mentioned before; nil when the text did not change, and local
    ///   accounts need no notification.
    public func update(_ id: ID<Post>, named: [ID<Account>]? = nil, in tx: Transaction) throws(DatabaseError) {
        try enqueue(.updatePost, post: id, in: tx)
        if let named, let post = try Posts.byID(id, in: tx) { try notify(edited: post, named: named, in: tx) }
    }

    /// Sends a changed, postponed or cancelled event to followers and guests.
    public func update(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        try enqueue(.updateEvent, event: id, in: tx)
    }

    /// Sends a changed profile to the account's followers.
    public func update(_ account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let key = try Keys.publicKey(identifiers.keyID(of: account.iri).string, in: tx)?.publicPEM else { return }
        let document = AccountToActor.document(account, publicPEM: key, identifiers: identifiers)
        var update = activity(
            .updateActor, by: account, object: document, about: account.iri, to: [.asPublic],
            for: [.followers(of: account.id)])
        update.cc = [identifiers.followers(of: account.iri)]
        update.needsFullContext = true
        try enqueue(update, in: tx)
    }
}
