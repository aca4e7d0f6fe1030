// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// Resolves the `Location` of a redirect.
enum Redirect {
    static let statuses: Set<Int> = [301, 302, 303, 307, 308]

    /// Resolves a reference against the URL of the response.
    ///
    /// - Returns: `nil` when the result is not an http or https URL: `file:`, `data:`, control characters and the like.
    ///
    /// Spec: RFC 3986 §5.2; a fragment is dropped.
    static func target(_ location: String, from base: IRI) -> IRI? {
        let reference = location.prefix { $0 != "#" }
        if let absolute = IRI(String(reference)) { return absolute }
        guard !hasScheme(reference) else { return nil }
        if reference.hasPrefix("//") { return IRI(base.scheme + ":" + reference) }
        if reference.isEmpty { return base.withoutFragment }
        if reference.hasPrefix("?") { return IRI(base.origin + base.path + reference) }
        let split = reference.firstIndex(of: "?") ?? reference.endIndex
        let path = reference[..<split]
        let directory = String(base.path[...(base.path.lastIndex(of: "/") ?? base.path.startIndex)])
        let whole = path.hasPrefix("/") ? String(path) : directory + path
        return IRI(base.origin + withoutDots(whole) + reference[split...])
    }

    private static func hasScheme(_ reference: Substring) -> Bool {
        guard let colon = reference.firstIndex(of: ":") else { return false }
        return !reference[..<colon].contains { $0 == "/" || $0 == "?" }
    }

    /// Removes `.` and `..` segments.
    ///
    /// Spec: RFC 3986 §5.2.4.
    private static func withoutDots(_ path: String) -> String {
        guard path.contains("/.") else { return path }
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for segment in segments {
            if segment == ".." {
                _ = kept.popLast()
            } else if segment != "." {
                kept.append(segment)
            }
        }
        if let last = segments.last, last == "." || last == ".." { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }
}
