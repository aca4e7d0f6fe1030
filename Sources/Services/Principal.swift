// SPDX-License-Identifier: Apache-2.0

public import Model

/// Who carries out a command, as its caller knows them: numbers alone, no role and no promise.
///
/// A command looks the numbers up in its own transaction (`Authorization.swift`), so a role that was taken away or a
/// suspension counts from the moment it is stored, whatever the caller read before.
public enum Principal: Sendable, Hashable {
    /// A member in their own name.
    case member(ID<Account>)
    /// A member in the name of a group that they run.
    case group(ID<Account>, by: ID<Account>)
    /// Whoever may use the node's command line. May do what a steward may, and more; has no account of their own.
    case `operator`
    /// The node itself, for an account: a scheduled post whose hour has come, or a name that the operator typed.
    ///
    /// Nobody is asked who stands behind a group. For workers and the command line only; pages and endpoints name the
    /// person instead.
    case onBehalf(of: ID<Account>)

    /// In whose name it is done; nil for the operator.
    public var account: ID<Account>? {
        switch self {
        case .member(let id), .group(let id, _), .onBehalf(let id): id
        case .operator: nil
        }
    }

    /// The person who stands behind it, when the caller named one.
    var person: ID<Account>? {
        switch self {
        case .member(let id), .group(_, let id): id
        case .operator, .onBehalf: nil
        }
    }
}
