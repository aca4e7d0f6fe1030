// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// An id alone does not tell whether an activity came before:
//
//  - Some servers use one id for every activity of one kind between two actors: Misskey for `Undo{Follow}`, Takahe for
//    `Follow`, snac for `Like` and `Announce`. After the state was undone, the same activity with the same id is a new
//    one.
//  - An activity may arrive after the one that undoes it. It has a new signature then, because it was sent again.
//
// A request that is repeated byte by byte is no repetition in this sense: its signature is remembered, and it has no
// second effect.

/// Activities whose effect depends on the state that they meet.
enum RepeatedActivities {
    /// The types that may come again with the same id and content. Their handlers compare with the stored state, so a
    /// repetition changes nothing while the state stands.
    static let types: Set<String> = [
        "Follow", "Join", "Leave", "Like", "EmojiReact", "Announce", "Block", "Undo", "Accept", "TentativeAccept",
        "Reject", "TentativeReject", "Ignore",
    ]

    /// The types that an `Undo` or a `Leave` may overtake.
    private static let undoable: Set<String> = ["Follow", "Join", "Like", "EmojiReact", "Announce", "Block"]

    /// Remembers what an activity undoes although it has no effect here. When the undone activity was processed before, or
    /// came again in the meantime, it is not late, and nothing is remembered.
    static func remember(
        _ subject: UndoneActivity.Subject, undoneBy incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) {
        if case .activity(let id) = subject, try InboxQueue.hasCome(id, in: tx) { return }
        let undone = UndoneActivity(received: incoming.received, published: incoming.activity.publishedAt)
        try UndoneActivities.remember(undone, subject, by: incoming.actor.id, at: incoming.now, in: tx)
    }

    /// Whether the actor had undone an activity before it arrived.
    ///
    /// An activity that is named by its id is believed to be older, once: a server with constant ids may repeat it
    /// afterwards. An activity that is named by its object is older when it was received or published earlier.
    static func isUndone(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) -> Bool {
        let subjects = subjects(incoming)
        guard !subjects.isEmpty else { return false }
        return try isUndone(
            incoming, by: try UndoneActivities.find(subjects, by: incoming.actor.id, in: tx), in: tx)
    }

    /// What an earlier `Undo` of this activity would have named; empty when an activity of its type is not undone.
    static func subjects(_ incoming: IncomingActivity) -> [UndoneActivity.Subject] {
        let activity = incoming.activity
        guard undoable.contains(activity.type) else { return [] }
        var subjects: [UndoneActivity.Subject] = []
        if let id = activity.id { subjects.append(.activity(id)) }
        if let object = activity.object?.id { subjects.append(.object(type: activity.type, object)) }
        return subjects
    }

    /// The same for a caller that has read what the actor undid.
    ///
    /// - Parameter found: the result for ``subjects(_:)``.
    static func isUndone(
        _ incoming: IncomingActivity, by found: [(UndoneActivity.Subject, UndoneActivity)], in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        var isUndone = false
        for (subject, undone) in found {
            if isOlder(incoming, than: undone) ?? subject.isActivity { isUndone = true }
            if subject.isActivity { try UndoneActivities.forget(subject, by: incoming.actor.id, in: tx) }
        }
        return isUndone
    }

    /// Whether an activity is older than what undid it; nil when nothing tells.
    private static func isOlder(_ incoming: IncomingActivity, than undone: UndoneActivity) -> Bool? {
        if let own = incoming.received, let other = undone.received, own < other { return true }
        if let own = incoming.activity.publishedAt, let other = undone.published, own != other { return own < other }
        return nil
    }
}

extension UndoneActivity.Subject {
    fileprivate var isActivity: Bool {
        if case .activity = self { true } else { false }
    }
}

extension ActivityDocument {
    /// When it was published, by its own claim.
    fileprivate var publishedAt: Timestamp? { published.map { Timestamp($0) } }
}
