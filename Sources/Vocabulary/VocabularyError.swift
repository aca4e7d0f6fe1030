// SPDX-License-Identifier: Apache-2.0

/// A document lacks what its kind must have.
public struct VocabularyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where: `inbox`, `object.id`.
    public let path: String
    /// What should stand there, for the log: `IRI`, `type Note or Article`.
    public let expected: String

    /// A lack at `path`.
    public init(path: String, expected: String) {
        self.path = path
        self.expected = expected
    }

    /// Both, for the log.
    public var description: String { "\(path): expected \(expected)" }
}
