// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
public import Model
public import Storage
internal import Vocabulary

extension Services {
    /// Says something to everybody here, or invites everybody to an event. Stewards may.
    ///
    /// - Parameters:
    ///   - text: plain text; may be empty for an event, whose title and address follow it.
    ///   - event: one of this node that is not over.
    @discardableResult
    public func announceToAll(
        _ text: String, event: ID<Event>?, as steward: ID<Account>
    ) async throws -> ID<Announcement> {
        var check = Check()
        check.text(text, "text", limit: PostLimits.text, isNeeded: event == nil)
        try check.finish()
        return try await database.write { tx in
            try requireSteward(steward, in: tx)
            var lines = [text.trimmed]
            if let event {
                guard let event = try Events.byID(event, in: tx), event.visibility.isOpen, event.endsAt > now() else {
                    throw ServiceError.invalid("event", "missing")
                }
                lines += [event.title, (event.url ?? event.iri).string]
            }
            let words = lines.filter { !$0.isEmpty }.joined(separator: "\n\n")
            let announcement = Announcement(
                id: ids.make(at: now()), author: steward, event: event, content: compose(words, known: [:]).html,
                endsAt: nil, publishedAt: now())
            try Announcements.insert(announcement, in: tx)
            return announcement.id
        }
    }

    /// Takes an announcement back.
    public func withdrawAnnouncement(_ id: ID<Announcement>, as steward: ID<Account>) async throws {
        try await database.write { tx in
            try requireSteward(steward, in: tx)
            guard try Announcements.remove(id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Puts an announcement away.
    public func dismissAnnouncement(_ id: ID<Announcement>, as person: ID<Account>) async throws {
        try await database.write { tx in
            _ = try announcement(id, person, in: tx)
            try Announcements.dismiss(id, by: person, in: tx)
        }
    }

    /// Answers an announcement with one emoji. A raised hand or a tick under an event is a yes to it.
    public func react(_ emoji: String, to id: ID<Announcement>, as person: ID<Account>) async throws {
        guard Self.isEmoji(emoji) else { throw ServiceError.conflict("name_is_not_a_recognized_emoji") }
        let view = try await database.read { db in try announcement(id, person, in: db) }
        if let event = view.announcement.event, Self.meansYes(emoji) { try await joinEvent(event, as: person) }
        try await database.write { tx in
            let view = try announcement(id, person, in: tx)
            let isKnown = view.reactions.contains { $0.name == emoji }
            guard isKnown || view.reactions.count < Announcements.reactionLimit else {
                throw ServiceError.conflict("too_many_reactions")
            }
            try Announcements.react(emoji, to: id, by: person, at: now(), in: tx)
        }
    }

    /// Takes the emoji back; with the last yes to an event also the seat.
    public func unreact(_ emoji: String, to id: ID<Announcement>, as person: ID<Account>) async throws {
        let view = try await database.write { tx in
            _ = try announcement(id, person, in: tx)
            guard try Announcements.unreact(emoji, to: id, by: person, in: tx) else { throw ServiceError.notFound }
            return try announcement(id, person, in: tx)
        }
        guard let event = view.announcement.event, Self.meansYes(emoji),
            !view.reactions.contains(where: { $0.isMine && Self.meansYes($0.name) })
        else { return }
        try await leaveEvent(event, as: person)
    }

    private func announcement(
        _ id: ID<Announcement>, _ person: ID<Account>, in db: some Queryable
    ) throws -> AnnouncementView {
        _ = try actor(person, in: db)
        guard let view = try Announcements.find(id, viewer: person, at: now(), in: db) else {
            throw ServiceError.notFound
        }
        return view
    }

    private func requireSteward(_ person: ID<Account>, in db: some Queryable) throws {
        guard try member(person, in: db).role >= .steward else { throw ServiceError.notAllowed }
    }

    /// One sign that people draw as a picture.
    private static func isEmoji(_ text: String) -> Bool {
        guard text.count == 1, text.utf8.count <= 64 else { return false }
        return text.unicodeScalars.contains { $0.properties.isEmoji && $0.value > 0xFF }
            || text.unicodeScalars.contains { $0.value == 0xFE0F || $0.value == 0x20E3 }
    }

    /// ✋ and ✅, of whatever colour.
    private static func meansYes(_ emoji: String) -> Bool {
        emoji.unicodeScalars.first.map { $0.value == 0x270B || $0.value == 0x2705 } ?? false
    }
}
