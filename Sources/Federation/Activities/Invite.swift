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

    /// The embedded event with what Hubzilla states only in the activity around it: its owner, its audience and its
    /// zone.
    static func completed(_ event: Document, by activity: ActivityDocument) -> Document {
        guard event.iris("attributedTo").isEmpty, event.iris("actor").isEmpty else { return event }
        var object = event.json
        object["attributedTo"] = JSON(activity.actor)
        object["actor"] = nil
        if event["to"] == nil, event["cc"] == nil {
            for key in ["to", "cc"] { object[key] = activity.document[key] }
        }
        if event["published"] == nil { object["published"] = activity.document["published"] }
        if event["timezone"] == nil {
            let zone = activity.document.documents("attachment").first { $0.string("name") == "zot.event.timezone" }
            object["timezone"] = zone?["value"]
        }
        return Document(object)
    }
}
