// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

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
}
