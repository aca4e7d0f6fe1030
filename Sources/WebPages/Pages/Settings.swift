// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The settings of the person: profile, language, password, apps.
enum SettingsPage {
    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, profile: nil, password: FormState())
    }

    static func saveProfile(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        let language = sent["language"]
        let draft = ProfileDraft(
            displayName: sent["display_name"], summary: sent["summary"], discoverable: sent["discoverable"] == "yes",
            approvesFollowers: sent["approves"] == "yes", language: language.isEmpty ? nil : language)
        do {
            try await visit.services.editProfile(draft, as: principal)
            return visit.redirect("/settings", flash: .saved)
        } catch let error as ServiceError {
            var state = sent.state("display_name", "summary", "discoverable", "approves", "language")
            let status = try state.take(error)
            return try await page(visit, profile: state, password: FormState(), status: status)
        }
    }

    /// Changes the password. All sessions end, including this one, and a new session begins at once.
    static func changePassword(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        do {
            let token = try await visit.services.changePassword(
                sent["password"], current: sent["current"], as: try visit.principal())
            return visit.redirect("/settings", flash: .password, cookie: Sessions.begin(token, visit.community))
        } catch let error as ServiceError {
            var state = FormState()
            let status = try state.take(error)
            return try await page(visit, profile: nil, password: state, status: status)
        }
    }

    static func page(
        _ visit: Visit, profile: FormState?, password: FormState, pictures: FormState = FormState(),
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let person = try visit.member()
        let stored = FormState([
            "display_name": person.account.displayName,
            "summary": try await visit.services.profileSource(of: person.account.id),
            "discoverable": person.account.discoverable ? "yes" : "",
            "approves": person.account.approvesFollowers ? "yes" : "", "language": person.language ?? "",
        ])
        let t = visit.t
        let refused = try await visit.database.read { db in
            try person.email.flatMap { try MailSuppressions.find($0, in: db) } != nil
        }
        let content: HTML = """
            <h1>\(t(.settings))</h1>\(when(refused, "<p class=\"hint\">\(t(.mailNotReached, person.email ?? ""))</p>"))\
            \(visit.problems(pictures.errors.isEmpty ? profile ?? password : pictures))
            <div class="columns">\(profileForm(visit, profile ?? stored))\(PictureSettings.section(visit, person.account, pictures))
            \(passwordForm(visit, person, password))\(try await ConnectedAppsSection.section(visit, person.account.id))
            \(try await MailChoicesSection.section(visit, person))</div>
            <section class="last"><ul class="plain-list"><li><a href="\(Distance.path)">\(t(.distance))</a></li>
            <li><a href="\(ExportPage.path)">\(t(.exportMine))</a></li>
            <li><a href="/settings/delete">\(t(.leaveCafe))</a></li></ul></section>
            """
        let page = Page(t(.settings), content: content).with {
            $0.isHidden = true
            $0.isWide = true
            $0.hasCorner = false
        }
        return visit.respond(page, status: status)
    }

    private static func profileForm(_ visit: Visit, _ state: FormState) -> HTML {
        let t = visit.t
        let name = Field("display_name", t(.displayName)).with {
            $0.hint = t(.displayNameHint)
            $0.limit = 100
            $0.autocomplete = "name"
        }
        let summary = Field("summary", t(.aboutYou), .area(rows: 5)).with {
            $0.hint = t(.aboutYouHint)
            $0.limit = 2_000
        }
        let languages =
            [Field.Choice(value: "", label: t(.asBrowser))]
            + Language.allCases.map { Field.Choice(value: $0.rawValue, label: $0.ownName) }
        return """
            <section aria-labelledby="profile"><h2 id="profile">\(t(.profile))</h2>
            \(visit.form("/settings", style: "sheet-form", """
                \(visit.field(name, state))\(visit.field(summary, state))
                \(visit.checkbox("discoverable", t(.discoverable), hint: t(.discoverableHint), state))
                \(visit.checkbox("approves", t(.approvesFollowers), hint: t(.approvesFollowersHint), state))
                \(visit.field(Field("language", t(.languageField), .choice(languages)), state))\(visit.submit(t(.save)))
                """))</section>
            """
    }

    private static func passwordForm(_ visit: Visit, _ person: LocalAccount, _ state: FormState) -> HTML {
        let t = visit.t
        let current = Field("current", t(.currentPassword), .password).with {
            $0.isRequired = true
            $0.autocomplete = "current-password"
        }
        let new = Field("password", t(.newPassword), .password).with {
            $0.isRequired = true
            $0.autocomplete = "new-password"
            $0.hint = t(.newPasswordHint)
        }
        return """
            <section aria-labelledby="password"><h2 id="password">\(t(.password))</h2>
            \(visit.form("/settings/password", style: "sheet-form", """
                \(when(person.passwordHash != nil, visit.field(current, state)))\(visit.field(new, state))
                \(visit.submit(t(.changePassword)))
                """))</section>
            """
    }
}
