// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// Why a command was not carried out. Nothing was changed.
public enum ServiceError: Error, Equatable, Sendable {
    /// It is not there, or the asker may not know that it is.
    case notFound
    /// The asker may not do that.
    case notAllowed
    /// First one has to say who one is.
    case signInNeeded
    /// These fields have to be corrected.
    case invalid([FieldError])
    /// The state of things has no room for it; the code is stable.
    case conflict(String)
    /// Too often in too short a time.
    case tooMany
    /// Another node did not answer; the code is stable.
    case unreachable(String)

    /// One field, one problem.
    static func invalid(_ field: String, _ code: String) -> Self { .invalid([FieldError(field, code)]) }
}

/// What is wrong with one field of a form.
public struct FieldError: Error, Equatable, Sendable, Hashable {
    /// The field's name in the form.
    public let field: String
    /// Stable; pages have a sentence for it: `missing`, `too_long`, `taken`, `not_allowed`, `not_a_date` …
    public let code: String

    /// Creates the value.
    public init(_ field: String, _ code: String) {
        self.field = field
        self.code = code
    }
}
