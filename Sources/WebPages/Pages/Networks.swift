// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The remote groups that local groups or the person follow, and the follow requests that wait for an answer.
enum Networks {
    private struct Content: Sendable {
        var groups: [(group: Account, followed: [Account])] = []
        var mine: [Account] = []
        /// The local groups in whose name the person may follow.
        var mayRun: [Account] = []
        /// The accounts that ask to follow the person, or a group that the person runs.
        var asking: [Asking] = []
    }

    /// One page of the follow requests to an account.
    struct Asking: Sendable {
        var target: Account
        var followers: AccountPage
        var count: Int
        /// The page with the rest of the list; nil when it is the page that is shown.
        var path: String?
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, FormState(["handle": visit.query["handle"] ?? ""]))
    }

    private static func page(
        _ visit: Visit, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let content = try await load(visit)
        let page = Page(visit.t(.networks), .networks, content: main(content, state, visit)).with {
            $0.aside = aside(visit)
        }
        return visit.respond(page, status: status)
    }

    private static func load(_ visit: Visit) async throws -> Content {
        let (person, services) = (visit.person, visit.services)
        let marks = marks(visit)
        return try await visit.database.read { db in
            var content = Content()
            if let person { content.mayRun = try services.groupsRun(by: .member(person.account.id), in: db) }
            for group in try Accounts.groups(in: db) {
                let followed = try Follows.acceptedGroups(followedBy: group.id, in: db).filter { !$0.isLocal }
                if !followed.isEmpty { content.groups.append((group, followed)) }
                guard content.mayRun.contains(where: { $0.id == group.id }) else { continue }
                if let asking = try asking(group, marks, in: db) { content.asking.append(asking) }
            }
            if let me = person?.account {
                content.mine = try Follows.acceptedGroups(followedBy: me.id, in: db).filter { !$0.isLocal }
                if let asking = try asking(me, marks, in: db) { content.asking.append(asking) }
            }
            return content
        }
    }

    /// Reads from the address the account whose list begins later, and where.
    static func marks(_ visit: Visit) -> [String] {
        visit.query["requests"].map { $0.split(separator: "-", maxSplits: 1).map(String.init) } ?? []
    }

    /// Returns one page of the requests to follow an account or to enter a group; nil when there are none.
    ///
    /// - Parameter marks: the id of the account whose list does not begin at its start, and the mark of that page.
    static func asking(
        _ target: Account, _ marks: [String], in db: some Queryable
    ) throws(DatabaseError) -> Asking? {
        let isLater = marks.count == 2 && marks[0] == "\(target.id)"
        let mark = isLater ? AccountMark(marks[1]) : nil
        let followers = try Follows.pending(of: target.id, after: mark, in: db)
        let count = try Follows.pendingCount(of: target.id, in: db)
        return count > 0 ? Asking(target: target, followers: followers, count: count) : nil
    }

    private static func main(_ content: Content, _ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let isEmpty = content.groups.isEmpty && content.mine.isEmpty
        return """
            <h1>\(t(.networks))</h1><p class="intro">\(t(.networksIntro))</p>
            \(each(content.asking) { requests($0, visit) })
            \(visit.person == nil ? "" : followForm(content, state, visit))
            \(when(isEmpty, visit.empty(.noNetworks, .noNetworksInvite, Pictures.emptyNetwork)))
            \(each(content.groups) { group, followed in
                let runs = content.mayRun.contains { $0.id == group.id }
                return section("group-\(group.id)", t(.followedBy, group.shownName), followed, runs ? group : nil, visit)
            })
            \(when(!content.mine.isEmpty, section("mine", t(.followedByMe), content.mine, nil, visit)))
            """
    }

    /// - Parameter group: the group in whose name the person may unfollow these accounts.
    private static func section(
        _ id: String, _ title: String, _ accounts: [Account], _ group: Account?, _ visit: Visit
    ) -> HTML {
        """
        <section aria-labelledby="\(id)"><h2 id="\(id)">\(title)</h2>
        <ul class="cards">\(each(accounts) { account in
            let fields = visit.hidden("account", String(describing: account.id))
                + visit.hidden("as", group.map { String(describing: $0.id) } ?? "")
            let stop = visit.form("/unfollow", style: "inline", """
                \(fields)<button class="button quiet small" type="submit">\(visit.t(.unfollow))</button>
                """)
            return AccountCard.card(account, visit, heading: .third, deeds: when(group != nil, "<div class=\"deeds no-print\">\(stop)</div>"))
        })</ul></section>
        """
    }

    private static func followForm(_ content: Content, _ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let handle = Field("handle", t(.handleField)).with {
            $0.isRequired = true
            $0.hint = t(.handleHint)
            $0.limit = 500
        }
        let isAboutOpening = visit.path == "/open"
        let me = Field.Choice(value: "", label: t(.asMyself))
        let groups = content.mayRun.map { Field.Choice(value: String(describing: $0.id), label: $0.shownName) }
        let address = Field("address", t(.openField)).with {
            $0.isRequired = true
            $0.hint = t(.openHint)
            $0.limit = 2_048
        }
        return """
            <section class="panel no-print" aria-labelledby="follow"><h2 id="follow">\(t(.followNetwork))</h2>
            \(when(!isAboutOpening, visit.problems(state)))
            \(visit.form("/follow", """
                \(visit.field(handle, state))
                \(when(!groups.isEmpty, visit.field(Field("as", t(.followAs), .choice([me] + groups)), state)))
                \(visit.submit(t(.follow)))
                """))</section>
            <section class="panel no-print" aria-labelledby="open"><h2 id="open">\(t(.openTitle))</h2>
            \(when(isAboutOpening, visit.problems(state)))
            \(visit.form("/open", "\(visit.field(address, state))\(visit.submit(t(.openHere)))"))</section>
            """
    }

    /// Returns the requests to follow an account or to enter a group.
    ///
    /// - Parameter next: the page to which the answers return.
    static func requests(_ asking: Asking, next: String = "/networks", _ visit: Visit) -> HTML {
        let (t, target) = (visit.t, asking.target)
        let id = "ask-\(target.id)"
        let rest = asking.followers.next.map { "\(target.id)-\($0)" }
        return """
            <section class="panel" aria-labelledby="\(id)"><h2 id="\(id)">\(t(target.isGroup ? .askToEnter : .askToFollow, target.shownName))</h2>
            <p class="hint">\(t.count(.waitingCount, asking.count))</p>
            <ul class="requests">\(each(asking.followers.accounts) { follower in
                let fields = visit.hidden("follower", String(describing: follower.id))
                    + visit.hidden("target", String(describing: target.id)) + visit.hidden("next", next)
                return """
                    <li>\(AccountCard.link(follower)) <span class="meta">\(follower.fullHandle(visit.community))</span>
                    \(visit.form("/follow/answer", style: "inline", """
                        \(fields)<button class="button small" name="answer" value="yes" type="submit">\(t(.accept))</button>
                        <button class="button quiet small" name="answer" value="no" type="submit">\(t(.refuse))</button>
                        """))</li>
                    """
            })</ul>\(visit.rest("requests", after: rest, section: id, on: asking.path))</section>
            """
    }

    private static func aside(_ visit: Visit) -> HTML {
        let t = visit.t
        let handle = "@\(Community.mainGroup)@\(visit.community.authority)"
        return """
            <section class="panel"><h2>\(t(.beFollowed))</h2><p>\(t(.beFollowedText))</p><p class="address">\(handle)</p></section>
            <section class="panel"><h2>\(t(.whatFlows))</h2><p>\(t(.whatFlowsText))</p></section>
            """
    }

    // MARK: - Following

    /// Follows an account by its id (button) or by its handle (form), as the person or as a group.
    static func follow(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let me = try visit.principal()
        if let target = ID<Account>(sent["account"]) {
            let state = try await visit.services.follow(target, as: me)
            let account = try await visit.database.read { db in try Accounts.byID(target, in: db) }
            return visit.redirect(sent.next(or: "/networks"), flash: flash(state, account))
        }
        do {
            let handle = sent["handle"]
            guard !handle.trimmingWhitespace.isEmpty else {
                throw ServiceError.invalid([FieldError("handle", "missing")])
            }
            let principal = try visit.principal(as: ID<Account>(sent["as"]))
            let found = try await visit.services.follow(handle: handle, as: principal)
            return visit.redirect(found.account.path, flash: flash(found.state, found.account))
        } catch ServiceError.notFound {
            var state = sent.state("handle", "as")
            state.errors = [FieldError("handle", "not_found")]
            return try await page(visit, state, status: .unprocessableContent)
        } catch let error as ServiceError {
            var state = sent.state("handle", "as")
            let status = try state.take(error)
            return try await page(visit, state, status: status)
        }
    }

    /// Returns what to say after a follow: that it stands, or from where the answer will come.
    private static func flash(_ state: Follow.State, _ account: Account?) -> FlashMessage {
        guard account?.isLocal ?? false else { return state == .accepted ? .followed : .requested }
        let isGroup = account?.isGroup ?? false
        return state == .accepted ? (isGroup ? .entered : .followed) : (isGroup ? .askedGroup : .askedHere)
    }

    /// Fetches the post, event or account behind an address and redirects to its page on this node, where the person
    /// can reply or attend.
    static func open(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        do {
            return visit.redirect(
                OpenElsewhere.path(of: try await visit.services.lookUp(sent["address"], as: principal)))
        } catch let error as ServiceError {
            var state = sent.state("address")
            if case .conflict(let code) = error {
                state.errors = [FieldError("address", code)]
                return try await page(visit, state, status: .unprocessableContent)
            }
            guard case .unreachable = error else {
                state.errors = [FieldError("address", "not_found")]
                return try await page(visit, state, status: .unprocessableContent)
            }
            let status = try state.take(error)
            return try await page(visit, state, status: status)
        }
    }

    static func unfollow(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal(as: ID<Account>(sent["as"]))
        guard let target = ID<Account>(sent["account"]) else { throw ServiceError.notFound }
        try await visit.services.unfollow(target, as: principal)
        let account = try await visit.database.read { db in try Accounts.byID(target, in: db) }
        let hasLeft = account.map { $0.isLocal && $0.isGroup } ?? false
        return visit.redirect(sent.next(or: "/networks"), flash: hasLeft ? .leftGroup : .unfollowed)
    }

    static func answerRequest(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let me = try visit.principal()
        guard let follower = ID<Account>(sent["follower"]), let target = ID<Account>(sent["target"]) else {
            throw ServiceError.notFound
        }
        try await visit.services.answerFollowRequest(
            from: follower, to: target, accept: sent["answer"] == "yes", as: me)
        return visit.redirect(sent.next(or: "/networks"), flash: .answered)
    }
}
