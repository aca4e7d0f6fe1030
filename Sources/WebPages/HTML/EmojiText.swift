// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import TextEncoding

/// Shows the custom emoji of other servers as small pictures. The pictures are copies on this node, so no other server
/// learns who reads the page.
enum EmojiText {
    /// Returns a text with its emoji.
    ///
    /// - Parameter known: the shortcodes that are emoji in this text.
    static func html(_ text: String, known: [String], of account: Account) -> HTML {
        guard !known.isEmpty else { return "\(text)" }
        return CustomEmoji.parts(of: text, known: known).map { part -> HTML in
            switch part {
            case .text(let text): "\(text)"
            case .emoji(let code): picture(code, of: account)
            }
        }.joined()
    }

    /// Returns sanitized HTML with its emoji. What stands inside of tags stays as it is.
    static func html(_ content: SanitizedHTML, known: [String], of account: Account) -> HTML {
        CustomEmoji.parts(of: content, known: known).map { part -> HTML in
            switch part {
            case .html(let html): "\(html)"
            case .emoji(let code): picture(code, of: account)
            }
        }.joined()
    }

    /// Returns the emoji that somebody sent with a favourite: one character, or a shortcode between colons.
    static func reaction(_ text: String, of account: Account) -> HTML {
        let code = text.count > 2 && text.hasPrefix(":") && text.hasSuffix(":") ? text.dropFirst().dropLast() : ""
        return CustomEmoji.isShortcode(code) ? picture(String(code), of: account) : "\(text)"
    }

    private static func picture(_ code: String, of account: Account) -> HTML {
        """
        <img class="emoji" src="/emoji/\(account.emojiHost.percentEncoded)/\(code.percentEncoded)" alt=":\(code):" \
        title=":\(code):" loading="lazy">
        """
    }
}

extension Account {
    /// The display name, or the user name when there is none, with its custom emoji.
    var shownNameHTML: HTML { EmojiText.html(shownName, known: emojis, of: self) }
}

extension EventView {
    /// The title with its custom emoji.
    var titleHTML: HTML { EmojiText.html(event.title, known: event.emojis, of: owner) }
}

extension PostView {
    /// A text of the post with its custom emoji.
    func withEmoji(_ text: String) -> HTML { EmojiText.html(text, known: post.emojis, of: author) }
}
