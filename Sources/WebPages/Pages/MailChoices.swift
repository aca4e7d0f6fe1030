// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services

/// The section of the settings in which a member chooses their e-mails.
enum MailChoicesSection {
    static func section(_ visit: Visit, _ person: LocalAccount) async throws -> HTML {
        guard visit.community.mailReachesPeople, person.email != nil else { return "" }
        let t = visit.t
        let services = visit.services
        let runsSomething = try await visit.database.read { db in
            try !services.groupsRun(by: .member(person.account.id), in: db).isEmpty
        }
        let choices = try await services.mailChoices(of: person.account.id).filter { choice in
            runsSomething || !choice.kind.isForTeam
        }
        let boxes = each(choices) { choice in
            let name = "mail_\(choice.kind.name)"
            return """
                <div class="field tick"><input type="checkbox" id="field-\(name)" name="\(name)" value="yes"\
                \(" checked", if: choice.isWanted)>
                <div><label for="field-\(name)">\(choice.kind.choice?[t.language.rawValue] ?? "")</label></div></div>
                \(visit.hidden("shown_\(choice.kind.name)", "yes"))
                """
        }
        return """
            <section aria-labelledby="mails"><h2 id="mails">\(t(.mailChoices))</h2>
            <p class="hint">\(t(.mailChoicesHint))</p>
            \(visit.form("/settings/mails", style: "sheet-form", "\(boxes)\(visit.submit(t(.save)))"))</section>
            """
    }

    static func save(_ sent: Submission) async throws -> Response {
        var choices: [String: Bool] = [:]
        for kind in EmailKind.optional where sent["shown_\(kind.name)"] == "yes" {
            choices[kind.name] = sent["mail_\(kind.name)"] == "yes"
        }
        try await sent.visit.services.chooseMails(choices, as: try sent.visit.principal())
        return sent.visit.redirect("/settings#mails", flash: .saved)
    }
}

/// What the link in an e-mail opens that switches off its kind.
///
/// A mail program sends the POST itself when its reader presses its own button (RFC 8058). It has no session and no form
/// token; the signature in the address is what allows it.
enum MailOff {
    /// Shows a button. A program that opens every link in an e-mail switches nothing off.
    static func show(_ visit: Visit) async throws -> Response {
        let link = try link(visit)
        let kind = try await visit.services.switchedKind(by: link)
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.mailOff))</h1><p>\(t(.mailOffText)) \(kind.choice?[t.language.rawValue] ?? "").</p>
            <form method="post" action="\(visit.request.uri.string)">\(visit.submit(t(.mailOffNow)))</form>
            """
        return visit.respond(SignIn.narrowPage(t(.mailOff), content))
    }

    static func switchOff(_ visit: Visit) async throws -> Response {
        try await visit.services.switchOffMail(by: try link(visit))
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.mailIsOff))</h1><p>\(t(.mailIsOffText))</p><p><a href="/settings#mails">\(t(.settings))</a></p>
            """
        return visit.respond(SignIn.narrowPage(t(.mailIsOff), content))
    }

    private static func link(_ visit: Visit) throws -> MailSwitch {
        guard let kind = visit.query["kind"], let account = visit.query["to"].flatMap({ ID<Account>($0) }),
            let signature = visit.query["key"]
        else { throw ServiceError.notFound }
        return MailSwitch(kind: kind, account: account, signature: signature)
    }
}
