// SPDX-License-Identifier: Apache-2.0

/// A picture inside of a text.
public struct InlinePicture: Sendable, Hashable {
    /// The address of the picture.
    public let address: String
    /// The alternative text in one line; may be empty.
    public let description: String

    /// Creates the value.
    public init(address: String, description: String) {
        self.address = address
        self.description = description
    }
}

/// Decides what becomes of the pictures in a text.
///
/// No picture is shown inside of a text. The first ones are given to the caller, who shows them below the text. In place
/// of every other picture stands a link with its alternative text.
public struct InlinePictures: Sendable {
    /// The pictures for the caller, in order.
    public private(set) var found: [InlinePicture] = []
    private var room: Int
    private var known: Set<String>

    /// - Parameters:
    ///   - room: how many pictures the caller takes.
    ///   - known: the addresses of pictures that the caller shows anyway.
    public init(room: Int, known: [String] = []) {
        self.room = room
        self.known = Set(known.map(Self.key))
    }

    /// What stands in place of a picture.
    enum Replacement: Equatable {
        /// Nothing: the caller shows the picture, or it is not meant to be seen.
        case nothing
        /// The alternative text. The picture is a sign in the text, or has no address that may be linked.
        case words(String)
        /// A link.
        case link(target: String, text: String)
    }

    mutating func replace(_ attributes: [String: String]) -> Replacement {
        let words = Self.line(attributes["alt"] ?? "")
        if Self.isPixel(attributes) { return .nothing }
        guard !Self.isSign(attributes), let target = attributes["src"].flatMap(LinkTarget.normalised) else {
            return .words(words)
        }
        let key = Self.key(target)
        if known.contains(key) { return .nothing }
        if room > 0 {
            room -= 1
            known.insert(key)
            found.append(InlinePicture(address: target, description: words))
            return .nothing
        }
        return .link(target: target, text: words.isEmpty ? Self.fileName(target) : words)
    }

    /// Whether the picture is one pixel, which counts readers.
    private static func isPixel(_ attributes: [String: String]) -> Bool {
        ["width", "height"].contains { attributes[$0] == "0" || attributes[$0] == "1" }
    }

    /// Whether the picture is a sign in the text, such as a custom emoji.
    private static func isSign(_ attributes: [String: String]) -> Bool {
        let classes = asciiLowercased(attributes["class"] ?? "")
        if classes.contains("emoji") || classes.contains("smiley") || classes.contains("emoticon") { return true }
        let words = attributes["alt"] ?? ""
        return words.utf8.count > 2 && words.hasPrefix(":") && words.hasSuffix(":") && !words.contains(" ")
    }

    /// The address by which two copies of a picture are compared. The query of a picture file only states its size.
    private static func key(_ address: String) -> String {
        let plain = address.prefix { $0 != "?" && $0 != "#" }
        let ending = asciiLowercased(String(plain.suffix(5)))
        let isFile = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"].contains { ending.hasSuffix($0) }
        return isFile ? String(plain) : address
    }

    /// The last part of an address, or the whole address when it has none.
    private static func fileName(_ address: String) -> String {
        let plain = address.prefix { $0 != "?" && $0 != "#" }
        let name = plain.split(separator: "/").last.map(String.init) ?? address
        return plain.hasSuffix("/") ? address : name
    }

    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
