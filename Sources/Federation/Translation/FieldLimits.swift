// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Vocabulary

/// The limits for the fields of remote documents.
enum FieldLimits {
    /// Characters of a display name.
    static let name = 200
    /// Characters of a title.
    static let title = 200
    /// Characters of a content warning.
    static let warning = 500
    /// Characters of the description of an attachment.
    static let description = 1_500
    /// Characters of an option of a poll.
    static let option = 500
    /// Characters of one line of a postal address.
    static let place = 200
    /// Bytes of a biography before it is sanitized.
    static let summaryBytes = 20_480
    /// Fields of a profile.
    static let profileFields = 20
    /// Bytes of one profile field before it is sanitized.
    static let profileFieldBytes = 4_096
    /// Hashtags and mentions that are read.
    static let tags = 100
    /// Characters of a hashtag.
    static let tag = 100
    /// Attachments that are stored.
    static let attachments = 32
    /// Addressees that are read.
    static let recipients = 256
    /// Keys of one actor.
    static let keys = 10
    /// Bytes of one key.
    static let keyBytes = 16_384
    /// Bytes of the label of an option as its owner wrote it.
    static let optionNameBytes = 4_096

    /// The label of an option as it is stored: at most ``optionNameBytes``, and without U+0000, which PostgreSQL does not
    /// store in text.
    static func optionName(_ name: String) -> String {
        let scalars = PlainText.cut(name, bytes: optionNameBytes).unicodeScalars.filter { $0 != "\0" }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// Makes plain text from remote text.
enum PlainText {
    /// The text as one line: control characters and direction overrides are removed, white space becomes one space, and
    /// the rest is cut.
    ///
    /// - Parameter limit: the largest number of Unicode scalars.
    static func line(_ text: String?, limit: Int) -> String {
        guard let text else { return "" }
        var kept = String.UnicodeScalarView()
        var left = limit
        var needsSpace = false
        for scalar in text.unicodeScalars.prefix(limit * 8) {
            if scalar.properties.isWhitespace {
                needsSpace = !kept.isEmpty
            } else if isShown(scalar) {
                guard left > (needsSpace ? 1 : 0) else { break }
                if needsSpace { kept.append(" ") }
                kept.append(scalar)
                left -= needsSpace ? 2 : 1
                needsSpace = false
            }
        }
        return String(kept)
    }

    /// The same for a text that may contain HTML.
    static func line(ofHTML html: String?, limit: Int) -> String {
        guard let html else { return "" }
        return line(Excerpt.plainText(of: Sanitizer.sanitize(html), limit: limit), limit: limit)
    }

    /// The first `limit` bytes of `text`, cut between two characters.
    static func cut(_ text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while String.Index(end, within: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    /// The `text` escaped for HTML.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB:
            false
        default: scalar.properties.generalCategory != .unassigned
        }
    }
}

extension IRI {
    /// This address when it has the same origin as `id`, otherwise nil. Only then it belongs to the owner of `id`.
    func belonging(to id: IRI) -> IRI? { isSameOrigin(as: id) ? self : nil }
}

extension Timestamp {
    /// A time from a remote document, limited to the range from 1970 to now.
    static func claimed(_ milliseconds: Int64?, notAfter now: Timestamp) -> Timestamp {
        Timestamp(min(max(milliseconds ?? now.milliseconds, 0), now.milliseconds))
    }
}

extension Visibility {
    /// Computes the visibility of a document from its audience.
    ///
    /// - Parameter followers: the followers collections of the author and of the groups that the author addressed.
    init(of audience: Audience, followers: Set<IRI>) {
        if audience.isPublic {
            self = .everyone
        } else if audience.isUnlisted {
            self = .unlisted
        } else {
            self = audience.all.contains(where: followers.contains) ? .followers : .direct
        }
    }
}

extension JSON.Object {
    /// The object as a separate document: with `@context` as its first property.
    func standing(in context: JSON) -> JSON {
        var whole: JSON.Object = ["@context": context]
        for (key, value) in self { whole[key] = value }
        return .object(whole)
    }
}
