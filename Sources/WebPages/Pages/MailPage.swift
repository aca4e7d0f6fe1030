// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page with the e-mails that wait or were given up, and the addresses that get none. Stewards see it.
enum MailPage {
    private struct Content: Sendable {
        var status: MailSenderStatus?
        var waiting = 0
        var queued = ListPart<MailRecord>()
        var failed = ListPart<MailRecord>()
        var suppressed = ListPart<SuppressedAddress>()
        var accounts: [ID<Account>: Account] = [:]
    }

    static func show(_ visit: Visit) async throws -> Response {
        guard try visit.moderator().role.mayRunCommunity else { throw ServiceError.notFound }
        let lastFailed = visit.query["failed"].flatMap { ID<QueuedMail>($0) }
        let lastQueued = visit.query["queued"].flatMap { ID<QueuedMail>($0) }
        let lastAddress = visit.query["addresses"]
        let content = try await visit.database.read { db in
            var content = Content()
            content.status = try MailSenders.status(in: db)
            content.waiting = try MailQueue.counts(in: db).waiting
            content.queued = try ListPart { try MailQueue.list(.waiting, before: lastQueued, limit: $0, in: db) }
            content.failed = try ListPart { try MailQueue.list(.failed, before: lastFailed, limit: $0, in: db) }
            content.suppressed = try ListPart { try MailSuppressions.list(after: lastAddress, limit: $0, in: db) }
            let shown = content.queued.items + content.failed.items
            content.accounts = try Accounts.byIDs(shown.compactMap(\.account), in: db)
            return content
        }
        let t = visit.t
        let main: HTML = """
            <p class="crumbs"><a href="/moderation">\(t(.moderation))</a></p><h1>\(t(.mailTitle))</h1>
            \(status(content, visit))\(queued(content, visit))\(failed(content, visit))\(suppressed(content.suppressed, visit))
            """
        let page = Page(t(.mailTitle), content: main).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page)
    }

    static func retry(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.retryMail(try mail(sent), as: try sent.visit.principal())
        return sent.visit.redirect("/moderation/mail", flash: .saved)
    }

    static func drop(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.dropMail(try mail(sent), as: try sent.visit.principal())
        return sent.visit.redirect("/moderation/mail", flash: .saved)
    }

    static func allow(_ sent: Submission) async throws -> Response {
        try await sent.visit.services.allowMail(to: sent["address"], as: try sent.visit.principal())
        return sent.visit.redirect("/moderation/mail#addresses", flash: .saved)
    }

    private static func mail(_ sent: Submission) throws -> ID<QueuedMail> {
        guard let id = ID<QueuedMail>(sent["mail"]) else { throw ServiceError.notFound }
        return id
    }

    private static func status(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        let state: HTML
        if let status = content.status, let problem = status.problem {
            let words = t(problem == .settings ? .mailRefused : .mailAway)
            state = """
                <p class="hint"><strong>\(words)</strong> \(maybe(status.since) { visit.moments.element(ago: $0) })</p>
                <p class="meta">\(status.detail)</p>
                """
        } else {
            state = "<p class=\"hint\">\(t(visit.community.mailReachesPeople ? .mailWorks : .mailFolder))</p>"
        }
        return "\(state)<p>\(content.waiting == 0 ? t(.mailNoneWaits) : t.count(.mailWaiting, content.waiting))</p>"
    }

    private static func queued(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        guard !content.queued.items.isEmpty else { return "" }
        return """
            <section aria-labelledby="queued"><h2 id="queued">\(t(.mailQueued))</h2>
            <ul class="list">\(each(content.queued.items) { card($0, content, visit) })</ul>\
            \(visit.rest("queued", after: content.queued.last.map { "\($0.id)" }, section: "queued"))</section>
            """
    }

    /// An e-mail: for whom, since when, what the mail server said last, and what a steward may do with it.
    private static func card(_ mail: MailRecord, _ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        let person = mail.account.flatMap { content.accounts[$0] }
        return """
            <li class="card"><div><h3 class="address">\(masked(mail.recipient))</h3>
            <p class="meta">\(maybe(person) { "<a href=\"\($0.path)\">\($0.shownName)</a> · " })\
            \(visit.moments.element(ago: mail.createdAt))</p>\(when(!mail.failure.isEmpty, "<p>\(mail.failure)</p>"))
            <div class="deeds">\(deed("retry", mail, t(.mailRetry), visit))\(deed("drop", mail, t(.mailDrop), visit))</div>
            </div></li>
            """
    }

    private static func failed(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="failed"><h2 id="failed">\(t(.mailFailed))</h2>
            <p class="hint">\(t(content.failed.items.isEmpty ? .mailNoneFailed : .mailFailedHint))</p>
            <ul class="list">\(each(content.failed.items) { card($0, content, visit) })</ul>\(visit.rest("failed", after: content.failed.last.map { "\($0.id)" }, section: "failed"))</section>
            """
    }

    private static func suppressed(_ part: ListPart<SuppressedAddress>, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="addresses"><h2 id="addresses">\(t(.mailAddresses))</h2>
            <p class="hint">\(t(part.items.isEmpty ? .mailNoAddresses : .mailAddressesHint))</p>
            <ul class="list">\(each(part.items) { entry in
                """
                <li class="card"><div><h3 class="address">\(entry.address)</h3>
                <p class="meta">\(visit.moments.element(ago: entry.since))</p>
                \(when(!entry.detail.isEmpty, "<p>\(entry.detail)</p>"))
                \(visit.form("/moderation/mail/allow", style: "inline", """
                    \(visit.hidden("address", entry.address))
                    <button class="button quiet small" type="submit">\(t(.mailAllow))</button>
                    """))</div></li>
                """
            })</ul>\(visit.rest("addresses", after: part.last?.address, section: "addresses"))</section>
            """
    }

    private static func deed(_ name: String, _ mail: MailRecord, _ label: String, _ visit: Visit) -> HTML {
        visit.form(
            "/moderation/mail/\(name)", style: "inline",
            """
            \(visit.hidden("mail", String(describing: mail.id)))
            <button class="button quiet small" type="submit">\(label)</button>
            """)
    }

    /// The address with most of its letters hidden: whoever runs the community need not know it, but may recognize it.
    static func masked(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return "…" }
        return address[..<at].prefix(1) + "…" + address[at...]
    }
}
