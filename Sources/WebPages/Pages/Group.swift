// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The page of a local group: its description, its events and its discussions.
enum GroupPage {
    private struct Content: Sendable {
        var group: Account
        var follow: Follow?
        var mayRun = false
        /// The accounts that ask to enter, for those who run the group.
        var asking: Networks.Asking?
        var events: [EventView] = []
        var talks: [PostView] = []
        var older: Int64?
        var followed: [Account] = []
        var moderators: [Account] = []
        /// The first of its members here whom the reader may see, and how many there are in all.
        var members: [Account] = []
        var memberCount = 0
        var moderation: GroupModeration?
    }

    static func show(_ visit: Visit) async throws -> Response {
        let group = try await find(visit)
        let content = try await load(group, visit)
        let t = visit.t
        let page = Page(group.shownName, .discussions, content: main(content, visit)).with {
            $0.summary = group.summary.plainText(limit: 200)
            $0.preview = Preview(of: group)
            $0.aside = aside(content, visit)
            $0.feeds = [
                Page.Feed(kind: .atom, path: "\(group.path)/feed.atom", title: t(.feed)),
                Page.Feed(kind: .calendar, path: "\(group.path)/events.ics", title: t(.calendar)),
            ]
            $0.document = String(describing: group.iri)
        }
        return visit.respond(page)
    }

    /// Returns the group that the path names.
    static func find(_ visit: Visit) async throws -> Account {
        let name = try visit.word()
        let group = try await visit.database.read { db in try Accounts.byHandle(Handle(name: name, host: ""), in: db) }
        guard let group, group.isGroup, group.isActive else { throw ServiceError.notFound }
        return group
    }

    private static func load(_ group: Account, _ visit: Visit) async throws -> Content {
        let (viewer, now, mode, request) = (visit.viewer, visit.now, visit.community.mode, visit.listPage())
        let (services, principal, marks) = (visit.services, try? visit.principal(), Networks.marks(visit))
        return try await visit.database.read { db in
            var content = Content(group: group)
            if let viewer {
                content.follow = try Follows.find(by: viewer, of: group.id, in: db)
                content.mayRun = try principal.map { try services.mayRun(group.id, $0, in: db) } ?? false
            }
            if content.mayRun { content.asking = try Networks.asking(group, marks, in: db) }
            let events = try Events.upcoming(
                from: now, scope: .shown(by: group.id), limit: 4, after: nil, viewer: viewer, mode: mode,
                in: db)
            content.events = try EventViews.load(events, viewer: viewer, with: .page, in: db)
            let page = try Timelines.group(
                group.id, request, viewer: viewer, mode: mode, onlyPosts: true, at: now, in: db)
            content.talks = try PostViews.load(page.posts, viewer: viewer, with: .page, in: db)
            content.older = page.older
            content.followed = try Follows.acceptedGroups(followedBy: group.id, in: db)
            content.members = try GroupMembers.page(of: group.id, onlyListed: viewer == nil, limit: 12, in: db).accounts
            content.memberCount = try GroupMembers.count(of: group.id, in: db)
            content.moderators = try GroupRoles.moderators(of: group.id, in: db)
            if content.mayRun { content.moderation = try GroupModeration(of: group, for: viewer, at: now, in: db) }
            return content
        }
    }

    private static func main(_ content: Content, _ visit: Visit) -> HTML {
        let (t, group) = (visit.t, content.group)
        return """
            <header class="portrait">\(AccountCard.avatar(group, .large))<div><h1>\(group.shownNameHTML)</h1>
            <p class="meta address">\(group.fullHandle(visit.community))</p></div></header>
            <div class="words">\(group.summary)</div>
            <div class="actions">\(visit.followButton(group, content.follow))
            \(when(mayWrite(content), """
                <a class="button quiet" href="/write?group=\(group.username)">\(t(.writeHere))</a>
                <a class="button quiet" href="/events/new?group=\(group.username)">\(t(.planEvent))</a>
                """))
            \(when(content.mayRun, "<a class=\"button quiet\" href=\"\(group.path)/edit\">\(t(.edit))</a>"))</div>
            \(maybe(content.moderation) { $0.waiting(visit) })
            \(when(group.approvesFollowers, "<p class=\"hint\">\(t(.groupAsks))</p>"))
            \(maybe(content.asking) { Networks.requests($0, next: group.path, visit) })
            \(when(!content.events.isEmpty, """
                <section aria-labelledby="group-events"><h2 id="group-events">\(t(.upcomingEvents))</h2>
                <ul class="list">\(each(content.events) { visit.eventCard($0) })</ul>
                <p class="ways"><a href="/events?group=\(group.username)">\(t(.groupAgenda))</a>
                <a href="/events?past=1&amp;group=\(group.username)">\(t(.pastEvents))</a></p></section>
                """))
            <section aria-labelledby="group-talks"><h2 id="group-talks">\(t(.discussions))</h2>
            \(when(content.talks.isEmpty, visit.empty(.noTalks, .noTalksInvite, Pictures.emptyCounter,
                link: mayWrite(content) ? ("/write?group=\(group.username)", .writePost) : nil)))
            <ul class="list">\(each(content.talks) { visit.discussionCard($0) })</ul>\(visit.older(content.older))</section>
            \(maybe(content.moderation) { $0.outside(visit) })
            """
    }

    private static func mayWrite(_ content: Content) -> Bool {
        content.group.username != Community.agendaGroup && takesWords(content)
    }

    private static func takesWords(_ content: Content) -> Bool {
        !content.group.approvesFollowers || content.mayRun || content.follow?.state == .accepted
    }

    private static func aside(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section class="panel"><h2>\(t(.followFromElsewhere))</h2><p>\(t(.followFromElsewhereText))</p>
            <p class="address">\(content.group.fullHandle(visit.community))</p></section>
            \(when(!content.followed.isEmpty, """
                <section class="panel"><h2>\(t(.followedNetworks))</h2>\(Discussions.groupList(content.followed))</section>
                """))
            \(when(content.memberCount > 0, """
                <section class="panel"><h2>\(t(.whoBelongs))</h2><p>\(t.count(.groupMemberCount, content.memberCount))</p>
                <ul class="people">\(each(content.members) { "<li>\(AccountCard.link($0))</li>" })</ul>
                \(when(content.memberCount > content.members.count, "<p><a href=\"\(content.group.path)/members\">\(t(.allMembers))</a></p>"))</section>
                """))
            \(when(!content.moderators.isEmpty, """
                <section class="panel"><h2>\(t(.whoRunsIt))</h2>\(Discussions.groupList(content.moderators))</section>
                """))
            """
    }

    // MARK: - Founding and changing

    static func create(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        var draft = GroupDraft(name: sent["name"], title: sent["title"])
        draft.summary = sent["summary"]
        draft.approvesFollowers = sent["approves"] == "yes"
        do {
            let group = try await visit.services.createGroup(draft, as: try visit.principal())
            return visit.redirect(group.path, flash: .founded)
        } catch let error as ServiceError {
            var state = sent.state("name", "title", "summary", "approves")
            let status = try state.take(error)
            return try await Discussions.groups(visit, state, status: status)
        }
    }

    static func showEdit(_ visit: Visit) async throws -> Response {
        let group = try await findMine(visit)
        let source = try await visit.database.read { db in try Accounts.summarySource(of: group.id, in: db) ?? "" }
        return edit(visit, group, FormState(["title": group.displayName, "summary": source]))
    }

    static func saveEdit(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let group = try await findMine(visit)
        do {
            try await visit.services.editGroup(
                group.id, title: sent["title"], summary: sent["summary"], as: try visit.principal())
            return visit.redirect(group.path, flash: .saved)
        } catch let error as ServiceError {
            var state = sent.state("title", "summary")
            let status = try state.take(error)
            return edit(visit, group, state, status: status)
        }
    }

    private static func findMine(_ visit: Visit) async throws -> Account {
        let (services, principal, group) = (visit.services, try visit.principal(), try await find(visit))
        guard try await visit.database.read({ db in try services.mayRun(group.id, principal, in: db) }) else {
            throw ServiceError.notFound
        }
        return group
    }

    private static func edit(
        _ visit: Visit, _ group: Account, _ state: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let title = Field("title", t(.groupTitle)).with {
            $0.isRequired = true; $0.limit = 200
        }
        let content: HTML = """
            <h1>\(t(.editGroup, group.shownName))</h1>\(visit.problems(state))
            \(visit.form("\(group.path)/edit", """
                \(visit.field(title, state))\(visit.field(Field("summary", t(.groupSummary), .area(rows: 5)), state))
                \(visit.submit(t(.save), cancel: group.path))
                """))
            """
        return visit.respond(Page(t(.editGroup, group.shownName), .discussions, content: content), status: status)
    }
}

extension Visit {
    /// Returns the button to follow, the waiting state, or the button to unfollow, depending on the viewer's follow.
    func followButton(_ account: Account, _ follow: Follow?) -> HTML {
        guard let person, person.account.id != account.id else {
            let next = account.path.percentEncoded
            return when(
                person == nil, "<a class=\"button\" href=\"/sign-in?next=\(next)\">\(t(followLabel(account)))</a>")
        }
        let fields = hidden("account", String(describing: account.id)) + hidden("next", account.path)
        switch follow?.state {
        case .accepted:
            let label = t(account.isGroup ? .leaveGroup : .unfollow)
            return form(
                "/unfollow", style: "inline",
                "\(fields)<button class=\"button quiet\" type=\"submit\">\(label)</button>")
        case .requested:
            return """
                <span class="badge wait">\(t(.followRequested))</span>
                \(form("/unfollow", style: "inline", "\(fields)<button class=\"button quiet\" type=\"submit\">\(t(.withdraw))</button>"))
                """
        case .rejected, nil:
            let label = t(followLabel(account))
            return form(
                "/follow", style: "inline", "\(fields)<button class=\"button\" type=\"submit\">\(label)</button>")
        }
    }

    private func followLabel(_ account: Account) -> Phrase {
        account.isGroup ? (account.isLocal ? .joinGroup : .followGroup) : .follow
    }
}
