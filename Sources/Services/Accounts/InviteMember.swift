// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// An invitation that can still be used.
public struct Invitation: Sendable, Hashable {
    /// The member who invites; nil for an invitation of the operator, and when the member's account is gone.
    public var inviter: Account?
}

extension Services {
    /// Creates an invitation for one person that is valid for a week. Members and the operator may create one.
    ///
    /// - Returns: the token in the invitation's link.
    public func invite(as principal: Principal) async throws -> String {
        let token = try secrets.makeToken()
        let digest = secrets.digest(Array(token.utf8))
        try await database.write { tx in
            let person = principal == .operator ? nil : try member(principal, in: tx).account.id
            try Invitations.insert(digest, createdBy: person, expires: now() + .days(7), in: tx)
        }
        return token
    }

    /// Finds an invitation by its token.
    ///
    /// - Returns: nil when there is none, or when it was used or has expired.
    public func invitation(_ token: String) async throws -> Invitation? {
        let token = token.trimmed
        guard !token.isEmpty else { return nil }
        let (digest, now) = (secrets.digest(Array(token.utf8)), now())
        return try await database.read { db in
            guard let found = try Invitations.find(digest, at: now, in: db) else { return nil }
            let inviter = try found.creator.flatMap { try Accounts.byID($0, in: db) }
            return Invitation(inviter: inviter.flatMap { $0.isActive ? $0 : nil })
        }
    }
}
