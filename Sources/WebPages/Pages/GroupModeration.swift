// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// What the people who run a group see on its page: posts that wait or were taken out, and who may not write there.
struct GroupModeration: Sendable {
    /// How many posts and people of each kind are shown.
    private static let limit = 40

    let group: Account
    private let held: [PostView]
    private let removed: [PostView]
    private let banned: [(ban: GroupBan, account: Account)]

    init(of group: Account, for viewer: ID<Account>?, at now: Timestamp, in db: some Queryable) throws(DatabaseError) {
        self.group = group
        let states: [(GroupRemovalState, Int)] = [(.held, Self.limit), (.removed, 10)]
        var found: [[PostView]] = []
        for (state, limit) in states {
            let ids = try GroupRemovals.posts(of: group.id, [state], limit: limit, in: db)
            found.append(try PostViews.load(ids, viewer: viewer, with: .page, in: db))
        }
        (held, removed) = (found[0], found[1])
        banned = try GroupBans.list(of: group.id, at: now, limit: Self.limit, in: db)
    }

    /// Returns the posts that wait for a look.
    func waiting(_ visit: Visit) -> HTML {
        let t = visit.t
        return when(
            !held.isEmpty,
            """
            <section aria-labelledby="held"><h2 id="held">\(t(.heldPosts))</h2><p class="hint">\(t(.heldPostsHint))</p>
            <ul class="list">\(each(held) { view in
                """
                \(visit.discussionCard(view))
                <li class="deeds">\(deed("let-in", "post", view.id.description, t(.letIn), "button small", visit))\
                \(deed("leave-out", "post", view.id.description, t(.leaveOut), "button quiet small", visit))</li>
                """
            })</ul></section>
            """)
    }

    /// Returns the posts that were taken out, and the people who may not write in the group.
    func outside(_ visit: Visit) -> HTML {
        let t = visit.t
        return """
            \(when(!removed.isEmpty, """
                <section aria-labelledby="outside"><h2 id="outside">\(t(.outsidePosts))</h2>
                <ul class="list">\(each(removed) { view in
                    """
                    \(visit.discussionCard(view))
                    <li class="deeds">\(deed("let-in", "post", view.id.description, t(.letIn), "button quiet small", visit))</li>
                    """
                })</ul></section>
                """))
            \(when(!banned.isEmpty, """
                <section aria-labelledby="banned"><h2 id="banned">\(t(.bannedPeople))</h2>
                <ul class="list">\(each(banned) { entry in
                    """
                    <li class="card person">\(AccountCard.avatar(entry.account))<div>
                    <h3><a href="\(entry.account.path)">\(entry.account.shownName)</a></h3>
                    <p class="meta">\(entry.account.fullHandle(visit.community))\
                    \(maybe(entry.ban.expiresAt) { " · \(t(.bannedUntil, visit.moments.exact($0)))" })</p>
                    \(when(!entry.ban.reason.isEmpty, "<blockquote>\(entry.ban.reason)</blockquote>"))
                    <div class="deeds">\(deed("unban", "account", entry.account.id.description, t(.unban),
                        "button quiet small", visit))</div></div></li>
                    """
                })</ul></section>
                """))
            """
    }

    private func deed(
        _ deed: String, _ field: String, _ value: String, _ label: String, _ style: String, _ visit: Visit
    ) -> HTML {
        visit.form(
            "\(group.path)/\(deed)", style: "inline",
            "\(visit.hidden(field, value))<button class=\"\(style)\" type=\"submit\">\(label)</button>")
    }

    // MARK: - Deeds

    static func remove(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let id: ID<Post> = try visit.id()
        let post = try await visit.database.read { db in try Posts.byID(id, in: db) }
        let group = try await visit.database.read { db in try post?.group.flatMap { try Accounts.byID($0, in: db) } }
        try await visit.services.removeFromGroup(
            id, reason: sent["reason"], isHeld: sent["how"] == "held", ban: BanLength(rawValue: sent["ban"]),
            as: try visit.principal())
        return visit.redirect(group?.path ?? "/discussions", flash: .takenOut)
    }

    static func lock(_ sent: Submission) async throws -> Response {
        try await lock(sent, true, .talkClosed)
    }

    static func unlock(_ sent: Submission) async throws -> Response {
        try await lock(sent, false, .talkOpen)
    }

    private static func lock(_ sent: Submission, _ isLocked: Bool, _ message: FlashMessage) async throws -> Response {
        let id: ID<Post> = try sent.visit.id()
        try await sent.visit.services.lockDiscussion(id, isLocked, as: try sent.visit.principal())
        return sent.visit.redirect("/posts/\(id)", flash: message)
    }

    static func letIn(_ sent: Submission) async throws -> Response {
        let (visit, group) = (sent.visit, try await GroupPage.find(sent.visit))
        try await visit.services.returnToGroup(try post(sent), group.id, as: try visit.principal())
        return visit.redirect(group.path, flash: .letIn)
    }

    static func leaveOut(_ sent: Submission) async throws -> Response {
        let (visit, group) = (sent.visit, try await GroupPage.find(sent.visit))
        try await visit.services.refusePost(try post(sent), group.id, as: try visit.principal())
        return visit.redirect(group.path, flash: .takenOut)
    }

    static func unban(_ sent: Submission) async throws -> Response {
        let (visit, group) = (sent.visit, try await GroupPage.find(sent.visit))
        guard let account = ID<Account>(sent["account"]) else { throw ServiceError.notFound }
        try await visit.services.unban(account, from: group.id, as: try visit.principal())
        return visit.redirect(group.path, flash: .saved)
    }

    private static func post(_ sent: Submission) throws -> ID<Post> {
        guard let id = ID<Post>(sent["post"]) else { throw ServiceError.notFound }
        return id
    }
}

extension Visit {
    /// Returns the form that takes a post out of its group. It is hidden behind its title, so that it takes two steps
    /// without a script.
    func removal(_ view: PostView) -> HTML {
        let lengths: [(String, Phrase)] = [
            ("", .banNone), (BanLength.day.rawValue, .banDay), (BanLength.week.rawValue, .banWeek),
            (BanLength.month.rawValue, .banMonth), (BanLength.always.rawValue, .banAlways),
        ]
        let bans = lengths.map { Field.Choice(value: $0.0, label: t($0.1)) }
        let ways = [
            Field.Choice(value: "removed", label: t(.takeOutForGood)), .init(value: "held", label: t(.takeOutToWait)),
        ]
        let scope = view.id.description
        let reason = Field("reason", t(.takeOutReason)).with {
            $0.limit = 200
            $0.hint = t(.takeOutReasonHint)
            $0.scope = scope
        }
        let state = FormState()
        return """
            <details class="danger"><summary>\(t(.takeOut))</summary><p>\(t(.takeOutExplained))</p>
            \(form("\(view.post.path)/remove", """
                \(field(reason, state))\(field(Field("how", t(.takeOutHow), .choice(ways)).with { $0.scope = scope }, state))
                \(when(view.author.id != viewer, field(Field("ban", t(.banField), .choice(bans)).with { $0.scope = scope }, state)))
                <button class="button stop small" type="submit">\(t(.takeOut))</button>
                """))</details>
            """
    }

    /// Returns the button that closes a discussion or opens it again.
    func lockButton(_ root: Post, _ isLocked: Bool) -> HTML {
        let (path, label): (String, Phrase) = isLocked ? ("unlock", .openTalk) : ("lock", .closeTalk)
        return "<div class=\"actions\">\(button("\(root.path)/\(path)", t(label), style: "button quiet small"))</div>"
    }
}
