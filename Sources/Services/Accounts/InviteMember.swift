// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Makes an invitation, valid for a week and for one person. Members may, and the operator.
    ///
    /// - Returns: the token that stands in its link.
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
