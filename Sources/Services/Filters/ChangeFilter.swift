// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    private static let filterLimit = 100
    /// The largest number of keywords of a filter, and of the posts and events that it names.
    static let keywordLimit = 200

    /// Creates a filter.
    public func makeFilter(_ draft: FilterDraft, as principal: Principal) async throws -> ContentFilter {
        try await database.write { tx in
            let owner = try actor(principal, in: tx).id
            guard try ContentFilters.of(owner, in: tx).count < Self.filterLimit else {
                throw ServiceError.conflict("too_many_filters")
            }
            var filter = ContentFilter(id: ids.make(at: now()), owner: owner, title: "", places: [])
            filter.maker = draft.maker
            try apply(draft, to: &filter)
            try keep(filter, in: tx)
            return filter
        }
    }

    /// Changes a filter.
    public func changeFilter(
        _ id: ID<ContentFilter>, _ draft: FilterDraft, as principal: Principal
    ) async throws -> ContentFilter {
        try await editFilter(as: principal) { owner, tx in
            try ContentFilters.find(id, owner: owner, in: tx)
        } change: { filter in
            try apply(draft, to: &filter)
        }
    }

    /// Removes a filter.
    public func deleteFilter(_ id: ID<ContentFilter>, as principal: Principal) async throws {
        try await database.write { tx in
            let owner = try actor(principal, in: tx).id
            guard try ContentFilters.delete(id, owner: owner, in: tx) else { throw ServiceError.notFound }
            tx.announce(StreamEvent.filtersChanged(owner))
        }
    }

    /// Changes a filter of the principal in one transaction.
    func editFilter(
        as principal: Principal,
        find: @escaping @Sendable (_ owner: ID<Account>, Transaction) throws -> ContentFilter?,
        change: @escaping @Sendable (inout ContentFilter) throws -> Void
    ) async throws -> ContentFilter {
        try await database.write { tx in
            guard var filter = try find(actor(principal, in: tx).id, tx) else { throw ServiceError.notFound }
            try change(&filter)
            try keep(filter, in: tx)
            return filter
        }
    }

    /// Stores a filter after checking the limits, and announces the change to the member's open streams.
    private func keep(_ filter: ContentFilter, in tx: Transaction) throws {
        var check = Check()
        check.text(filter.title, "title", limit: 256)
        check.require(!filter.places.isEmpty, "context", "missing")
        for keyword in filter.keywords { check.text(keyword.text, "keyword", limit: 512) }
        try check.finish()
        guard filter.keywords.count <= Self.keywordLimit else { throw ServiceError.conflict("too_many_keywords") }
        try ContentFilters.put(filter, in: tx)
        tx.announce(StreamEvent.filtersChanged(filter.owner))
    }

    private func apply(_ draft: FilterDraft, to filter: inout ContentFilter) throws(ServiceError) {
        if let title = draft.title { filter.title = title.trimmed }
        if let action = draft.action { filter.action = action }
        if let words = draft.places {
            let places = words.map { ContentFilter.Place(rawValue: $0) }
            guard !places.contains(nil) else { throw .invalid("context", "not_a_context") }
            filter.places = ContentFilter.Place.allCases.filter { places.contains($0) }
        }
        switch draft.end {
        case .never: filter.expiresAt = nil
        case .after(let seconds): filter.expiresAt = now() + .seconds(min(max(seconds, 0), 100 * 366 * 86_400))
        case nil: break
        }
        for keyword in draft.keywords { try apply(keyword, to: &filter) }
    }

    /// Adds, changes or removes a keyword.
    func apply(_ draft: KeywordDraft, to filter: inout ContentFilter) throws(ServiceError) {
        guard let id = draft.id else {
            guard !draft.isRemoved else { return }
            let keyword = ContentFilter.Keyword(
                id: ids.make(at: now()), text: (draft.text ?? "").trimmed, wholeWord: draft.wholeWord ?? true)
            return filter.keywords.append(keyword)
        }
        guard let index = filter.keywords.firstIndex(where: { $0.id == id }) else { throw .notFound }
        guard !draft.isRemoved else {
            filter.keywords.remove(at: index)
            return
        }
        if let text = draft.text { filter.keywords[index].text = text.trimmed }
        if let wholeWord = draft.wholeWord { filter.keywords[index].wholeWord = wholeWord }
    }
}
