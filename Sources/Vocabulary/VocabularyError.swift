// SPDX-License-Identifier: Apache-2.0

/// A document lacks a property that its kind must have.
public struct VocabularyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path of the property: `inbox`, `object.id`.
    public let path: String
    /// What is expected at the path, for the log: `IRI`, `type Note or Article`.
    public let expected: String

    /// Makes an error for a missing property at `path`.
    public init(path: String, expected: String) {
        self.path = path
        self.expected = expected
    }

    /// The path and the expectation, for the log.
    public var description: String { "\(path): expected \(expected)" }
}
