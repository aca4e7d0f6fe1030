// SPDX-License-Identifier: Apache-2.0

internal import Markup
internal import Model
internal import TextEncoding

/// Collects all errors of a form, so that a person sees them together.
struct Check {
    private var errors: [FieldError] = []

    mutating func require(_ condition: Bool, _ field: String, _ code: String) {
        guard !condition, !errors.contains(where: { $0.field == field }) else { return }
        errors.append(FieldError(field, code))
    }

    mutating func text(_ value: String, _ field: String, limit: Int, isNeeded: Bool = true) {
        require(!isNeeded || !value.trimmed.isEmpty, field, "missing")
        require(value.count <= limit, field, "too_long")
    }

    /// Checks the text of a post by the length that apps count.
    mutating func post(_ value: String, isNeeded: Bool) {
        require(!isNeeded || !value.trimmed.isEmpty, "text", "missing")
        require(PostLength.isAllowed(value), "text", "too_long")
    }

    /// Checks a BCP 47 tag: letters and digits, in parts joined by `-`, at most 35 bytes. Spec: RFC 5646 §4.4.1.
    mutating func language(_ value: String?, _ field: String = "language") {
        guard let value else { return }
        let parts = value.utf8.split(separator: 45, omittingEmptySubsequences: false)
        let isTag =
            value.utf8.count <= 35
            && parts.allSatisfy { part in
                (1...8).contains(part.count)
                    && part.allSatisfy { (97...122).contains($0 | 32) || (48...57).contains($0) }
            }
        require(isTag, field, "not_a_language")
    }

    func finish() throws(ServiceError) {
        guard errors.isEmpty else { throw .invalid(errors) }
    }
}

extension String {
    /// The string without white space at both ends and without U+0000, which PostgreSQL does not store in text.
    var trimmed: String {
        String(filter { $0 != "\0" }.trimmingWhitespace)
    }
}

/// The length of a post as apps count it and the instance document announces it: a link counts as
/// ``PostLimits/link`` characters, and a mention without its host.
enum PostLength {
    static func isAllowed(_ text: String) -> Bool {
        // Whoever writes within the limit in every way of counting needs no scan.
        if text.utf8.count <= PostLimits.text { return true }
        guard text.unicodeScalars.count <= TextScanner.limitScalars else { return false }
        return of(text) <= PostLimits.text
    }

    static func of(_ text: String) -> Int {
        TextScanner.scan(text).reduce(0) { length, span in
            switch span.kind {
            case .link: length + PostLimits.link
            case .mention(let handle): length + 1 + handle.name.count
            case .text, .hashtag: length + span.text.count
            }
        }
    }
}
