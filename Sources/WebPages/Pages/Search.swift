// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The search for people, groups and hashtags and, for members, for posts and events.
enum SearchPage {
    private struct Found: Sendable {
        var accounts: [Account] = []
        var tags: [String] = []
        /// The posts and events that were found.
        var statuses: [StatusView] = []
        /// The cursor of the next page of posts and events.
        var older: Int64?
        /// Why a thing of another server was not found.
        var problem: String?

        var isNothing: Bool { accounts.isEmpty && tags.isEmpty && statuses.isEmpty }
    }

    private static let limit = 20

    static func show(_ visit: Visit) async throws -> Response {
        let words = visit.query["q"] ?? ""
        let found = try await look(for: words, visit)
        if let path = path(of: found, for: words, visit) { return visit.redirect(path) }
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.search))</h1>
            \(visit.searchForm(words))
            \(maybe(found.problem) { "<p class=\"problem\" role=\"status\">\(t.problem(FieldError("q", $0)))</p>" })
            \(when(words.contains { !$0.isWhitespace } && found.isNothing, visit.empty(.nothingFound, .nothingFoundInvite, Pictures.emptyCounter)))
            \(section(found.accounts, "found-accounts", t(.peopleAndGroups)) { AccountCard.card($0, visit, heading: .third) })
            \(section(found.tags, "found-tags", t(.subjects), style: "tags") { "<li><a href=\"/tags/\($0.percentEncoded)\">#\($0)</a></li>" })
            \(section(found.statuses, "found-talks", t(.saidAndPlanned)) { card($0, visit) })
            \(visit.older(found.older, extra: "&q=\(words.percentEncoded)"))
            \(when(visit.person == nil, "<section class=\"panel\"><p>\(t(.searchNeedsAccount))</p></section>"))
            """
        return visit.respond(Page(t(.search), .search, content: content).with { $0.isHidden = true })
    }

    private static func look(for words: String, _ visit: Visit) async throws -> Found {
        var search = SearchQuery(words)
        search.limit = limit
        search.details = .page
        search.before = visit.listPage().before
        search.asksOthers = visit.person != nil
        // The pages after the first one contain posts and events only.
        if search.before < .max { search.kinds = [.statuses] }
        let findings = try await visit.services.search(search, as: try? visit.principal())
        var found = Found(
            accounts: findings.accounts, tags: findings.tags.map(\.name), statuses: findings.statuses)
        found.problem = findings.problem
        if findings.statuses.count == limit { found.older = findings.statuses.last?.id.rawValue }
        return found
    }

    /// The page of the one thing that has the address for which a member searches.
    private static func path(of found: Found, for words: String, _ visit: Visit) -> String? {
        let words = words.trimmingWhitespace.lowercased()
        guard visit.person != nil, words.hasPrefix("https://") || words.hasPrefix("http://"),
            found.accounts.count + found.statuses.count == 1
        else { return nil }
        if let account = found.accounts.first { return account.path }
        switch found.statuses.first?.subject {
        case .post(let view): return view.post.path
        case .event(let view): return "/events/\(view.id)"
        case nil: return nil
        }
    }

    private static func card(_ status: StatusView, _ visit: Visit) -> HTML {
        switch status.subject {
        case .post(let view): visit.discussionCard(view)
        case .event(let view): visit.eventCard(view)
        }
    }

    private static func section<Item>(
        _ items: [Item], _ id: String, _ title: String, style: String = "list", _ item: (Item) -> HTML
    ) -> HTML {
        guard !items.isEmpty else { return .nothing }
        return """
            <section aria-labelledby="\(id)"><h2 id="\(id)">\(title)</h2><ul class="\(style)">\(each(items, item))</ul></section>
            """
    }
}

extension Visit {
    /// Returns the search form. It uses GET, because searching changes nothing and the result can be bookmarked.
    func searchForm(_ words: String = "") -> HTML {
        """
        <form class="search" role="search" method="get" action="/search"><label for="search-words">\(t(.searchWords))</label>
        <div class="row"><input type="search" id="search-words" name="q" value="\(words)" maxlength="500" required>
        <button class="button" type="submit">\(t(.search))</button></div></form>
        """
    }
}
