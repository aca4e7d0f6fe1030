// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// A `Like` or an `EmojiReact` inside an `Announce`, or the `Undo` of one.
///
/// It counts when the announcer and the person have one origin (FEP-fe34), or when a group announces it about a public
/// post that is in this group: servers of communities do not serve the activities of their people, and the id of a
/// favourite may have a fragment, so that nobody can fetch it. All other activities are fetched from the person's server.
/// Spec: FEP-1b12.
enum RelayedReaction {
    private static let types: Set<String> = ["Like", "EmojiReact"]

    static func gather(
        _ inner: ActivityDocument, by incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Effect {
        guard let reaction = reaction(in: inner) else { throw .ignored(.unknownType) }
        guard !fetcher.identifiers.isLocal(inner.actor) else { throw .ignored(.notAllowed) }
        if let id = inner.id, !id.isSameOrigin(as: inner.actor) { throw .ignored(.unproved) }
        let announcer = incoming.actor
        let subject = try await fetcher.database.read { db throws(DatabaseError) in
            try reaction.object.flatMap { iri throws(DatabaseError) in
                try AnnouncedSubject.find(iri, announcedBy: announcer, in: db)
            }
        }
        // An `Undo` that only names an id may be about anything.
        if reaction.object != nil, subject == nil { throw .ignored(.unknownObject) }
        var activity = inner
        let isOfGroup = subject.map { $0.isOpen && $0.isInGroup } ?? false
        if !inner.actor.isSameOrigin(as: announcer.iri), !isOfGroup {
            activity = try await proved(inner, using: fetcher)
        }
        let actor = try await fetcher.actors.resolve(activity.actor)
        guard actor.isActive else { throw .ignored(.blocked) }
        let repeated = IncomingActivity(actor: actor, activity: activity, outbox: incoming.outbox, now: incoming.now)
        return try await Dispatcher.prepare(repeated, using: fetcher)
    }

    /// The post that somebody likes or no longer likes.
    ///
    /// - Returns: nil for another activity.
    private static func reaction(in inner: ActivityDocument) -> (object: IRI?, isUndone: Bool)? {
        if types.contains(inner.type) { return (inner.object?.id, false) }
        guard inner.type == "Undo", let undone = inner.object else { return nil }
        guard let document = undone.document else { return (nil, true) }
        guard document.types.contains(where: types.contains) else { return nil }
        return (document.reference("object")?.id, true)
    }

    /// The activity as the server of its actor serves it.
    private static func proved(
        _ inner: ActivityDocument, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> ActivityDocument {
        // A fragment is part of another document, which says nothing about the activity.
        guard let id = inner.id, id.fragment == nil, !fetcher.identifiers.isLocal(id) else {
            throw .ignored(.unproved)
        }
        let document = try await fetcher.fetch(id)
        guard let proved = try? ActivityDocument(document), proved.actor == inner.actor, proved.type == inner.type
        else { throw .ignored(.unproved) }
        return proved
    }
}
