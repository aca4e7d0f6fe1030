// SPDX-License-Identifier: Apache-2.0

/// The name of a stored file: 160 random bits and an extension for its type. Anyone who knows the name may read the
/// file.
public struct MediaName: Sendable, Hashable, CustomStringConvertible {
    /// The media types of stored files, by extension. A browser displays all of them and executes none.
    private static let types = [
        "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "mp4": "video/mp4",
        "webm": "video/webm", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac", "m4a": "audio/mp4",
    ]
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let length = 32

    /// For example `abcdefghijklmnopqrstuvwxyz234567.jpg`.
    public let description: String
    /// The media type with which the file is served.
    public let mediaType: String

    /// Reads a name from a request. Only names that `make(mediaType:)` can create are accepted, so no name leads out
    /// of the folder.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isToken(parts[0]) else { return nil }
        guard let type = Self.types[String(decoding: parts[1], as: UTF8.self)] else { return nil }
        description = String(text)
        mediaType = type
    }

    /// - Parameter ending: a key of `types`.
    private init(ending: String, type: String) {
        description = "\(Self.token()).\(ending)"
        mediaType = type
    }

    /// A new name that cannot be guessed; nil for a type that is not stored.
    static func make(mediaType: String) -> MediaName? {
        types.first { $0.value == mediaType }.map { MediaName(ending: $0.key, type: $0.value) }
    }

    /// 32 random characters that cannot be guessed.
    static func token() -> String {
        // The generator of the operating system is cryptographically secure.
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<length).map { _ in letters[Int.random(in: 0..<32, using: &generator)] }, as: UTF8.self)
    }

    /// Whether ``token()`` could have made this text.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        text.count == length && text.allSatisfy(letters.contains)
    }
}
