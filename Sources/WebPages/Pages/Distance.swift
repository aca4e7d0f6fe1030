// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// Muting and blocking: the buttons on a profile, and the page with the people of whom a member keeps a distance.
enum Distance {
    static let path = "/settings/people"

    static func show(_ visit: Visit) async throws -> Response {
        let (me, now) = (try visit.member().account.id, visit.now)
        let (muted, blocked) = try await visit.database.read { db in
            (
                try Mutes.list(of: me, PageRequest(limit: 200), at: now, in: db),
                try Blocks.list(of: me, PageRequest(limit: 200), in: db)
            )
        }
        let t = visit.t
        let content: HTML = """
            <p class="crumbs"><a href="/settings">\(t(.settings))</a></p>
            <h1>\(t(.distance))</h1><p class="intro">\(t(.distanceIntro))</p>
            \(section("muted", t(.mutedPeople), muted, "unmute", t(.unmute), visit))
            \(section("blocked", t(.blockedPeople), blocked, "unblock", t(.unblock), visit))
            """
        let page = Page(t(.distance), content: content).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page)
    }

    private static func section(
        _ id: String, _ title: String, _ accounts: [Account], _ deed: String, _ label: String, _ visit: Visit
    ) -> HTML {
        """
        <section aria-labelledby="\(id)"><h2 id="\(id)">\(title)</h2>
        \(when(accounts.isEmpty, "<p class=\"hint\">\(visit.t(.nobodyHere))</p>"))
        <ul class="requests">\(each(accounts) { account in
            "<li>\(AccountCard.link(account)) \(visit.distanceButton(deed, account, label, next: path))</li>"
        })</ul></section>
        """
    }

    static func mute(_ sent: Submission) async throws -> Response {
        try await act(sent, .muted) {
            try await sent.visit.services.mute($0, hidesNotifications: true, seconds: nil, as: $1)
        }
    }

    static func unmute(_ sent: Submission) async throws -> Response {
        try await act(sent, .unmuted) { try await sent.visit.services.unmute($0, as: $1) }
    }

    static func block(_ sent: Submission) async throws -> Response {
        try await act(sent, .blocked) { try await sent.visit.services.block($0, as: $1) }
    }

    static func unblock(_ sent: Submission) async throws -> Response {
        try await act(sent, .unblocked) { try await sent.visit.services.unblock($0, as: $1) }
    }

    private static func act(
        _ sent: Submission, _ message: FlashMessage, _ command: (ID<Account>, Principal) async throws -> Void
    ) async throws -> Response {
        guard let account = ID<Account>(sent["account"]) else { throw ServiceError.notFound }
        try await command(account, try sent.visit.principal())
        return sent.visit.redirect(sent.next(or: path), flash: message)
    }
}

extension Visit {
    /// Returns the buttons of a profile with which a member keeps a distance: mute, block and report. A block takes two
    /// steps.
    func distance(to account: Account, _ relation: AccountRelation?) -> HTML {
        guard let person, person.account.id != account.id else { return .nothing }
        let (mutes, blocks) = (relation?.mutes ?? false, relation?.blocks ?? false)
        let mute = distanceButton(
            mutes ? "unmute" : "mute", account, t(mutes ? .unmute : .mute), next: account.path)
        let block: HTML =
            blocks
            ? distanceButton("unblock", account, t(.unblock), next: account.path)
            : """
            <details class="danger"><summary>\(t(.block))</summary><p>\(t(.blockExplained))</p>
            \(distanceButton("block", account, t(.blockNow), style: "button stop small", next: account.path))</details>
            """
        return """
            <details class="more"\(" open", if: blocks)><summary>\(t(.keepDistance))</summary>
            <p class="hint">\(t(.muteHint))</p><div class="deeds">\(mute)\(block)
            <a class="button quiet small" href="/report?account=\(account.id)">\(t(.report))</a></div></details>
            """
    }

    func distanceButton(
        _ deed: String, _ account: Account, _ label: String, style: String = "button quiet small", next: String
    ) -> HTML {
        form(
            "\(Distance.path)/\(deed)", style: "inline",
            """
            \(hidden("account", String(describing: account.id)))\(hidden("next", next))
            <button class="\(style)" type="submit">\(label)</button>
            """)
    }
}
