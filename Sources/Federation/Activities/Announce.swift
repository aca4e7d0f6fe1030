// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// Handles `Announce`: a boost of an object, or a group that relays an activity (FEP-1b12).
///
/// The embedded object proves nothing. The object is fetched from its own origin. A relayed `Delete` needs a proof, see
/// ``RelayedDelete``, and so do a favourite (``RelayedReaction``) and a restored post (``Restore``). What a group decides
/// about its own posts and people needs none (``GroupRuling``). Spec: ActivityPub §7.11, FEP-fe34.
enum AnnounceHandler: ActivityHandler {
    static let types = ["Announce"]

    /// The announced object, after it was fetched from its origin.
    enum Announced: Sendable {
        /// A known post or event, and whether the announcement is a boost.
        case known(IRI, isBoost: Bool)
        /// An unknown object with the unknown posts above it, and whether the announcement is a boost.
        case fetched(GatheredThread, isBoost: Bool)
        case deletion(RelayedDelete)
        case activity(Effect)
        /// An actor whose new document was fetched and stored.
        case actor
    }

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Announced {
        guard let object = incoming.activity.object, let id = object.id else { throw .ignored(.malformed) }
        let inner = object.document.flatMap { try? ActivityDocument($0) }.flatMap { $0.object == nil ? nil : $0 }
        // The id of an embedded activity is no evidence: a remote server could write a local id there.
        guard try await isHeard(incoming, about: inner == nil ? id : inner?.object?.id, using: fetcher) else {
            throw .ignored(.notForUs)
        }
        guard let inner else { return try await announced(id, isBoost: true, using: fetcher) }
        guard inner.type != "Announce", let subject = inner.object?.id else { throw .ignored(.unknownType) }
        switch inner.type {
        case "Create": return try await announced(subject, isBoost: true, using: fetcher)
        case "Update":
            if try await isActor(subject, inner, using: fetcher) {
                _ = try await fetcher.actors.refresh(subject)
                return .actor
            }
            return .fetched(try await refetched(subject, using: fetcher), isBoost: false)
        case "Delete": return .deletion(try await RelayedDelete.gather(inner, of: subject, incoming, using: fetcher))
        default: break
        }
        if incoming.actor.isGroup, let ruling = GroupRuling(inner, by: incoming.actor) {
            return .activity { tx throws(DatabaseError) in try ruling.apply(incoming, in: tx) }
        }
        if let restored = Restore.object(of: inner) {
            let restore = try await Restore.gather(restored, announcedBy: incoming.actor, using: fetcher)
            return .activity { tx throws(DatabaseError) in try restore.apply(incoming, in: tx) }
        }
        return .activity(try await RelayedReaction.gather(inner, by: incoming, using: fetcher))
    }

    static func apply(
        _ announced: Announced, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        switch announced {
        case .activity(let effect): return try effect(tx)
        case .actor: return .applied
        case .deletion(let deletion): return try deletion.apply(incoming, in: tx)
        case .known(let iri, let isBoost): return try share(iri, isBoost: isBoost, incoming, in: tx)
        case .fetched(let thread, let isBoost):
            let outcome = try ObjectIntake.store(thread, of: incoming, isAnnounced: true, in: tx)
            guard isBoost, outcome == .applied || outcome == .duplicate else { return outcome }
            if incoming.actor.isGroup, incoming.activity.innerActivity != nil {
                try Peers.saw(incoming.actor.iri.authority, .threadiverse, at: incoming.now, in: tx)
            }
            try showRoot(of: thread, incoming, in: tx)
            return try share(thread.object.iri, isBoost: true, incoming, in: tx)
        }
    }

    /// Whether a local account follows the announcer, or the announced object is local.
    private static func isHeard(
        _ incoming: IncomingActivity, about subject: IRI?, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Bool {
        if let subject, incoming.identifiers.isLocal(subject) { return true }
        return try await fetcher.database.read { db throws(DatabaseError) in
            try Follows.followsAny(localTo: incoming.actor.id, in: db)
        }
    }

    /// Whether a relayed `Update` is about a known remote actor, such as the group itself.
    ///
    /// - Throws: `.ignored(.unknownObject)` for an actor that is not stored here, `.ignored(.notAllowed)` for a local one.
    private static func isActor(
        _ subject: IRI, _ update: ActivityDocument, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Bool {
        let isClaimed = update.object?.document?.family == .actor
        guard !fetcher.identifiers.isLocal(subject) else { throw .ignored(.notAllowed) }
        let isKnown = try await fetcher.database.read { db throws(DatabaseError) in
            try Accounts.byIRI(subject, in: db) != nil
        }
        guard !isClaimed || isKnown else { throw .ignored(.unknownObject) }
        return isKnown
    }

    private static func announced(
        _ id: IRI, isBoost: Bool, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Announced {
        let isKnown = try await fetcher.database.read { db throws(DatabaseError) in
            if try Posts.byIRI(id, in: db) != nil { return true }
            return try Events.byIRI(id, in: db) != nil
        }
        if isKnown || fetcher.identifiers.isLocal(id) { return .known(id, isBoost: isBoost) }
        let document = try await fetcher.fetch(id)
        // Some servers announce the id of the `Create` instead of the object.
        if let create = try? ActivityDocument(document), create.type == "Create", let object = create.object?.id {
            return .fetched(try await refetched(object, using: fetcher), isBoost: isBoost)
        }
        return .fetched(await fetcher.gatherThread(try await fetcher.gather(document)), isBoost: isBoost)
    }

    private static func refetched(
        _ id: IRI, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> GatheredThread {
        guard !fetcher.identifiers.isLocal(id) else { throw .ignored(.notAllowed) }
        return await fetcher.gatherThread(try await fetcher.gather(try await fetcher.fetch(id)))
    }

    /// Shows the beginning of a discussion as a boost of the group that relayed an answer in it. Followers of the group
    /// would not see a discussion otherwise that is older than their follow.
    private static func showRoot(
        of thread: GatheredThread, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) {
        guard incoming.actor.isGroup, thread.object.inReplyTo != nil,
            let answer = try Posts.byIRI(thread.object.iri, in: tx), answer.thread != answer.id,
            let root = try Posts.byID(answer.thread, in: tx), !root.isLocal, root.isTopLevel,
            root.group == incoming.actor.id, root.visibility == .everyone,
            thread.before.contains(where: { $0.iri == root.iri })
        else { return }
        _ = try Boosts.add(
            incoming.outbox.ids.make(at: incoming.now), account: incoming.actor.id, post: root.id,
            activity: incoming.id.withFragment("discussion"), at: incoming.now, in: tx)
    }

    static func share(
        _ iri: IRI, isBoost: Bool, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let now = incoming.now
        if let event = try Events.byIRI(iri, in: tx) {
            let isNew = try EventShares.add(
                incoming.outbox.ids.make(at: now), event: event.id, account: incoming.actor.id, activity: incoming.id,
                at: now, in: tx)
            if isNew, !incoming.actor.isGroup {
                try incoming.outbox.notify(.reblog(of: event, by: incoming.actor.id), in: tx)
            }
            return isNew ? .applied : .duplicate
        }
        guard let post = try Posts.byIRI(iri, in: tx) else { return .ignored(.unknownObject) }
        // The replies that a group relays are stored. Only a post that starts a discussion counts as boosted by the
        // group.
        guard isBoost, post.isTopLevel || !incoming.actor.isGroup else { return .applied }
        let relation = try Posts.relation(of: incoming.actor.id, to: post, in: tx)
        guard PostPolicy.mayBoost(post.visibility, as: relation) else { return .ignored(.notAllowed) }
        let isNew = try Boosts.add(
            incoming.outbox.ids.make(at: now), account: incoming.actor.id, post: post.id, activity: incoming.id,
            to: visibility(of: incoming), at: now, in: tx)
        // The author is not notified when the post's own group relays it.
        if isNew, post.group != incoming.actor.id {
            try incoming.outbox.notify(.reblog(of: post, by: incoming.actor.id), in: tx)
        }
        return isNew ? .applied : .duplicate
    }
}

extension AnnounceHandler {
    /// Who may see the boost of a person: their followers, when it is addressed to them and not to Public. Everything
    /// else is nil, because many servers address an `Announce` to nobody.
    private static func visibility(of incoming: IncomingActivity) -> Visibility? {
        guard !incoming.actor.isGroup, let followers = incoming.actor.followers else { return nil }
        let visibility = Visibility(of: incoming.activity.audience, followers: [followers])
        return visibility == .followers ? .followers : nil
    }
}

extension Outbox {
    /// Boosts a post to the account's followers, and notifies the author.
    ///
    /// - Parameter visibility: who may see the boost: everybody, or only the followers.
    public func boost(
        _ post: Post, to visibility: Visibility? = nil, by account: Account, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let id = newActivityID()
        let isNew = try Boosts.add(
            ids.make(at: clock.now), account: account.id, post: post.id, activity: identifiers.activity(id),
            to: visibility == post.visibility ? nil : visibility, at: clock.now, in: tx)
        guard isNew, let author = try Accounts.byID(post.author, in: tx) else { return false }
        try notify(.reblog(of: post, by: account.id), in: tx)
        var announce = announcement(.announcePost, id, of: JSON(post.iri), about: post.iri, by: account)
        address(&announce, for: visibility ?? .everyone)
        announce.cc.append(author.iri)
        announce.recipients.append(.account(author))
        try enqueue(announce, in: tx)
        return true
    }

    /// Shares a public event with the account's followers, and tells its owner.
    ///
    /// - Parameter visibility: everybody, or unlisted.
    public func boost(
        _ event: Event, to visibility: Visibility, by account: Account, in tx: Transaction
    ) throws(DatabaseError) {
        let id = newActivityID()
        let isNew = try EventShares.add(
            ids.make(at: clock.now), event: event.id, account: account.id, activity: identifiers.activity(id),
            at: clock.now, in: tx)
        guard isNew, let owner = try Accounts.byID(event.owner, in: tx) else { return }
        if event.isLocal, !account.isGroup { try notify(.reblog(of: event, by: account.id), in: tx) }
        var announce = announcement(.announceEvent, id, of: JSON(event.iri), about: event.iri, by: account)
        address(&announce, for: visibility)
        announce.cc.append(owner.iri)
        announce.recipients.append(.account(owner))
        try enqueue(announce, in: tx)
    }

    /// Takes back the share of an event.
    public func unboost(_ event: Event, by account: Account, in tx: Transaction) throws(DatabaseError) {
        guard let share = try EventShares.find(event: event.id, account: account.id, in: tx),
            let owner = try Accounts.byID(event.owner, in: tx)
        else { return }
        try EventShares.remove(event: event.id, account: account.id, in: tx)
        let undone: JSON = [
            "id": JSON(share), "type": "Announce", "actor": JSON(account.iri), "to": JSON([IRI.asPublic]),
            "cc": JSON([identifiers.followers(of: account.iri), owner.iri]), "object": JSON(event.iri),
        ]
        var undo = announcement(.undoAnnounce, of: undone, about: event.iri, by: account)
        undo.cc.append(owner.iri)
        undo.recipients.append(.account(owner))
        try enqueue(undo, in: tx)
    }

    /// Addresses an announcement as a post of this visibility is addressed.
    private func address(_ announcement: inout OutgoingActivity, for visibility: Visibility) {
        guard visibility != .everyone else { return }
        announcement.to = [identifiers.followers(of: announcement.actor.iri)]
        announcement.cc = visibility == .unlisted ? [.asPublic] : []
    }

    /// Undoes a boost.
    public func unboost(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let undo = try undoAnnounce(of: post, by: account, in: tx) else { return false }
        try enqueue(undo, in: tx)
        return true
    }

    /// Removes a boost and returns the activity to send; nil when there was no boost.
    func undoAnnounce(
        of post: Post, by account: Account, in tx: Transaction
    ) throws(DatabaseError) -> OutgoingActivity? {
        guard let boost = try Boosts.stored(account: account.id, post: post.id, in: tx),
            let author = try Accounts.byID(post.author, in: tx)
        else { return nil }
        let item = try TimelineItems.boost(of: post.id, by: account.id, in: tx)
        _ = try Boosts.remove(account: account.id, post: post.id, in: tx)
        let followers = identifiers.followers(of: account.iri)
        // The whole `Announce`: some servers read its audience, also when they do not know it.
        let undone: JSON = [
            "id": JSON(boost.activity), "type": "Announce", "actor": JSON(account.iri),
            "published": JSON(boost.createdAt.description), "to": JSON([IRI.asPublic]),
            // A group does not name the author of a post that was written in it.
            "cc": JSON(post.group == account.id ? [followers] : [followers, author.iri]), "object": JSON(post.iri),
        ]
        var undo = announcement(.undoAnnounce, of: undone, about: post.iri, by: account)
        address(&undo, for: item?.visibility ?? post.visibility)
        undo.cc.append(author.iri)
        undo.recipients.append(.account(author))
        return undo
    }
}
