// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// A parsed `Content-Type`: the type in lower case and its parameters.
///
/// Spec: RFC 9110 §8.3.1.
struct MediaType: Equatable {
    /// `type/subtype`.
    let name: String
    private let parameters: [String: String]

    /// Parses a field. A parameter that is not well formed is ignored.
    init(_ text: String) {
        var name = ""
        var parameters: [String: String] = [:]
        for (position, part) in Self.parts(of: text).enumerated() {
            if position == 0 {
                name = part.trimmingSpaces.lowercased()
                continue
            }
            guard let mark = part.firstIndex(of: "=") else { continue }
            let value = String(part[part.index(after: mark)...].trimmingSpaces)
            let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            let key = part[..<mark].trimmingSpaces.lowercased()
            if parameters[key] == nil { parameters[key] = isQuoted ? String(value.dropFirst().dropLast()) : value }
        }
        self.name = name
        self.parameters = parameters
    }

    /// Whether it is an ActivityStreams document.
    ///
    /// Spec: ActivityPub §3.2.
    var isActivity: Bool {
        switch name {
        case "application/activity+json": true
        case "application/ld+json":
            (parameters["profile"] ?? "").split(separator: " ").contains("https://www.w3.org/ns/activitystreams")
        default: false
        }
    }

    /// Splits at semicolons outside of quotes. Only the first 1,024 characters are read.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text.prefix(1024) {
            if character == "\"" { isQuoted.toggle() }
            if character == ";" && !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
