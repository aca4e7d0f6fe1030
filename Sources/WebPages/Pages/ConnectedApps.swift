// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The section of the settings page with the apps that may act for the person.
enum ConnectedAppsSection {
    static func revoke(_ sent: Submission) async throws -> Response {
        guard let token = ID<AccessToken>(sent["token"]) else { throw ServiceError.notFound }
        try await sent.visit.services.revokeToken(token, as: try sent.visit.principal())
        return sent.visit.redirect("/settings#apps", flash: .appRevoked)
    }

    static func section(_ visit: Visit, _ person: ID<Account>) async throws -> HTML {
        let t = visit.t
        let apps = try await visit.services.connectedApps(of: person)
        let lines = each(apps) { line($0, person, visit) }
        let list: HTML = apps.isEmpty ? "<p>\(t(.noApps))</p>" : "<ul class=\"list\">\(lines)</ul>"
        return """
            <section aria-labelledby="apps"><h2 id="apps">\(t(.connectedApps))</h2><p class="hint">\(t(.connectedAppsText))</p>
            \(list)</section>
            """
    }

    private static func line(_ connected: ConnectedApp, _ person: ID<Account>, _ visit: Visit) -> HTML {
        let t = visit.t
        let name = connected.app?.name ?? t(.ownToken)
        let title: HTML =
            connected.app?.website.map { website in
                "<a href=\"\(website)\" rel=\"nofollow noopener noreferrer\">\(name)</a>"
            } ?? HTML(escaping: name)
        return """
            <li class="card"><div></div><div><h3>\(title)</h3>
            <p class="meta">\(when(connected.account.id != person, "\(t(.actsAs)) \(connected.account.shownName) · "))\
            \(t(.appUsed, visit.moments.day(connected.token.usedAt)))</p>
            <details><summary>\(t(.appMay))</summary>
            <ul>\(each(ScopeTexts(t).sentences(connected.token.scopes)) { "<li>\($0)</li>" })</ul></details>
            \(visit.form("/settings/apps/revoke", style: "inline", """
                \(visit.hidden("token", String(describing: connected.token.id)))
                <button class="button quiet small" type="submit">\(t(.appRevoke))<span class="unseen"> \(name)</span></button>
                """))</div></li>
            """
    }
}
