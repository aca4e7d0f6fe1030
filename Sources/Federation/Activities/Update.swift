// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Update` of a post, an event or the actor itself.
///
/// Only the owner's word counts, and only when it is newer than what we have. An actor's new document is fetched from
/// its origin, so that nobody can slip us another key. Spec: ActivityPub §7.3.
enum UpdateHandler: ActivityHandler {
    static let types = ["Update"]

    enum Updated: Sendable {
        case object(GatheredObject)
        case actor
    }

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> Updated
    {
        guard activity.object?.id != activity.actor else {
            _ = try await world.actors.refresh(activity.actor)
            return .actor
        }
        if let type = activity.object?.document?.type, ActorKind(rawValue: type) != nil {
            // Mobilizon and Lemmy let a moderator change a group of the same host.
            guard let id = activity.object?.id, id.isSameOrigin(as: activity.actor) else {
                throw NothingToApply.ignored(.notAllowed)
            }
            _ = try await world.actors.refresh(id)
            return .actor
        }
        return .object(try await CreateHandler.gatherOwn(activity, from: actor, in: world))
    }

    static func apply(_ updated: Updated, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard case .object(let object) = updated else { return .applied }
        let outcome = try ObjectIntake.store(object, said, isAnnounced: false, in: tx)
        if outcome == .applied, let post = try Posts.byIRI(object.iri, in: tx) {
            try said.outbox.relay(said.activity, about: post, in: tx)
        }
        return outcome
    }
}

extension Outbox {
    /// Tells the readers of a post that it was changed.
    ///
    /// - Parameter named: those who were not named in it before; nil when its words did not change, and people here need
    ///   not be told.
    public func update(_ id: ID<Post>, named: [ID<Account>]? = nil, in tx: Transaction) throws(DatabaseError) {
        try sayPost("Update", id, in: tx)
        if let named, let post = try Posts.byID(id, in: tx) { try notify(edited: post, named: named, in: tx) }
    }

    /// Tells followers and guests that an event was changed, postponed or cancelled.
    public func update(_ id: ID<Event>, in tx: Transaction) throws(DatabaseError) {
        try sayEvent("Update", id, in: tx)
    }

    /// Tells followers that an account's profile was changed.
    public func update(_ account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let key = try Keys.publicKey(identifiers.keyID(of: account.iri).string, in: tx)?.publicPEM else { return }
        let document = AccountToActor.document(account, publicPEM: key, identifiers: identifiers)
        var saying = Saying("Update", by: account, object: document, about: account.iri, to: [.asPublic])
        saying.cc = [identifiers.followers(of: account.iri)]
        saying.needsFullContext = true
        try say(saying, to: [.followers(of: account.id)], in: tx)
    }
}
