// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// Allows one spelling of each path, so that a signature, a cache key and a route all see the same text.
enum PathRules {
    /// The most bytes of a path with its query.
    static let limitBytes = 8_192

    /// Whether the target is in canonical form.
    ///
    /// It has no empty, `.` or `..` segments, no slash at the end, no escape of a character that needs none, no escaped
    /// slash, backslash or control character, and nothing outside ASCII. Under `/api/` and `/oauth/` one slash at the
    /// end is allowed.
    static func isCanonical(_ target: String) -> Bool {
        let bytes = target.utf8
        guard bytes.first == slash, bytes.count <= limitBytes else { return false }
        if let plain = withoutSlash(target) { return isCanonical(plain) }
        var segment = 0
        var dots = 0
        var index = bytes.index(after: bytes.startIndex)
        while index < bytes.endIndex, bytes[index] != UInt8(ascii: "?") {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "#") else { return false }
            if byte == slash {
                guard segment > dots || dots > 2, segment > 0 else { return false }
                segment = 0
                dots = 0
            } else {
                segment += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
                if byte == UInt8(ascii: "%"), !isNeeded(bytes[bytes.index(after: index)...]) { return false }
            }
            index = bytes.index(after: index)
        }
        let isRoot = bytes.count == 1 || bytes.dropFirst().first == UInt8(ascii: "?")
        return isRoot || (segment > 0 && (segment > dots || dots > 2))
    }

    /// Whether only programs use this path. Then errors are JSON documents, whatever `Accept` says.
    static func isForPrograms(_ path: String) -> Bool { path.hasPrefix("/api/") }

    /// The target without the slash that some client apps append, under `/api/` and `/oauth/`; nil when there is none.
    private static func withoutSlash(_ target: String) -> String? {
        guard target.hasPrefix("/api/") || target.hasPrefix("/oauth/") else { return nil }
        let end = target.firstIndex(of: "?") ?? target.endIndex
        guard target[..<end].hasSuffix("/"), !target[..<end].hasSuffix("//") else { return nil }
        return String(target[..<target.index(before: end)]) + String(target[end...])
    }

    private static let slash = UInt8(ascii: "/")

    /// Whether the two hexadecimal digits stand for a byte that must be escaped.
    private static func isNeeded(_ rest: Substring.UTF8View) -> Bool {
        let digits = rest.prefix(2).compactMap(Hexadecimal.value(of:))
        guard digits.count == 2, let high = digits.first, let low = digits.last else { return false }
        let byte = high << 4 | low
        let forbidden = byte < 0x20 || byte == 0x7F || byte == slash || byte == UInt8(ascii: "\\")
        return !forbidden && !PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "@")
    }
}
