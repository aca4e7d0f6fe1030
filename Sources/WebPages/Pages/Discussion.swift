// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// A discussion: the post that starts it, its replies, and the form to reply.
enum Discussion {
    private struct Thread: Sendable {
        /// The post that starts the discussion. If the reader may not read it, or if it was deleted, it is the post
        /// that the address names.
        var root: PostView
        /// The post that the address names.
        var current: PostView
        var answers: AnswerList
        var event: EventView?
        var isLocked = false
        /// The group of the discussion when the reader runs it.
        var moderatedGroup: ID<Account>?
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, id: try visit.id(), FormState())
    }

    /// Redirects from the address that client apps use for a post.
    static func redirect(_ visit: Visit) async throws -> Response {
        visit.redirect("/posts/\(try visit.id() as ID<Post>)")
    }

    /// - Parameter state: a reply that was refused and is shown again.
    static func page(
        _ visit: Visit, id: ID<Post>, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let thread = try await load(id, visit)
        var visit = visit
        visit.moderatedGroup = thread.moderatedGroup
        let root = thread.root
        let title = root.post.headline.isEmpty ? visit.t(.discussion) : root.post.headline
        let page = Page(title, .discussions, content: main(thread, title, state, visit)).with {
            let isOpen = root.post.warning.isEmpty
            $0.summary = isOpen ? root.post.content.plainText(limit: 200) : root.post.warning
            $0.preview = Preview(of: root)
            $0.canonical = root.post.path
            $0.document = String(describing: thread.current.post.iri)
            $0.isHidden = !root.author.isLocal || root.post.visibility != .everyone
            $0.aside = aside(thread, visit)
        }
        return visit.respond(page, status: status)
    }

    private static func load(_ id: ID<Post>, _ visit: Visit) async throws -> Thread {
        let (viewer, wanted) = (visit.viewer, visit.answerRange)
        let (services, principal) = (visit.services, try? visit.principal())
        let thread = try await visit.database.read { db -> Thread? in
            guard let current = try PostViews.one(id, viewer: viewer, in: db) else { return nil }
            let start = current.post.thread
            let root = start == id ? current : try PostViews.one(start, viewer: viewer, in: db)
            let place = AnswerPosition(publishedAt: current.post.publishedAt, post: id)
            var answers = try AnswerList(
                to: .post(start), wanted ?? (start == id ? .beginning : .around(place)),
                below: [root].compactMap { $0 },
                viewer: viewer, in: db)
            if root == nil { answers.views.removeAll { $0.id == id } }
            var thread = Thread(root: root ?? current, current: current, answers: answers)
            thread.isLocked = try ThreadLocks.exists(start, in: db)
            if let principal, let group = thread.root.group, group.isLocal,
                try services.mayRun(group.id, principal, in: db)
            {
                thread.moderatedGroup = group.id
            }
            if let event = current.post.event {
                thread.event = try EventViews.one(event, viewer: viewer, with: .page, in: db)
            }
            return thread
        }
        guard let thread else { throw ServiceError.notFound }
        return thread
    }

    private static func main(_ thread: Thread, _ title: String, _ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let root = thread.root
        let lang = visit.foreign(root.post.language)
        return """
            <p class="crumbs"><a href="/discussions">\(t(.discussions))</a>\
            \(maybe(root.group) { " › <a href=\"\($0.path)\">\($0.shownName)</a>" })\
            \(when(!root.author.isLocal, " › <span class=\"origin\">\(t(.from, root.author.host))</span>"))</p>
            <h1 dir="auto"\(" class=\"unseen\"", if: root.post.title.isEmpty)\("lang", lang)>\(title)</h1>
            \(maybe(thread.event) { "<ul class=\"list about\">\(visit.eventCard($0, heading: .second))</ul>" })
            \(visit.threadPost(root, parent: nil, isCurrent: false))
            \(when(thread.moderatedGroup != nil && root.post.thread == root.id, visit.lockButton(root.post, thread.isLocked)))
            \(replies(thread, visit))
            \(replyForm(thread, state, visit))
            """
    }

    private static func replies(_ thread: Thread, _ visit: Visit) -> HTML {
        let answers = thread.answers
        guard !answers.views.isEmpty || !answers.isWhole else { return .nothing }
        let count = answers.isWhole ? answers.views.count : thread.root.answerCount
        let list = answers.html(at: thread.current.post.path, root: thread.root.id, current: thread.current.id, visit)
        return """
            <section aria-labelledby="answers"><h2 id="answers">\(visit.t.count(.answerCount, count))</h2>\(list)</section>
            """
    }

    private static func replyForm(_ thread: Thread, _ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let current = thread.current
        guard !thread.isLocked else {
            return "<section class=\"panel answer\" id=\"answer\"><p>\(t(.talkClosed))</p></section>"
        }
        guard visit.person != nil else {
            return """
                <section class="panel answer" id="answer"><h2>\(t(.answer))</h2><p>\(t(.answerNeedsAccount))</p>
                <p><a class="button" href="/sign-in?next=\(current.post.path.percentEncoded)">\(t(.signIn))</a></p>
                <p class="hint">\(t(.answerFromElsewhere))</p><p class="address">\(String(describing: current.post.iri))</p></section>
                """
        }
        let isRoot = current.id == thread.root.id
        let title = isRoot ? t(.answer) : t(.answerToName, current.author.shownName)
        let text = Field("text", t(.yourAnswer), .area(rows: 5)).with {
            $0.isRequired = true
            $0.limit = PostLimits.text
            $0.hint = t(.textHint)
        }
        return """
            <section class="answer" id="answer" aria-labelledby="answer-title"><h2 id="answer-title">\(title)</h2>
            \(when(!isRoot, "<p class=\"meta\"><a href=\"\(thread.root.post.path)#answer\">\(t(.answerWhole))</a></p>"))
            \(visit.problems(state))
            \(visit.form("/posts", """
                \(visit.hidden("in_reply_to", String(describing: current.id)))\(visit.field(text, state))
                \(visit.onceField)\(visit.submit(t(.sendAnswer)))
                """))</section>
            """
    }

    private static func aside(_ thread: Thread, _ visit: Visit) -> HTML {
        let people = ([thread.root] + thread.answers.views).reduce(into: [Account]()) { list, view in
            if !list.contains(where: { $0.id == view.author.id }) { list.append(view.author) }
        }
        let tags = thread.root.hashtags
        return """
            <section class="panel"><h2>\(visit.t(.whoTalks))</h2><ul class="people">
            \(each(people.prefix(12)) { "<li>\(AccountCard.link($0))</li>" })</ul></section>
            \(when(!tags.isEmpty, """
                <section class="panel"><h2>\(visit.t(.subjects))</h2><ul class="tags">
                \(each(tags) { "<li><a href=\"/tags/\($0.percentEncoded)\">#\($0)</a></li>" })</ul></section>
                """))
            """
    }

    // MARK: - Thanks and recommendations

    static func like(_ sent: Submission) async throws -> Response {
        try await act(sent, .thanked) { try await sent.visit.services.likePost($0, as: $1) }
    }

    static func unlike(_ sent: Submission) async throws -> Response {
        try await act(sent, .unthanked) { try await sent.visit.services.unlikePost($0, as: $1) }
    }

    static func boost(_ sent: Submission) async throws -> Response {
        try await act(sent, .recommended) { try await sent.visit.services.boostPost($0, as: $1) }
    }

    static func unboost(_ sent: Submission) async throws -> Response {
        try await act(sent, .unrecommended) { try await sent.visit.services.unboostPost($0, as: $1) }
    }

    static func vote(_ sent: Submission) async throws -> Response {
        let choices = sent.form.values("choice").prefix(100).map { Int($0) ?? -1 }
        return try await act(sent, .voted) { try await sent.visit.services.vote(choices, on: $0, as: $1) }
    }

    /// Runs a command and redirects to the post in its thread.
    private static func act(
        _ sent: Submission, _ flashMessage: FlashMessage, _ command: (ID<Post>, Principal) async throws -> Void
    ) async throws -> Response {
        let id: ID<Post> = try sent.visit.id()
        try await command(id, try sent.visit.principal())
        return sent.visit.redirect("/posts/\(id)#post-\(id)", flash: flashMessage)
    }
}
