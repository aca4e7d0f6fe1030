// SPDX-License-Identifier: Apache-2.0

public import Model

/// Why a command failed. A failed command has changed nothing.
public enum ServiceError: Error, Equatable, Sendable {
    /// It does not exist, or the caller may not know that it exists.
    case notFound
    /// The caller may not do this.
    case notAllowed
    /// The caller has to sign in first.
    case signInNeeded
    /// These fields are invalid.
    case invalid([FieldError])
    /// The current state does not allow it. The code is stable.
    case conflict(String)
    /// The rate limit is reached.
    case tooMany(StruckLimit)
    /// The node has too much slow work at the moment, such as checking passwords. It works again after some seconds.
    case busy
    /// Another server did not respond. The code is stable.
    case unreachable(String)

    /// Makes the error for one field with one problem.
    static func invalid(_ field: String, _ code: String) -> Self { .invalid([FieldError(field, code)]) }
}

/// An error in one field of a form.
public struct FieldError: Error, Equatable, Sendable, Hashable {
    /// The name of the field in the form.
    public let field: String
    /// A stable code, for which pages have a sentence: `missing`, `too_long`, `taken`, `not_allowed`, `not_a_date` …
    public let code: String

    /// Creates the value.
    public init(_ field: String, _ code: String) {
        self.field = field
        self.code = code
    }
}

/// The rate limit that a command reached.
public struct StruckLimit: Equatable, Sendable {
    /// How many attempts are allowed at once.
    public let limit: Int
    /// When all of them are allowed again.
    public let resetAt: Timestamp
    /// After how many seconds the next one is allowed: 1 or more.
    public let retryAfterSeconds: Int
}
