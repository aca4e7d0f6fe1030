// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page on which a member leaves the community for good.
enum LeaveCafe {
    static func show(_ visit: Visit) async throws -> Response {
        page(visit, try visit.member(), FormState())
    }

    static func leave(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let person = try visit.member()
        do {
            try await visit.services.leaveCommunity(
                name: sent["name"], password: sent["password"], as: try visit.principal())
            return visit.redirect("/", flash: .goodbye, cookie: Sessions.end(visit.community))
        } catch let error as ServiceError {
            var state = FormState()
            let status = try state.take(error)
            return page(visit, person, state, status: status)
        }
    }

    private static func page(
        _ visit: Visit, _ person: LocalAccount, _ state: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let name = Field("name", t(.leaveName, person.account.username)).with {
            $0.isRequired = true
            $0.autocomplete = "off"
        }
        let password = Field("password", t(.currentPassword), .password).with {
            $0.isRequired = true
            $0.autocomplete = "current-password"
        }
        let content: HTML = """
            <p class="crumbs"><a href="/settings">\(t(.settings))</a></p>
            <h1>\(t(.leaveCafe))</h1><p class="intro">\(t(.leaveIntro))</p>
            <ul>\(each([Phrase.leaveWords, .leaveSeats, .leaveElsewhere, .leaveEvents]) { "<li>\(t($0))</li>" })</ul>
            <p>\(t(.exportFirst)) <a href="\(ExportPage.path)">\(t(.exportMine))</a></p>
            \(visit.problems(state))
            \(visit.form("/settings/delete", style: "sheet-form", """
                \(visit.field(name, state))\(when(person.passwordHash != nil, visit.field(password, state)))
                <div class="actions"><button class="button stop" type="submit">\(t(.leaveNow))</button>
                <a class="button quiet" href="/settings">\(t(.cancel))</a></div>
                """))
            """
        let page = Page(t(.leaveCafe), content: content).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page, status: status)
    }
}
