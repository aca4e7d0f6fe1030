// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Announce`: a boost of an object, or a group repeating an activity (FEP-1b12).
///
/// What it carries is a hint and no proof: the object is fetched from its own origin, a repeated `Delete` is believed
/// when the origin says that the object is gone. Spec: ActivityPub §7.11, FEP-fe34.
enum AnnounceHandler: ActivityHandler {
    static let types = ["Announce"]

    /// What was announced, after its origin was asked.
    enum Announced: Sendable {
        /// A post or an event that we know, and whether the announcement recommends it.
        case known(IRI, isBoost: Bool)
        case fetched(GatheredObject, isBoost: Bool)
        case gone(IRI)
        case activity(Applicable)
    }

    static func gather(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws -> Announced {
        guard let object = activity.object, let id = object.id else { throw NothingToApply.ignored(.malformed) }
        guard try await isHeard(actor, about: object, in: world) else { throw NothingToApply.ignored(.notForUs) }
        guard let inner = object.document.flatMap({ try? ActivityDocument($0) }), inner.object != nil else {
            return try await announced(id, isBoost: true, in: world)
        }
        guard inner.type != "Announce", let subject = inner.object?.id else {
            throw NothingToApply.ignored(.unknownType)
        }
        switch inner.type {
        case "Create": return try await announced(subject, isBoost: true, in: world)
        case "Update": return .fetched(try await refetched(subject, in: world), isBoost: false)
        case "Delete": return try await deleted(subject, in: world)
        default: return .activity(try await repeated(inner, in: world))
        }
    }

    static func apply(_ announced: Announced, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        switch announced {
        case .activity(let applicable): return try applicable.apply(tx)
        case .gone(let iri): return try DeleteHandler.erase(iri, saidBy: nil, said, in: tx)
        case .known(let iri, let isBoost): return try share(iri, isBoost: isBoost, said, in: tx)
        case .fetched(let object, let isBoost):
            let outcome = try ObjectIntake.store(object, said, isAnnounced: true, in: tx)
            guard isBoost, outcome == .applied || outcome == .duplicate else { return outcome }
            return try share(object.iri, isBoost: true, said, in: tx)
        }
    }

    /// Whether anybody here follows the announcer, or the announced thing is ours.
    private static func isHeard(
        _ actor: Account, about object: Reference, in world: Federation
    ) async throws -> Bool {
        if let id = object.id, world.identifiers.isLocal(id) { return true }
        if let id = object.document?.iri("object"), world.identifiers.isLocal(id) { return true }
        return try await world.database.read { db in try Follows.followsAny(localTo: actor.id, in: db) }
    }

    private static func announced(_ id: IRI, isBoost: Bool, in world: Federation) async throws -> Announced {
        let isKnown = try await world.database.read { db in
            try Posts.byIRI(id, in: db) != nil || Events.byIRI(id, in: db) != nil
        }
        if isKnown || world.identifiers.isLocal(id) { return .known(id, isBoost: isBoost) }
        let document = try await world.posts.fetch(id)
        // Some announce the id of the `Create` itself.
        if let create = try? ActivityDocument(document), create.type == "Create", let object = create.object?.id {
            return .fetched(try await refetched(object, in: world), isBoost: isBoost)
        }
        return .fetched(try await world.posts.gather(document), isBoost: isBoost)
    }

    private static func refetched(_ id: IRI, in world: Federation) async throws -> GatheredObject {
        guard !world.identifiers.isLocal(id) else { throw NothingToApply.ignored(.notAllowed) }
        return try await world.posts.gather(try await world.posts.fetch(id))
    }

    private static func deleted(_ id: IRI, in world: Federation) async throws -> Announced {
        guard !world.identifiers.isLocal(id) else { throw NothingToApply.ignored(.notAllowed) }
        do {
            let document = try await world.posts.fetch(id)
            guard document.type == "Tombstone" else { throw NothingToApply.ignored(.unproved) }
        } catch Refusal.fetch(.gone), Refusal.fetch(.notFound), Refusal.tombstoned {
            return .gone(id)
        }
        return .gone(id)
    }

    /// A repeated `Like` and the like: the activity itself is fetched from its actor's origin, then handled as if it
    /// had come from there.
    private static func repeated(_ inner: ActivityDocument, in world: Federation) async throws -> Applicable {
        guard let id = inner.id, id.isSameOrigin(as: inner.actor), !world.identifiers.isLocal(id),
            ["Like", "Undo", "Add", "Remove"].contains(inner.type)
        else { throw NothingToApply.ignored(.unproved) }
        let proved = try ActivityDocument(try await world.posts.fetch(id))
        guard proved.actor == inner.actor, proved.type == inner.type else { throw NothingToApply.ignored(.unproved) }
        let actor = try await world.actors.resolve(proved.actor)
        guard actor.isActive else { throw NothingToApply.ignored(.blocked) }
        let said = Said(actor: actor, activity: proved, world: world, now: world.clock.now)
        return try await Dispatcher.prepare(said)
    }

    private static func share(
        _ iri: IRI, isBoost: Bool, _ said: Said, in tx: Transaction
    ) throws -> InboxOutcome {
        let now = said.now
        if let event = try Events.byIRI(iri, in: tx) {
            let isNew = try EventShares.add(
                said.world.ids.make(at: now), event: event.id, account: said.actor.id, activity: said.id, at: now,
                in: tx)
            if isNew, !said.actor.isGroup { try said.outbox.notify(.reblog(of: event, by: said.actor.id), in: tx) }
            return isNew ? .applied : .duplicate
        }
        guard let post = try Posts.byIRI(iri, in: tx) else { return .ignored(.unknownObject) }
        // What a group repeats of a discussion's answers is stored, but it recommends only what starts one.
        guard isBoost, post.isTopLevel || !said.actor.isGroup else { return .applied }
        guard PostPolicy.mayBoost(post.visibility, as: try Posts.relation(of: said.actor.id, to: post, in: tx)) else {
            return .ignored(.notAllowed)
        }
        let isNew = try Boosts.add(
            said.world.ids.make(at: now), account: said.actor.id, post: post.id, activity: said.id, at: now, in: tx)
        // That a group repeats what is written into it is no news.
        if isNew, post.group != said.actor.id { try said.outbox.notify(.reblog(of: post, by: said.actor.id), in: tx) }
        return isNew ? .applied : .duplicate
    }
}

extension Outbox {
    /// Boosts a post for one's followers; its author is told.
    public func boost(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        let id = newActivityID()
        let isNew = try Boosts.add(
            ids.make(at: clock.now), account: account.id, post: post.id, activity: identifiers.activity(id),
            at: clock.now, in: tx)
        guard isNew, let author = try Accounts.byID(post.author, in: tx) else { return false }
        try notify(.reblog(of: post, by: account.id), in: tx)
        var saying = Saying(
            "Announce", by: account, object: .string(post.iri.string), about: post.iri, to: [.asPublic])
        saying.cc = [identifiers.followers(of: account.iri), author.iri]
        try say(saying, id: id, to: [.followers(of: account.id), .account(author)], in: tx)
        return true
    }

    /// Takes a boost back.
    public func unboost(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let boost = try Boosts.find(account: account.id, post: post.id, in: tx),
            let author = try Accounts.byID(post.author, in: tx)
        else { return false }
        _ = try Boosts.remove(account: account.id, post: post.id, in: tx)
        let undone: JSON = [
            "id": .string(boost.string), "type": "Announce", "actor": .string(account.iri.string),
            "object": .string(post.iri.string),
        ]
        var saying = Saying("Undo", by: account, object: undone, about: post.iri, to: [.asPublic])
        saying.cc = [identifiers.followers(of: account.iri), author.iri]
        try say(saying, to: [.followers(of: account.id), .account(author)], in: tx)
        return true
    }
}
