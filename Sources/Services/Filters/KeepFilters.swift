// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// Words of a filter as an app sends them.
public struct KeywordDraft: Sendable, Hashable {
    /// The word that is changed; nil for a new one.
    public var id: ID<ContentFilter.Keyword>?
    /// The word; nil leaves it.
    public var text: String?
    /// Whether a part of a longer word does not count; nil leaves it.
    public var wholeWord: Bool?
    /// Whether it goes.
    public var isRemoved: Bool

    /// Creates the value.
    public init(
        id: ID<ContentFilter.Keyword>? = nil, text: String?, wholeWord: Bool? = nil, isRemoved: Bool = false
    ) {
        self.id = id
        self.text = text
        self.wholeWord = wholeWord
        self.isRemoved = isRemoved
    }
}

/// A filter as an app sends it; nil leaves what there is.
public struct FilterDraft: Sendable, Hashable {
    /// What the owner calls it.
    public var title: String?
    /// Where it counts.
    public var places: [String]?
    /// What is done.
    public var action: ContentFilter.Action?
    /// When it ends: seconds from now, or never.
    public var end: End?
    /// Words.
    public var keywords: [KeywordDraft] = []
    /// The number of the app that sends it.
    public var maker: Int64?

    /// When a filter ends.
    public enum End: Sendable, Hashable {
        case never
        case after(seconds: Int)
    }

    /// Leaves everything.
    public init() {}
}

extension Services {
    private static let filterLimit = 100
    private static let keywordLimit = 200

    /// The filters of a member, oldest first; those that have ended too.
    public func filters(of owner: ID<Account>) async throws -> [ContentFilter] {
        try await database.read { db in try ContentFilters.of(owner, in: db) }
    }

    /// Makes a filter.
    public func makeFilter(_ draft: FilterDraft, as owner: ID<Account>) async throws -> ContentFilter {
        try await database.write { tx in
            _ = try actor(owner, in: tx)
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
        _ id: ID<ContentFilter>, _ draft: FilterDraft, as owner: ID<Account>
    ) async throws -> ContentFilter {
        try await edit({ tx in try ContentFilters.find(id, owner: owner, in: tx) }) { filter in
            try apply(draft, to: &filter)
        }
    }

    /// Removes a filter.
    public func deleteFilter(_ id: ID<ContentFilter>, as owner: ID<Account>) async throws {
        try await database.write { tx in
            guard try ContentFilters.delete(id, owner: owner, in: tx) else { throw ServiceError.notFound }
            tellFilters(of: owner, in: tx)
        }
    }

    /// Adds a word to a filter.
    public func addKeyword(
        _ text: String, wholeWord: Bool, to id: ID<ContentFilter>, as owner: ID<Account>
    ) async throws -> ContentFilter.Keyword {
        let filter = try await edit({ tx in try ContentFilters.find(id, owner: owner, in: tx) }) { filter in
            try apply(KeywordDraft(text: text, wholeWord: wholeWord), to: &filter)
        }
        guard let keyword = filter.keywords.last else { throw ServiceError.notFound }
        return keyword
    }

    /// Changes a word of a filter, or takes it out.
    ///
    /// - Returns: the filter as it is then.
    @discardableResult
    public func changeKeyword(_ draft: KeywordDraft, as owner: ID<Account>) async throws -> ContentFilter {
        guard let id = draft.id else { throw ServiceError.notFound }
        return try await edit({ tx in try ContentFilters.find(keyword: id, owner: owner, in: tx) }) { filter in
            try apply(draft, to: &filter)
        }
    }

    /// The filter of a member that has this word.
    public func filter(
        withKeyword id: ID<ContentFilter.Keyword>, of owner: ID<Account>
    ) async throws -> ContentFilter {
        let filter = try await database.read { db in try ContentFilters.find(keyword: id, owner: owner, in: db) }
        guard let filter else { throw ServiceError.notFound }
        return filter
    }

    /// The filter of a member that names a post or an event by this number.
    public func filter(withNamed id: ID<ContentFilter.Named>, of owner: ID<Account>) async throws -> ContentFilter {
        let filter = try await database.read { db in try ContentFilters.find(named: id, owner: owner, in: db) }
        guard let filter else { throw ServiceError.notFound }
        return filter
    }

    /// Lets a filter name a post or an event.
    public func addNamed(
        _ entry: ID<Entry>, to id: ID<ContentFilter>, as owner: ID<Account>
    ) async throws -> ContentFilter.Named {
        let named = ContentFilter.Named(id: ids.make(at: now()), entry: entry)
        _ = try await edit({ tx in try ContentFilters.find(id, owner: owner, in: tx) }) { filter in
            guard !filter.named.contains(where: { $0.entry == entry }) else {
                throw ServiceError.conflict("status_has_already_been_taken")
            }
            guard filter.named.count < Self.keywordLimit else { throw ServiceError.conflict("too_many_statuses") }
            filter.named.append(named)
        }
        return named
    }

    /// Lets a filter name it no more.
    public func removeNamed(_ id: ID<ContentFilter.Named>, as owner: ID<Account>) async throws {
        _ = try await edit({ tx in try ContentFilters.find(named: id, owner: owner, in: tx) }) { filter in
            filter.named.removeAll { $0.id == id }
        }
    }

    // MARK: - One way in

    private func edit(
        _ find: @escaping @Sendable (Transaction) throws -> ContentFilter?,
        _ change: @escaping @Sendable (inout ContentFilter) throws -> Void
    ) async throws -> ContentFilter {
        try await database.write { tx in
            guard var filter = try find(tx) else { throw ServiceError.notFound }
            try change(&filter)
            try keep(filter, in: tx)
            return filter
        }
    }

    private func keep(_ filter: ContentFilter, in tx: Transaction) throws {
        var check = Check()
        check.text(filter.title, "title", limit: 256)
        check.require(!filter.places.isEmpty, "context", "missing")
        for keyword in filter.keywords { check.text(keyword.text, "keyword", limit: 512) }
        try check.finish()
        guard filter.keywords.count <= Self.keywordLimit else { throw ServiceError.conflict("too_many_keywords") }
        try ContentFilters.put(filter, in: tx)
        tellFilters(of: filter.owner, in: tx)
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

    private func apply(_ draft: KeywordDraft, to filter: inout ContentFilter) throws(ServiceError) {
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

    /// Called whenever a member's filters changed, inside the transaction that changed them.
    private func tellFilters(of owner: ID<Account>, in tx: Transaction) {
        tx.announce(StreamEvent.filtersChanged(owner))
    }
}
