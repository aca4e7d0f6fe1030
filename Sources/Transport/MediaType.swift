// SPDX-License-Identifier: Apache-2.0

/// What a `Content-Type` says: the type in lower case, without its parameters.
///
/// Spec: RFC 9110 §8.3.1.
struct MediaType: Equatable {
    /// `type/subtype`.
    let name: String

    /// Reads a field.
    init(_ text: String) {
        let type = text.prefix { $0 != ";" }.drop { $0 == " " || $0 == "\t" }
        let end = type.lastIndex { $0 != " " && $0 != "\t" }
        name = end.map { String(type[...$0]).lowercased() } ?? ""
    }
}
