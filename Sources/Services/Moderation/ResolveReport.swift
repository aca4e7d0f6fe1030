// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Marks a report as resolved. Moderators and the operator may do this. A second call changes nothing.
    public func resolveReport(_ id: ID<Report>, as principal: Principal) async throws {
        try await database.write { tx in
            let moderator = try requireModerator(principal, in: tx).account
            guard try Reports.resolve(id, at: now(), in: tx) else { return }
            let target = try Reports.byIDs([id], in: tx)[id]?.target.flatMap { try Accounts.byID($0, in: tx) }
            try log(.resolved, about: target, by: moderator, in: tx)
        }
    }
}
