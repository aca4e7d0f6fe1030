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
        var policies = ListPart<(host: String, policy: PeerPolicy)>()
        var policyCount = 0
        var silent = ListPart<SilentPeer>()
        var announcements: AnnouncementSection?
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, FormState())
    }

    static func page(
        _ visit: Visit, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let (person, now, mode) = (try visit.moderator(), visit.now, visit.community.mode)
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
            content.accounts = try Accounts.byIDs(people, in: db)
            content.announcements = try AnnouncementSection.load(for: person, at: now, mode: mode, in: db)
            let all = try Peers.policies(in: db).map { (host: $0.key, policy: $0.value) }.sorted { $0.host < $1.host }
            content.policies = ListPart { limit in Array(all.drop { $0.host <= lastPolicy }.prefix(limit)) }
            content.policyCount = all.count
            return content
        }
        let t = visit.t
        let main: HTML = """
            <h1>\(t(.moderation))</h1>\(visit.problems(state))
            \(waiting(content, visit))\(reports(content, visit))
            \(maybe(content.announcements) { $0.section(state, visit) })\(hosts(content, state, visit))
            \(SilentHostsSection.html(content.silent, visit))
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
                <ul class="plain-list">\(each(report.objects.prefix(20)) { "<li class=\"address\">\($0)</li>" })</ul>
                <div class="deeds">\(visit.form("/moderation/resolve", style: "inline", """
                    \(visit.hidden("report", String(describing: report.id)))
                    <button class="button small" type="submit">\(t(.resolve))</button>
                    """))
                \(maybe(report.target) { deed("suspend", $0, t(.suspendNow), "button stop small", visit) })</div></div></li>
                """
            })</ul>\(visit.rest("reports", after: content.reports.last.map { "\($0.id)" }, section: "reports"))</section>
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
            <ul class="plain-list">\(each(content.policies.items) { "<li><strong>\($0.host)</strong> · \(t.policy($0.policy))</li>" })</ul>
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
        return sent.visit.redirect("/moderation", flash: .approved)
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
