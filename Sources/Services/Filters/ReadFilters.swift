// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Returns the filters of a member, oldest first, including the expired ones.
    public func filters(of owner: ID<Account>) async throws -> [ContentFilter] {
        try await database.read { db in try ContentFilters.of(owner, in: db) }
    }

    /// Returns the filter of a member that has this keyword.
    public func filter(
        withKeyword id: ID<ContentFilter.Keyword>, of owner: ID<Account>
    ) async throws -> ContentFilter {
        let filter = try await database.read { db in try ContentFilters.find(keyword: id, owner: owner, in: db) }
        guard let filter else { throw ServiceError.notFound }
        return filter
    }

    /// Returns the filter of a member that has this filtered status.
    public func filter(withNamed id: ID<ContentFilter.Named>, of owner: ID<Account>) async throws -> ContentFilter {
        let filter = try await database.read { db in try ContentFilters.find(named: id, owner: owner, in: db) }
        guard let filter else { throw ServiceError.notFound }
        return filter
    }
}
