// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import TextEncoding
internal import Vocabulary

/// The emoji with which somebody favours a post or an event: Misskey, Pleroma and Akkoma let people choose one.
///
/// There are no reactions here, so it counts as a favourite. The notification shows the emoji.
struct ReactionEmoji: Sendable {
    /// One emoji, or the shortcode of a custom emoji between colons.
    let text: String
    /// The custom emoji with its picture.
    let custom: CustomEmoji?

    /// - Returns: nil when the activity has none, has a custom emoji without a picture, or has other text.
    init?(_ activity: ActivityDocument) {
        let content = activity.content ?? activity.document.nonEmptyString("_misskey_reaction")
        guard let text = content.map({ String($0.trimmingWhitespace) }), text.utf8.count <= 80 else { return nil }
        if text.hasPrefix(":") {
            let tags = activity.document.documents("tag").prefix(FieldLimits.tags).map(TagDocument.init)
            let named = NoteToPost.emojis(in: tags, of: [text]).first { ":\($0.shortcode):" == text }
            guard let named else { return nil }
            (self.text, custom) = (text, named)
        } else {
            guard Self.isEmoji(text) else { return nil }
            (self.text, custom) = (text, nil)
        }
    }

    private static func isEmoji(_ text: String) -> Bool {
        guard text.count == 1, let first = text.unicodeScalars.first, first.properties.isEmoji else { return false }
        // Digits are emoji only together with the sign of a key.
        return !first.isASCII || text.unicodeScalars.contains("\u{20E3}")
    }
}
