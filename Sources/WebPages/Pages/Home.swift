// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The home page: the next event, the latest discussions, new members, and stewards and moderators.
enum Home {
    private struct Content: Sendable {
        var next: EventView?
        var isMine = false
        var later: [EventView] = []
        var talks: [PostView] = []
        var newcomers: [Account] = []
        var helpers: [Account] = []
        var announcements: [AnnouncementView] = []
        /// Whether the steward who reads the page is the only member.
        var isAlone = false
    }

    static func show(_ visit: Visit) async throws -> Response {
        let content = try await load(visit)
        let t = visit.t
        let page = Page(t(.home), .home, content: main(content, visit)).with {
            $0.summary = visit.community.tagline
            $0.aside = aside(content, visit)
            $0.feeds = Feeds.ofNode(t)
        }
        return visit.respond(page)
    }

    private static func load(_ visit: Visit) async throws -> Content {
        let (viewer, now, mode) = (visit.viewer, visit.now, visit.community.mode)
        let isSteward = visit.person?.role.mayRunCommunity ?? false
        return try await visit.database.read { db in
            var content = Content()
            var events = try Events.upcoming(
                from: now, scope: .community, limit: 5, after: nil, viewer: viewer, mode: mode, in: db)
            let mine = try viewer.map { try GuestLists.of($0, from: now, takingPlace: true, in: db) } ?? []
            if let first = mine.first(where: { $0.1.state != .asked })?.0 {
                events = [first] + events.filter { $0 != first }
                content.isMine = true
            }
            let views = try EventViews.load(events, viewer: viewer, with: .page, in: db)
            let next = views.first { $0.event.status.takesGuests }
            content.next = next
            content.later = Array(views.filter { $0.id != next?.id }.prefix(3))
            let talks = try Timelines.discussions(PageRequest(limit: 8), viewer: viewer, mode: mode, at: now, in: db)
            content.talks = try PostViews.load(talks.posts, viewer: viewer, with: .page, in: db)
            content.newcomers = try Accounts.newcomers(since: now - .days(45), limit: 8, in: db)
            if let viewer {
                content.announcements = try Announcements.list(viewer: viewer, withRead: false, at: now, in: db)
            }
            if isSteward {
                content.isAlone = try Accounts.members(PageRequest(limit: 2), onlyListed: false, in: db).count < 2
            }
            content.helpers = try Accounts.helpers(since: now - .days(7), limit: 8, in: db)
            return content
        }
    }

    private static func main(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        let name = visit.person?.account.firstName
        return """
            <header class="hello"><h1>\(name.map { t(.helloName, $0) } ?? visit.community.name)</h1>
            <p class="tagline"\("lang", visit.foreign(visit.community.language))>\(visit.community.tagline)</p>\(when(visit.person == nil, ways(visit)))</header>
            \(FirstSteps.html(visit, isAlone: content.isAlone, hasEvents: content.next != nil))\(FirstSteps.welcome(visit))
            \(NotificationsPage.announcements(content.announcements, next: "/", visit))
            \(maybe(content.next) { visit.slate($0, title: content.isMine ? .myNextEvent : .nextEvent) })
            \(when(content.next == nil, emptySlate(visit)))
            \(question(content, visit))
            \(talks(content, visit))
            \(when(!content.later.isEmpty, later(content, visit)))
            """
    }

    /// Returns the way in for visitors, on the first screen of a phone.
    private static func ways(_ visit: Visit) -> HTML {
        let t = visit.t
        return when(
            visit.community.registration != .closed,
            """
            <p class="actions no-print"><a class="button" href="/sign-up">\(t(.signUp))</a>
            <a href="/about">\(t(.howItWorks))</a></p>
            """)
    }

    private static func emptySlate(_ visit: Visit) -> HTML {
        """
        <section class="slate empty-slate">\(Pictures.emptySlate)<h2>\(visit.t(.noEvents))</h2>
        <p>\(visit.t(.noEventsInvite))</p><a class="button chalked" href="/events/new">\(visit.t(.planEvent))</a></section>
        """
    }

    /// Returns the card of one of the latest discussions that was started here by somebody else and has no reply yet;
    /// nothing when there is none.
    private static func question(_ content: Content, _ visit: Visit) -> HTML {
        let open = content.talks.last {
            $0.answerCount == 0 && $0.author.id != visit.viewer && $0.author.isLocal && $0.post.isQuestion
        }
        return maybe(open) { open in
            """
            <section class="ask" aria-labelledby="ask-title"><h2 id="ask-title">\(visit.t(.questionWaits))</h2>
            <p>\(AccountCard.avatar(open.author, .small)) <a href="\(open.post.path)#answer">\(open.post.headline)</a></p></section>
            """
        }
    }

    private static func talks(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        guard !content.talks.isEmpty else {
            return """
                <section aria-labelledby="talks"><h2 id="talks">\(t(.latestTalks))</h2>
                \(visit.empty(.noTalks, .noTalksInvite, Pictures.emptyCounter, link: ("/write", .writePost)))</section>
                """
        }
        return """
            <section aria-labelledby="talks"><div class="heading"><h2 id="talks">\(t(.latestTalks))</h2>
            <a class="more" href="/discussions">\(t(.allTalks))</a></div>
            <ul class="list">\(each(content.talks.prefix(6)) { visit.discussionCard($0) })</ul></section>
            """
    }

    private static func later(_ content: Content, _ visit: Visit) -> HTML {
        """
        <section aria-labelledby="later"><div class="heading"><h2 id="later">\(visit.t(.laterEvents))</h2>
        <a class="more" href="/events">\(visit.t(.wholeAgenda))</a></div>
        <ul class="list">\(each(content.later) { visit.eventCard($0) })</ul></section>
        """
    }

    private static func aside(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            \(when(visit.person == nil, joining(visit)))
            \(people(content.newcomers, t(.newcomers), t(.newcomersHint)))
            \(people(content.helpers, t(.helpers), t(.helpersHint)))
            \(when(visit.person != nil, quickDeeds(visit)))
            """
    }

    private static func joining(_ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section class="panel"><h2>\(t(.howToJoin))</h2><p>\(t(.howToJoinText))</p>
            \(when(visit.community.registration != .closed, "<p><a class=\"button\" href=\"/sign-up\">\(t(.signUp))</a></p>"))
            <p class="hint">\(t(.howToFollow))</p>
            <p class="address">@\(Community.mainGroup)@\(visit.community.authority)</p></section>
            """
    }

    private static func people(_ accounts: [Account], _ title: String, _ hint: String) -> HTML {
        when(
            !accounts.isEmpty,
            """
            <section class="panel"><h2>\(title)</h2><p class="hint">\(hint)</p>
            <ul class="people">\(each(accounts) { "<li>\(AccountCard.link($0))</li>" })</ul></section>
            """)
    }

    private static func quickDeeds(_ visit: Visit) -> HTML {
        """
        <section class="panel"><h2>\(visit.t(.yourTurn))</h2><ul class="plain-list">
        <li><a href="/write">\(visit.t(.writePost))</a></li><li><a href="/events/new">\(visit.t(.planEvent))</a></li></ul></section>
        """
    }
}
