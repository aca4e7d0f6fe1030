// SPDX-License-Identifier: Apache-2.0

/// Markup with proof: it went through the sanitiser, so a page may print it as it stands.
///
/// Only `Markup` makes one from untrusted text, and only `Storage` reads one back from a row.
public struct SanitizedHTML: Hashable, Sendable {
    /// The safe markup.
    public let string: String

    /// Wraps markup that is already safe.
    ///
    /// - Parameter unchecked: the output of the sanitiser, or a column that holds it.
    public init(unchecked: String) {
        string = unchecked
    }

    /// No markup at all.
    public static let empty = SanitizedHTML(unchecked: "")

    /// Whether there is nothing to show.
    public var isEmpty: Bool { string.isEmpty }
}
