// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
public import Model
public import Storage
internal import Vocabulary

extension Services {
    /// Publishes an announcement to all members, or invites all members to an event. Only stewards may do this.
    ///
    /// - Parameters:
    ///   - text: plain text; may be empty when there is an event, whose title and address are added below the text.
    ///   - event: a public or unlisted event that is not over, local or remote.
    @discardableResult
    public func announceToAll(
        _ text: String, event: ID<Event>?, as principal: Principal
    ) async throws -> ID<Announcement> {
        var check = Check()
        check.text(text, "text", limit: PostLimits.text, isNeeded: event == nil)
        try check.finish()
        return try await database.write { tx in
            guard let author = try requireSteward(principal, in: tx).account else { throw ServiceError.notAllowed }
            var lines = [text.trimmed]
            if let event {
                guard let event = try Events.byID(event, in: tx), event.visibility.isOpen, event.endsAt > now() else {
                    throw ServiceError.invalid("event", "missing")
                }
                lines += [event.title, (event.url ?? event.iri).string]
            }
            let words = lines.filter { !$0.isEmpty }.joined(separator: "\n\n")
            let announcement = Announcement(
                id: ids.make(at: now()), author: author.id, event: event, content: compose(words, known: [:]).html,
                endsAt: nil, publishedAt: now())
            try Announcements.insert(announcement, in: tx)
            return announcement.id
        }
    }

    /// Withdraws an announcement. Stewards and the operator may do this.
    public func withdrawAnnouncement(_ id: ID<Announcement>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireSteward(principal, in: tx)
            guard try Announcements.remove(id, in: tx) else { throw ServiceError.notFound }
        }
    }
}
