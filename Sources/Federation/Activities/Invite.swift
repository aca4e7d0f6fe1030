// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Storage
internal import Vocabulary

/// Handles `Invite` to an event: the way in which Hubzilla and its relatives publish one.
///
/// It is read like a `Create`. An event without `attributedTo` belongs to the actor of its `Invite`. The members to whom
/// the `Invite` is addressed are told. Spec: ActivityStreams §3.2 (Invite).
enum InviteHandler: ActivityHandler {
    static let types = ["Invite"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> GatheredThread {
        guard let object = incoming.activity.object else { throw .ignored(.malformed) }
        // Mobilizon and Smithereen invite people to groups. Members of this node follow groups by themselves.
        if let document = object.document, document.family != .event { throw .ignored(.unknownType) }
        return try await CreateHandler.gatherOwn(incoming, using: fetcher)
    }

    static func apply(
        _ thread: GatheredThread, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard case .event = thread.object else { return .ignored(.unknownType) }
        return try ObjectIntake.store(thread, of: incoming, isAnnounced: false, in: tx)
    }

    /// The embedded event with its owner.
    static func owned(_ event: Document, by actor: IRI) -> Document {
        guard event.iris("attributedTo").isEmpty, event.iris("actor").isEmpty else { return event }
        var object = event.json
        object["attributedTo"] = JSON(actor)
        object["actor"] = nil
        return Document(object)
    }
}
