// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Storage

/// The post that a reply answers, and the address at which the page shows it.
struct AnsweredPost: Sendable {
    var view: PostView
    /// An anchor on the same page, or another page.
    var address: String
}

/// One page of the replies to a post or an event.
struct AnswerList: Sendable {
    /// The replies, oldest first.
    var views: [PostView] = []
    /// The posts that these replies answer and that are shown on another page.
    private var elsewhere: [ID<Post>: PostView] = [:]
    private var earlier: AnswerPosition?
    private var later: AnswerPosition?

    /// Whether all replies are on this page.
    var isWhole: Bool { earlier == nil && later == nil }

    /// Reads the page of replies for which the request asks.
    ///
    /// - Parameters:
    ///   - range: the page, when the request names none.
    ///   - head: the posts that are shown above the replies on every page.
    init(
        to subject: TimelineItem.Subject, _ range: AnswerRange, below head: [PostView] = [], viewer: ID<Account>?,
        in db: some Queryable
    ) throws(DatabaseError) {
        let page = try Threads.answers(to: subject, range, viewer: viewer, in: db)
        views = try PostViews.load(page.posts, viewer: viewer, in: db)
        (earlier, later) = (page.earlier, page.later)
        let shown = Set((views + head).map(\.id))
        let missing = Set(views.compactMap(\.post.inReplyTo)).subtracting(shown)
        for view in try PostViews.load(Array(missing), viewer: viewer, in: db) { elsewhere[view.id] = view }
    }

    /// Returns the replies, with links to the pages before and after.
    ///
    /// - Parameters:
    ///   - path: the path of the page.
    ///   - root: the post that starts the discussion. A reply to it does not say what it answers.
    ///   - current: the post that the address names.
    func html(at path: String, root: ID<Post>? = nil, current: ID<Post>? = nil, _ visit: Visit) -> HTML {
        let known = Dictionary(views.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let items = each(views) { view in
            visit.threadPost(
                view, parent: view.post.inReplyTo == root ? nil : parent(of: view, known),
                isCurrent: view.id == current)
        }
        return """
            \(maybe(earlier) { visit.pager("\(path)?before=\($0.text)#answers", visit.t(.earlierAnswers)) })\(items)\
            \(maybe(later) { visit.pager("\(path)?after=\($0.text)#answers", visit.t(.laterAnswers)) })
            """
    }

    private func parent(of view: PostView, _ known: [ID<Post>: PostView]) -> AnsweredPost? {
        guard let id = view.post.inReplyTo else { return nil }
        if let parent = known[id] { return AnsweredPost(view: parent, address: "#post-\(id)") }
        return elsewhere[id].map { AnsweredPost(view: $0, address: "\($0.post.path)#post-\(id)") }
    }
}

extension AnswerPosition {
    /// `TIME-ID`, as addresses contain it.
    var text: String { "\(publishedAt.milliseconds)-\(post)" }

    /// Parses `TIME-ID`.
    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let time = Int64(parts[0]), let post = ID<Post>(parts[1]) else { return nil }
        self.init(publishedAt: Timestamp(time), post: post)
    }
}

extension Visit {
    /// The page of replies for which the query asks.
    var answerRange: AnswerRange? {
        if let place = query["after"].flatMap(AnswerPosition.init) { return .after(place) }
        return query["before"].flatMap(AnswerPosition.init).map { .before($0) }
    }
}
