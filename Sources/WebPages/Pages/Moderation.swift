// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page for moderators: sign-ups that wait for approval, reports, and policies for remote hosts.
enum Moderation {
    private struct Content: Sendable {
        var waiting = ListPart<(person: LocalAccount, note: String)>()
        var waitingCount = 0
        var reports = ListPart<Report>()
        var reportCount = 0
        var accounts: [ID<Account>: Account] = [:]
        var items: [String: ReportedItem] = [:]
        var policies = ListPart<PeerState>()
        var policyCount = 0
        var silent = ListPart<SilentPeer>()
        var announcements: AnnouncementSection?
        /// The groups with requests to enter.
        var groups: [Networks.Asking] = []
        var held: [HeldHost] = []
        var suspended: [Account] = []
        var log: [ModerationDeed] = []
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, FormState())
    }

    static func page(
        _ visit: Visit, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let (person, now, mode) = (try visit.moderator(), visit.now, visit.community.mode)
        let (services, principal) = (visit.services, try visit.principal())
        let lastPerson = visit.query["people"].flatMap { ID<Account>($0) }
        let lastReport = visit.query["reports"].flatMap { ID<Report>($0) }
        let (lastPolicy, lastSilent) = (visit.query["policies"] ?? "", visit.query["silent"])
        let content = try await visit.database.read { db in
            var content = Content()
            content.waiting = try ListPart { limit in
                try LocalAccounts.waiting(after: lastPerson, limit: limit, in: db).map { ($0.0, $0.note) }
            }
            content.waitingCount = try LocalAccounts.waitingCount(in: db)
            content.reports = try ListPart { try Reports.open(after: lastReport, limit: $0, in: db) }
            content.reportCount = try Reports.openCount(in: db)
            content.silent = try ListPart { try SilentPeers.list(after: lastSilent, limit: $0, in: db) }
            let people = content.reports.items.flatMap { [$0.reporter, $0.target].compactMap { $0 } }
            content.items = try ReportedItems.load(content.reports.items.flatMap { $0.objects.prefix(20) }, in: db)
            let groups = try services.groupsRun(by: principal, in: db)
            let asking = try Follows.pending(ofEach: groups.map(\.id), in: db)
            content.groups = groups.compactMap { group in
                asking[group.id].map {
                    Networks.Asking(target: group, followers: $0.page, count: $0.count, path: group.path)
                }
            }
            content.held = try HeldActivities.hosts(in: db)
            content.suspended = try Accounts.suspended(in: db)
            content.log = try ModerationLog.list(PageRequest(limit: 8), in: db)
            let others = ModerationLogPage.accounts(in: content.log)
            content.accounts = try Accounts.byIDs(people + others, in: db)
            content.announcements = try AnnouncementSection.load(for: person, at: now, mode: mode, in: db)
            let all = try Peers.decided(in: db)
            content.policies = ListPart { limit in Array(all.drop { $0.host <= lastPolicy }.prefix(limit)) }
            content.policyCount = all.count
            return content
        }
        let t = visit.t
        let main: HTML = """
            <h1>\(t(.moderation))</h1>
            \(when(person.role.mayRunCommunity, "<p class=\"ways\"><a href=\"\(CommunityPage.path)\">\(t(.house))</a></p>"))
            \(visit.problems(state))
            \(waiting(content, visit))
            \(each(content.groups) { Networks.requests($0, next: "/moderation", visit) })
            \(held(content, visit))\(reports(content, visit))\(suspended(content, visit))
            \(maybe(content.announcements) { $0.section(state, visit) })\(hosts(content, state, visit))
            \(SilentHostsSection.html(content.silent, visit))
            <section aria-labelledby="log"><h2 id="log">\(t(.moderationLog))</h2>
            \(ModerationLogPage.list(content.log, content.accounts, visit))
            <p><a href="/moderation/log">\(t(.logShow))</a></p></section>
            \(when(person.role.mayRunCommunity, "<p><a href=\"/moderation/mail\">\(t(.mailTitle))</a></p>"))
            """
        let page = Page(t(.moderation), content: main).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page, status: status)
    }

    private static func waiting(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="waiting"><h2 id="waiting">\(t(.waitingSignUps))</h2>
            <p class="hint">\(content.waitingCount == 0 ? t(.nobodyWaits) : t.count(.waitingCount, content.waitingCount))</p>
            <ul class="list">\(each(content.waiting.items) { entry in
                let account = entry.person.account
                return """
                    <li class="card person">\(AccountCard.avatar(account))<div><h3>\(account.shownName)</h3>
                    <p class="meta">@\(account.username) · \(entry.person.email ?? "") · \(visit.moments.element(ago: account.createdAt))</p>
                    \(when(!entry.note.isEmpty, "<blockquote>\(entry.note)</blockquote>"))
                    <div class="deeds">\(deed("approve", account.id, t(.approve), "button small", visit))\
                    \(deed("refuse", account.id, t(.refuse), "button quiet small", visit))</div></div></li>
                    """
            })</ul>
            \(visit.rest("people", after: content.waiting.last.map { "\($0.person.account.id)" }, section: "waiting"))</section>
            """
    }

    private static func reports(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="reports"><h2 id="reports">\(t(.openReports))\(count(content.reportCount))</h2>
            \(when(content.reportCount == 0, "<p class=\"hint\">\(t(.noReports))</p>"))
            <ul class="list">\(each(content.reports.items) { report in
                """
                <li class="card"><div><h3>\(maybe(report.target.flatMap { content.accounts[$0] }) { AccountCard.link($0) })</h3>
                <p class="meta">\(t(.reportedBy)) \(maybe(content.accounts[report.reporter]) { AccountCard.link($0) }) · \
                \(visit.moments.element(ago: report.createdAt))</p>
                \(when(!report.comment.isEmpty, "<blockquote>\(report.comment)</blockquote>"))
                \(reported(report, content, visit))\(handover(report, content, visit))
                <div class="deeds">\(visit.form("/moderation/resolve", style: "inline", """
                    \(visit.hidden("report", String(describing: report.id)))
                    <button class="button small" type="submit">\(t(.resolve))</button>
                    """))
                \(maybe(report.target) { target in
                    """
                    <details class="danger"><summary>\(t(.suspend))</summary><p>\(t(.suspendExplained))</p>
                    \(deed("suspend", target, t(.suspendNow), "button stop small", visit))</details>
                    """
                })</div></div></li>
                """
            })</ul>\(visit.rest("reports", after: content.reports.last.map { "\($0.id)" }, section: "reports"))</section>
            """
    }

    /// Returns what became of a report that was to be sent to the server of the reported account.
    private static func handover(_ report: Report, _ content: Content, _ visit: Visit) -> HTML {
        let phrase: Phrase
        switch report.handover {
        case .none: return .nothing
        case .queued: phrase = .reportOnItsWay
        case .accepted: phrase = .reportTaken
        case .failed: phrase = .reportNotTaken
        }
        let host = report.target.flatMap { content.accounts[$0]?.host } ?? ""
        return "<p class=\"meta\">\(visit.t(phrase, host))</p>"
    }

    /// Returns what a report names: the beginning of each post, and a link to it. A post of ours can be deleted here.
    private static func reported(_ report: Report, _ content: Content, _ visit: Visit) -> HTML {
        let (t, target) = (visit.t, report.target.flatMap { content.accounts[$0] })
        let named = report.objects.prefix(20).filter { $0 != target.map { String(describing: $0.iri) } }
        return when(
            !named.isEmpty,
            "<ul class=\"plain-list\">\(each(named) { iri in item(iri, content.items[iri], t, visit) })</ul>")
    }

    private static func item(_ iri: String, _ item: ReportedItem?, _ t: Texts, _ visit: Visit) -> HTML {
        guard let item else {
            return "<li><span class=\"meta\">\(t(.reportedGone))</span> <span class=\"address\">\(iri)</span></li>"
        }
        let text = item.content.plainText(limit: 280)
        let path: String
        var deletion: HTML = .nothing
        switch item.subject {
        case .post(let id):
            path = "/posts/\(id)"
            if item.isLocal { deletion = visit.deletion(ofPostAt: path) }
        case .event(let id): path = "/events/\(id)"
        }
        return """
            <li><blockquote>\(when(!item.title.isEmpty, "<strong>\(item.title)</strong> "))\(text)</blockquote>
            <div class="deeds">\(when(item.visibility.isOpen, "<a class=\"button quiet small\" href=\"\(path)\">\(t(.reportedThing))</a>"))\
            \(deletion)</div></li>
            """
    }

    /// Returns the tray with what unknown hosts have sent, on a node in quarantine.
    private static func held(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return when(
            !content.held.isEmpty,
            """
            <section aria-labelledby="held"><h2 id="held">\(t(.heldHosts))</h2><p class="hint">\(t(.heldHostsHint))</p>
            <ul class="list">\(each(content.held) { held in
                """
                <li class="card"><div><h3>\(held.host)</h3>
                <p class="meta">\(t.count(.heldCount, held.count)) · \(visit.moments.element(ago: held.lastAt))</p>
                <ul class="people">\(each(held.senders) { "<li>\($0.shownName) <span class=\"meta\">\($0.fullHandle(visit.community))</span></li>" })</ul>
                <div class="deeds">\(decision(.allowed, held.host, t(.letHostIn), "button small", visit))\
                \(decision(.blocked, held.host, t(.shutOut), "button quiet small", visit))</div></div></li>
                """
            })</ul></section>
            """)
    }

    private static func decision(
        _ policy: PeerPolicy, _ host: String, _ label: String, _ style: String, _ visit: Visit
    ) -> HTML {
        visit.form(
            "/moderation/hosts", style: "inline",
            """
            \(visit.hidden("host", host))\(visit.hidden("policy", policy.rawValue))
            <button class="\(style)" type="submit">\(label)</button>
            """)
    }

    private static func suspended(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="suspended"><h2 id="suspended">\(t(.suspendedNow))</h2>
            \(when(content.suspended.isEmpty, "<p class=\"hint\">\(t(.nobodySuspended))</p>"))
            <ul class="requests">\(each(content.suspended) { account in
                """
                <li>\(account.shownName) <span class="meta">\(account.fullHandle(visit.community))</span>
                \(deed("restore", account.id, t(.restore), "button quiet small", visit))</li>
                """
            })</ul></section>
            """
    }

    private static func hosts(_ content: Content, _ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let choices = PeerPolicy.allCases.map { Field.Choice(value: $0.rawValue, label: t.policy($0)) }
        let host = Field("host", t(.host)).with {
            $0.isRequired = true
            $0.hint = t(.hostHint)
        }
        return """
            <section aria-labelledby="hosts"><h2 id="hosts">\(t(.hosts))\(count(content.policyCount))</h2>
            \(when(content.policyCount == 0, "<p class=\"hint\">\(t(.noPolicies))</p>"))
            <ul class="plain-list">\(each(content.policies.items) { peer in
                "<li><strong>\(peer.host)</strong> · \(t.policy(peer.policy))\(when(!peer.note.isEmpty, " · \(peer.note)"))</li>"
            })</ul>
            \(visit.rest("policies", after: content.policies.last?.host, section: "hosts"))
            \(visit.form("/moderation/hosts", style: "sheet-form", """
                \(visit.field(host, state))
                \(visit.field(Field("policy", t(.policyField), .choice(choices)).with { $0.isRequired = true }, state))
                \(visit.field(Field("note", t(.policyNote)).with { $0.limit = 500 }, state))\(visit.submit(t(.save)))
                """))</section>
            """
    }

    private static func count(_ number: Int) -> String { number > 0 ? " (\(number))" : "" }

    private static func deed(
        _ deed: String, _ account: ID<Account>, _ label: String, _ style: String, _ visit: Visit
    ) -> HTML {
        visit.form(
            "/moderation/\(deed)", style: "inline",
            """
            \(visit.hidden("account", String(describing: account)))
            <button class="\(style)" type="submit">\(label)</button>
            """)
    }

    // MARK: - Deeds

    static func approve(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.approveSignUp(try account(sent), as: try sent.visit.principal())
        let flash: FlashMessage = sent.visit.community.mailReachesPeople ? .approved : .approvedWithoutMail
        return sent.visit.redirect("/moderation", flash: flash)
    }

    static func refuse(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.refuseSignUp(try account(sent), as: try sent.visit.principal())
        return sent.visit.redirect("/moderation", flash: .refused)
    }

    static func resolve(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        guard let report = ID<Report>(sent["report"]) else { throw ServiceError.notFound }
        try await visit.services.resolveReport(report, as: try visit.principal())
        return visit.redirect("/moderation", flash: .resolved)
    }

    static func suspend(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        try await visit.services.suspend(try account(sent), true, as: try visit.principal())
        return visit.redirect("/moderation", flash: .saved)
    }

    static func restore(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        try await visit.services.suspend(try account(sent), false, as: try visit.principal())
        return visit.redirect("/moderation", flash: .restored)
    }

    static func setPolicy(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        do {
            let policy = PeerPolicy(rawValue: sent["policy"]) ?? .unset
            try await visit.services.setPolicy(
                policy, host: sent["host"], note: sent["note"], as: principal)
            return visit.redirect("/moderation", flash: .saved)
        } catch let error as ServiceError {
            var state = sent.state("host", "policy", "note")
            let status = try state.take(error)
            return try await page(visit, state, status: status)
        }
    }

    static func retry(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        try await visit.services.retryDeliveries(to: sent["host"], as: try visit.principal())
        return visit.redirect("/moderation#silent", flash: .retried)
    }

    private static func account(_ sent: Submission) throws -> ID<Account> {
        guard let id = ID<Account>(sent["account"]) else { throw ServiceError.notFound }
        return id
    }
}
