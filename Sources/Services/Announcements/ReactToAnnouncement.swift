// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Reacts to an announcement with one emoji. A raised hand or a check mark also answers yes to the announced event.
    public func react(_ emoji: String, to id: ID<Announcement>, as principal: Principal) async throws {
        guard Self.isEmoji(emoji) else { throw ServiceError.conflict("name_is_not_a_recognized_emoji") }
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let view = try announcement(id, for: actor, in: tx)
            if let event = view.announcement.event, Self.meansYes(emoji) {
                _ = try join(event, by: member(principal, in: tx).account, in: tx)
            }
            let isKnown = view.reactions.contains { $0.name == emoji }
            guard isKnown || view.reactions.count < Announcements.reactionLimit else {
                throw ServiceError.conflict("too_many_reactions")
            }
            try Announcements.react(emoji, to: id, by: actor.id, at: now(), in: tx)
        }
    }

    /// Removes an emoji reaction. When it was the last one that meant yes to the event, the account also gives up its
    /// seat.
    public func unreact(_ emoji: String, to id: ID<Announcement>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            _ = try announcement(id, for: actor, in: tx)
            guard try Announcements.unreact(emoji, to: id, by: actor.id, in: tx) else { throw ServiceError.notFound }
            let view = try announcement(id, for: actor, in: tx)
            guard let event = view.announcement.event, Self.meansYes(emoji),
                !view.reactions.contains(where: { $0.isMine && Self.meansYes($0.name) })
            else { return }
            try leave(event, by: member(principal, in: tx).account, in: tx)
        }
    }

    /// Whether the text is exactly one character that is shown as an emoji.
    private static func isEmoji(_ text: String) -> Bool {
        guard text.count == 1, text.utf8.count <= 64 else { return false }
        return text.unicodeScalars.contains { $0.properties.isEmoji && $0.value > 0xFF }
            || text.unicodeScalars.contains { $0.value == 0xFE0F || $0.value == 0x20E3 }
    }

    /// Whether the emoji is ✋ (in any skin tone) or ✅.
    private static func meansYes(_ emoji: String) -> Bool {
        emoji.unicodeScalars.first.map { $0.value == 0x270B || $0.value == 0x2705 } ?? false
    }
}
