// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Marks a report as resolved. Moderators and the operator may do this. A second call changes nothing.
    public func resolveReport(_ id: ID<Report>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireModerator(principal, in: tx)
            _ = try Reports.resolve(id, at: now(), in: tx)
        }
    }
}
