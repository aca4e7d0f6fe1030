// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import Database
internal import Federation
public import Model
public import Storage
internal import Vocabulary

/// A search request.
public struct SearchQuery: Sendable, Hashable {
    /// The kinds of results.
    public enum Kind: String, Sendable, CaseIterable {
        case accounts, hashtags, statuses
    }

    /// Words, a handle, a hashtag or an address. `from:name`, `has:media`, `before:` and `after:` with a day narrow the
    /// results.
    public var text: String
    /// The kinds to search for; all of them by default.
    public var kinds: Set<Kind> = Set(Kind.allCases)
    /// Whether an unknown address or handle may be looked up on its server.
    public var asksOthers = false
    /// How many results of each kind to skip: 0 ... 10,000.
    public var offset = 0
    /// The largest number of results of each kind: 1 ... 40.
    public var limit = 20
    /// Only posts and events of this account.
    public var author: ID<Account>?
    /// Only accounts that the viewer follows.
    public var onlyFollowed = false
    /// Only posts and events with a smaller id.
    public var before = Int64.max
    /// Only posts and events with a larger id.
    public var after: Int64 = 0
    /// What of the posts and events is shown besides what everybody needs.
    public var details: ViewDetails = .app

    /// Creates a search for all kinds.
    public init(_ text: String) {
        self.text = text
    }
}

/// The results of a search.
public struct SearchFindings: Sendable, Hashable {
    /// People and groups.
    public var accounts: [Account] = []
    /// Posts and events, newest first.
    public var statuses: [StatusView] = []
    /// Hashtags, by name.
    public var tags: [TagView] = []
    /// Why another server's thing was not found: `nameless_actor` or `unreachable`; nil when there is nothing to say.
    public var problem: String?

    /// Creates an empty result.
    public init() {}
}

extension Services {
    /// How long a search waits for other servers. Apps wait ten seconds.
    private static let searchTime = Duration.seconds(8)

    /// Searches accounts, hashtags, posts and events. Returns empty lists when nothing is found.
    ///
    /// - Parameter principal: who searches; nil for a stranger, who finds accounts and hashtags only and whose search
    ///   contacts no other server.
    public func search(_ search: SearchQuery, as principal: Principal?) async throws -> SearchFindings {
        let viewer = principal?.account
        var search = search
        search.text = String(search.text.trimmed.prefix(500))
        search.limit = min(max(search.limit, 1), 40)
        search.offset = min(max(search.offset, 0), 10_000)
        guard !search.text.isEmpty else { return SearchFindings() }
        if IRI(search.text) != nil { return try await searchAddress(search, as: principal) }
        var found = SearchFindings()
        if search.text.hasPrefix("#") {
            if search.kinds.contains(.hashtags) { found.tags = try await searchTags(search, as: viewer) }
            return found
        }
        if search.kinds.contains(.accounts) {
            (found.accounts, found.problem) = try await searchAccounts(search, as: principal)
        }
        guard !search.text.hasPrefix("@"), !isFullHandle(search.text) else { return found }
        if search.kinds.contains(.hashtags) { found.tags = try await searchTags(search, as: viewer) }
        if search.kinds.contains(.statuses), let viewer {
            found.statuses = try await searchStatuses(search, as: viewer)
        }
        return found
    }

    // MARK: - Accounts

    private func isFullHandle(_ text: String) -> Bool { Handle(text)?.host.isEmpty == false }

    private func searchAccounts(
        _ search: SearchQuery, as principal: Principal?
    ) async throws -> (found: [Account], problem: String?) {
        let viewer = principal?.account
        var query = AccountQuery(terms: SearchTerms.of(search.text), name: search.text.lowercased())
        if let handle = Handle(search.text) {
            query = AccountQuery(terms: SearchTerms.of(handle.name), name: handle.foldedName)
            if !handle.host.isEmpty { query.host = handle.host == identifiers.host ? "" : handle.host }
        }
        query.onlyFollowed = search.onlyFollowed
        let found = try await database.read { [query] db in
            try Searches.accounts(query, viewer: viewer, offset: search.offset, limit: search.limit, in: db)
        }
        guard search.asksOthers, let principal, search.offset == 0, !search.onlyFollowed, let host = query.host,
            !host.isEmpty, !found.contains(where: { $0.handle.foldedName == query.name && $0.host == host })
        else { return (found, nil) }
        let (thing, problem) = try await ask(for: search.text, as: principal)
        guard case .account(let id)? = thing,
            let account = try await database.read({ db in try Accounts.byID(id, in: db) }), account.isActive
        else { return (found, problem) }
        return ([account] + found.filter { $0.id != id }.prefix(search.limit - 1), nil)
    }

    // MARK: - Hashtags

    private func searchTags(_ search: SearchQuery, as viewer: ID<Account>?) async throws -> [TagView] {
        let start = foldedTag(search.text)
        guard isTag(start) else { return [] }
        return try await database.read { db in
            let names = try Tags.names(beginning: start, offset: search.offset, limit: search.limit, in: db)
            return try Tags.views(names, viewer: viewer, at: now(), in: db)
        }
    }

    // MARK: - Posts and events

    private func searchStatuses(_ search: SearchQuery, as viewer: ID<Account>) async throws -> [StatusView] {
        var query = StatusQuery()
        query.author = search.author
        query.before = search.before
        query.after = search.after
        var words: [Substring] = []
        for word in search.text.split(whereSeparator: \.isWhitespace) {
            guard let colon = word.firstIndex(of: ":") else {
                words.append(word)
                continue
            }
            let value = String(word[word.index(after: colon)...])
            switch word[..<colon].lowercased() {
            case "from": query.author = try await author(named: value, viewer) ?? .first
            case "has": query.hasMedia = true
            case "before": query.before = min(query.before, Self.number(ofDay: value) ?? query.before)
            case "after":
                // `after:` a day excludes that day, so the range starts with the next one.
                let next = Self.number(ofDay: value).map { $0 + 86_400_000 << 16 }
                query.after = max(query.after, next ?? query.after)
            default: words.append(word)
            }
        }
        query.terms = SearchTerms.of(words.joined(separator: " "))
        guard !query.terms.isEmpty || (query.author != nil && words.isEmpty) else { return [] }
        return try await database.read { [query] db in
            let items = try Searches.statuses(
                query, viewer: viewer, offset: search.offset, limit: search.limit, at: now(), in: db)
            return try StatusViews.load(items, viewer: viewer, with: search.details, in: db)
        }
    }

    private func author(named text: String, _ viewer: ID<Account>) async throws -> ID<Account>? {
        if text == "me" { return viewer }
        guard let handle = Handle(text) else { return nil }
        let host = handle.host == identifiers.host ? "" : handle.host
        return try await database.read { db in
            try Accounts.byHandle(Handle(name: handle.name, host: host), in: db)?.id
        }
    }

    /// The years 1970 … 4000 in milliseconds. Shifted by sixteen bits, as in an id, they still fit into an `Int64`.
    private static let searchedDays: Range<Int64> = 0..<64_092_211_200_000

    /// Returns the smallest possible id of the day `text`, for example `2026-03-01`. All ids of earlier days are
    /// smaller.
    private static func number(ofDay text: String) -> Int64? {
        guard text.utf8.count == 10, let midnight = Dates.parse(text), searchedDays.contains(midnight) else {
            return nil
        }
        return midnight << 16
    }

    // MARK: - Addresses

    private func searchAddress(_ search: SearchQuery, as principal: Principal?) async throws -> SearchFindings {
        let viewer = principal?.account
        var found = SearchFindings()
        guard search.offset == 0 else { return found }
        var thing = try await known(search.text)
        if thing == nil, search.asksOthers, let principal {
            (thing, found.problem) = try await ask(for: search.text, as: principal)
        }
        switch thing {
        case .account(let id) where search.kinds.contains(.accounts):
            let account = try await database.read { db in try Accounts.byID(id, in: db) }
            if let account, account.isActive { found.accounts = [account] }
        case .post(let id) where search.kinds.contains(.statuses):
            found.statuses = try await statuses(ID(id.rawValue), viewer)
        case .event(let id) where search.kinds.contains(.statuses):
            found.statuses = try await statuses(ID(id.rawValue), viewer)
        default: break
        }
        return found
    }

    private func statuses(_ id: ID<TimelineItem>, _ viewer: ID<Account>?) async throws -> [StatusView] {
        try await database.read { db in try StatusViews.one(id, viewer: viewer, in: db).map { [$0] } ?? [] }
    }

    /// Finds an address in the database: as the id of an object, or as the address of a local page in the form that
    /// apps use.
    private func known(_ text: String) async throws -> Found? {
        guard let iri = IRI(text) else { return nil }
        let parts = iri.path.split(separator: "/").map(String.init)
        let isOurs = identifiers.isLocal(iri)
        return try await database.read { db in
            if let account = try Accounts.byIRI(iri, in: db) { return .account(account.id) }
            if let post = try Posts.byIRI(iri, in: db) { return .post(post.id) }
            if let event = try Events.byIRI(iri, in: db) { return .event(event.id) }
            if !isOurs {
                if let post = try Posts.byURL(iri, in: db) { return .post(post.id) }
                if let event = try Events.byURL(iri, in: db) { return .event(event.id) }
            }
            guard isOurs, let name = parts.first, name.hasPrefix("@"), let handle = Handle(name) else { return nil }
            if parts.count == 1 { return try Accounts.byHandle(handle, in: db).map { .account($0.id) } }
            guard parts.count == 2, let number = ID<TimelineItem>(parts[1]) else { return nil }
            switch try TimelineItems.byID(number, in: db)?.subject {
            case .post(let id): return .post(id)
            case .event(let id): return .event(id)
            case nil: return nil
            }
        }
    }

    /// Looks the text up on its server within `searchTime`. Returns no thing when the server knows nothing or does not
    /// respond, or when the text names nothing.
    private func ask(
        for text: String, as principal: Principal
    ) async throws -> (thing: Found?, problem: String?) {
        try await withThrowingTaskGroup(of: (Found?, String?).self) { tasks in
            tasks.addTask {
                do {
                    return (try await lookUp(text, as: principal), nil)
                } catch ServiceError.conflict(let code) {
                    return (nil, code)
                } catch ServiceError.unreachable {
                    return (nil, "unreachable")
                } catch is ServiceError {
                    return (nil, nil)
                }
            }
            tasks.addTask {
                try await Task.sleep(for: Self.searchTime)
                return (nil, "unreachable")
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? (nil, nil)
        }
    }
}
