// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Adds a post or an event to a filter.
    public func addNamed(
        _ item: ID<TimelineItem>, to id: ID<ContentFilter>, as principal: Principal
    ) async throws -> ContentFilter.Named {
        let named = ContentFilter.Named(id: ids.make(at: now()), item: item)
        _ = try await editFilter(as: principal) { owner, tx in
            try ContentFilters.find(id, owner: owner, in: tx)
        } change: { filter in
            guard !filter.named.contains(where: { $0.item == item }) else {
                throw ServiceError.conflict("status_has_already_been_taken")
            }
            guard filter.named.count < Self.keywordLimit else { throw ServiceError.conflict("too_many_statuses") }
            filter.named.append(named)
        }
        return named
    }

    /// Removes a post or an event from its filter.
    public func removeNamed(_ id: ID<ContentFilter.Named>, as principal: Principal) async throws {
        _ = try await editFilter(as: principal) { owner, tx in
            try ContentFilters.find(named: id, owner: owner, in: tx)
        } change: { filter in
            filter.named.removeAll { $0.id == id }
        }
    }
}
