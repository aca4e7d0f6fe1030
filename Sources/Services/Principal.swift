// SPDX-License-Identifier: Apache-2.0

public import Model

/// The account or person that carries out a command, as the caller names it: ids only, without a role or a permission.
///
/// A command looks the ids up in its own transaction (`Authorization.swift`). A suspension or a lost role therefore has
/// effect as soon as it is stored, whatever the caller has read before.
public enum Principal: Sendable, Hashable {
    /// A member in their own name.
    case member(ID<Account>)
    /// A member in the name of a group that they run.
    case group(ID<Account>, by: ID<Account>)
    /// The operator: anybody who may use the node's command line. May do everything that a steward may, and more. Has
    /// no account.
    case `operator`
    /// The node itself, for an account: to publish a scheduled post, or for an account that the operator names.
    ///
    /// For a group there is no check of the person who acts. Only workers and the command line use this case; pages and
    /// endpoints name the person instead.
    case onBehalf(of: ID<Account>)

    /// The account for which the command is carried out; nil for the operator.
    public var account: ID<Account>? {
        switch self {
        case .member(let id), .group(let id, _), .onBehalf(let id): id
        case .operator: nil
        }
    }

    /// The person who acts, when the caller named one.
    var person: ID<Account>? {
        switch self {
        case .member(let id), .group(_, let id): id
        case .operator, .onBehalf: nil
        }
    }
}
