// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page about the community: who runs it, how to join, and what happens to personal data.
enum About {
    static func show(_ visit: Visit) async throws -> Response {
        let (counts, stewards, groups) = try await visit.database.read { db in
            (
                try Accounts.counts(activeSince: visit.now - .days(30), halfYear: visit.now - .days(180), in: db),
                try LocalAccounts.stewards(in: db).map(\.account).filter(\.isActive),
                try Accounts.groups(in: db)
            )
        }
        let (t, community) = (visit.t, visit.community)
        let content: HTML = """
            <h1>\(t(.aboutTitle, community.name))</h1><p class="intro">\(community.tagline)</p>
            <p>\(t.count(.aboutMembers, counts.members)) \(t.count(.aboutEvents, counts.localEvents))</p>
            \(when(!visit.services.profile.about.isEmpty, "<div class=\"words\">\(visit.paragraphs(visit.services.profile.about))</div>"))
            \(when(!visit.rules.isEmpty, """
                <section aria-labelledby="rules"><h2 id="rules">\(t(.ourRules))</h2>\(visit.rules)</section>
                """))
            <section aria-labelledby="join"><h2 id="join">\(t(.howToJoin))</h2><p>\(t.registration(community.registration))</p>
            <p>\(t(.howToFollow))</p>
            <ul class="plain-list">\(each(groups) { group in
                """
                <li><a href="\(group.path)">\(group.shownName)</a> <span class="address">\(group.fullHandle(community))</span></li>
                """
            })</ul></section>
            \(when(!stewards.isEmpty, """
                <section aria-labelledby="who"><h2 id="who">\(t(.whoRunsIt))</h2>\(Discussions.groupList(stewards))</section>
                """))
            <section aria-labelledby="words"><h2 id="words">\(t(.yourWords))</h2><p>\(t(.privacyPublic))</p>
            <p>\(t(.privacyShown))</p><p>\(t(.privacyPages))</p></section>
            <section aria-labelledby="software"><h2 id="software">\(t(.software))</h2><p>\(t(.softwareText))</p></section>
            """
        let page = Page(t(.aboutTitle, community.name), content: content).with { $0.feeds = Feeds.ofNode(t) }
        return visit.respond(page)
    }

    /// Stores the reader's choice of a language in a cookie.
    static func chooseLanguage(_ visit: Visit) async throws -> Response {
        let next = visit.query["next"].flatMap(LocalPath.init)?.string ?? "/"
        guard let language = visit.query["to"].flatMap(Language.init) else { return visit.redirect(next) }
        return visit.redirect(next, cookie: Sessions.remember(language, visit.community))
    }
}
