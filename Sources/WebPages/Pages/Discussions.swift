// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage

/// The discussions of this node, and those of the remote groups that local groups follow.
enum Discussions {
    /// Which discussions are listed.
    private enum View: String {
        case everything
        /// The posts of the reader's home timeline.
        case mine
        /// Posts that mention the reader, including direct messages.
        case named
    }

    static func show(_ visit: Visit) async throws -> Response {
        let view = View(rawValue: visit.query["view"] ?? "") ?? .everything
        let viewer = view == .everything ? visit.viewer : try visit.member().account.id
        let (request, mode, now) = (visit.listPage(), visit.community.mode, visit.now)
        let (views, older, groups) = try await visit.database.read { db in
            let page =
                switch (view, viewer) {
                case (.mine, let viewer?): try Timelines.home(viewer, request, onlyPosts: true, at: now, in: db)
                case (.named, let viewer?): try Timelines.mentions(viewer, request, at: now, in: db)
                default: try Timelines.discussions(request, viewer: viewer, mode: mode, at: now, in: db)
                }
            return (
                try PostViews.load(page.posts, viewer: viewer, with: .page, in: db), page.older,
                try Accounts.groups(in: db)
            )
        }
        let t = visit.t
        let content: HTML = """
            <div class="heading"><h1>\(t(.discussions))</h1><a class="button" href="/write">\(t(.writePost))</a></div>
            \(when(visit.person != nil, tabs(visit, view)))
            \(list(views, older, view, visit))
            """
        let page = Page(t(.discussions), .discussions, content: content).with {
            $0.aside = """
                <section class="panel">\(visit.searchForm())</section>
                <section class="panel"><h2>\(t(.groups))</h2>\(groupList(groups))</section>
                """
            $0.feeds = [Feeds.discussions(t)]
            $0.isHidden = view != .everything
        }
        return visit.respond(page)
    }

    static func showGroups(_ visit: Visit) async throws -> Response {
        try await groups(visit, FormState())
    }

    /// The page of the groups. For moderators it has the form that creates a group.
    static func groups(_ visit: Visit, _ state: FormState, status: HTTPResponse.Status = .ok) async throws -> Response {
        let groups = try await visit.database.read { db in try Accounts.groups(in: db) }
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.groups))</h1><p class="intro">\(t(.groupsIntro))</p>
            <ul class="list">\(each(groups) { AccountCard.card($0, visit) })</ul>
            \(when(visit.isModerator, foundation(visit, state)))
            """
        return visit.respond(Page(t(.groups), .discussions, content: content), status: status)
    }

    private static func foundation(_ visit: Visit, _ state: FormState) -> HTML {
        let t = visit.t
        return """
            <section class="panel" aria-labelledby="new-group"><h2 id="new-group">\(t(.newGroup))</h2>
            \(visit.problems(state))
            \(visit.form("/groups", """
                \(visit.field(Field("title", t(.groupTitle)).with { $0.isRequired = true; $0.limit = 200 }, state))
                \(visit.field(Field("name", t(.groupName)).with { $0.isRequired = true; $0.hint = t(.nameHint) }, state))
                \(visit.field(Field("summary", t(.groupSummary), .area(rows: 3)), state))
                \(visit.checkbox("approves", t(.groupApproves), hint: t(.groupApprovesHint), state))
                \(visit.submit(t(.foundGroup)))
                """))</section>
            """
    }

    private static func tabs(_ visit: Visit, _ current: View) -> HTML {
        let tabs: [(View, Phrase, String)] = [
            (.everything, .everything, "/discussions"), (.mine, .whatIFollow, "/discussions?view=mine"),
            (.named, .whereIAmNamed, "/discussions?view=named"),
        ]
        return """
            <nav class="tabs" aria-label="\(visit.t(.filter))">\(each(tabs) { view, phrase, address in
                "<a href=\"\(address)\"\(" aria-current=\"true\"", if: view == current)>\(visit.t(phrase))</a>"
            })</nav>
            """
    }

    private static func list(_ views: [PostView], _ older: Int64?, _ view: View, _ visit: Visit) -> HTML {
        guard !views.isEmpty || older != nil else {
            return visit.empty(.noTalks, .noTalksInvite, Pictures.emptyCounter, link: ("/write", .writePost))
        }
        return """
            <ul class="list">\(each(views) { visit.discussionCard($0, heading: .second) })</ul>
            \(visit.older(older, extra: view == .everything ? "" : "&view=\(view.rawValue)"))
            """
    }

    static func groupList(_ groups: [Account]) -> HTML {
        "<ul class=\"people\">\(each(groups) { "<li>\(AccountCard.link($0))</li>" })</ul>"
    }
}
