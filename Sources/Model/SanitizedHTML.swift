// SPDX-License-Identifier: Apache-2.0

/// HTML that has passed the sanitiser, so that pages may print it without escaping.
///
/// Only `Markup` makes a value from untrusted text, and only `Storage` reads a value back from a row.
public struct SanitizedHTML: Hashable, Sendable {
    /// The safe HTML.
    public let string: String

    /// Wraps HTML that is already safe.
    ///
    /// - Parameter unchecked: the output of the sanitiser, or a column that contains such output.
    public init(unchecked: String) {
        string = unchecked
    }

    /// The empty text.
    public static let empty = SanitizedHTML(unchecked: "")

    /// Whether there is nothing to show.
    public var isEmpty: Bool { string.isEmpty }
}
