// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Adds a keyword to a filter.
    public func addKeyword(
        _ text: String, wholeWord: Bool, to id: ID<ContentFilter>, as principal: Principal
    ) async throws -> ContentFilter.Keyword {
        let filter = try await editFilter(as: principal) { owner, tx in
            try ContentFilters.find(id, owner: owner, in: tx)
        } change: { filter in
            try apply(KeywordDraft(text: text, wholeWord: wholeWord), to: &filter)
        }
        guard let keyword = filter.keywords.last else { throw ServiceError.notFound }
        return keyword
    }

    /// Changes or removes a keyword of a filter.
    ///
    /// - Returns: the filter after the change.
    @discardableResult
    public func changeKeyword(_ draft: KeywordDraft, as principal: Principal) async throws -> ContentFilter {
        guard let id = draft.id else { throw ServiceError.notFound }
        return try await editFilter(as: principal) { owner, tx in
            try ContentFilters.find(keyword: id, owner: owner, in: tx)
        } change: { filter in
            try apply(draft, to: &filter)
        }
    }
}
