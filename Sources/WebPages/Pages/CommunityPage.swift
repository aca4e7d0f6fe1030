// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page for stewards: what the community is called, who may join, its rules and texts, and who has which role.
///
/// What is written here holds over the settings file, at once. The page says so wherever the two differ.
enum CommunityPage {
    static let path = "/moderation/community"

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, nil, roles: FormState())
    }

    static func save(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        var profile = CommunityProfile()
        profile.name = sent["name"]
        profile.tagline = sent["tagline"]
        profile.registration = Registration(rawValue: sent["registration"])
        profile.about = sent["about"]
        profile.rules = sent["rules"]
        profile.welcome = sent["welcome"]
        do {
            try await visit.services.changeCommunity(profile, as: try visit.principal())
            return visit.redirect(path, flash: .saved)
        } catch let error as ServiceError {
            var state = sent.state("name", "tagline", "registration", "about", "rules", "welcome")
            let status = try state.take(error)
            return try await page(visit, state, roles: FormState(), status: status)
        }
    }

    /// Gives a member another role.
    static func setRole(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        do {
            guard let role = Role(rawValue: sent["role"]) else {
                throw ServiceError.invalid([FieldError("role", "missing")])
            }
            let name = sent["member"].filter { $0 != "@" && $0 != " " }.lowercased()
            let local = try await visit.database.read { db in try LocalAccounts.byName(name, in: db) }
            guard let local else { throw ServiceError.invalid([FieldError("member", "not_found")]) }
            try await visit.services.setRole(local.account.id, role, as: principal)
            // Who has just given up this page is led to one that is still theirs.
            let isStillMine = local.account.id != visit.viewer || role.mayRunCommunity
            return visit.redirect(isStillMine ? "\(path)#roles" : "/", flash: .saved)
        } catch let error as ServiceError {
            var state = sent.state("member", "role")
            let status = try state.take(error)
            return try await page(visit, nil, roles: state, status: status)
        }
    }

    private static func page(
        _ visit: Visit, _ state: FormState?, roles: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        guard try visit.member().role.mayRunCommunity else { throw ServiceError.notFound }
        let people = try await visit.database.read { db in try LocalAccounts.withRoles(in: db) }
        let t = visit.t
        let content: HTML = """
            <p class="crumbs"><a href="/moderation">\(t(.moderation))</a></p><h1>\(t(.house))</h1>
            <p class="intro">\(t(.houseIntro))</p>\(visit.problems(state ?? roles))
            <div class="columns">\(profileForm(visit, state ?? stored(visit.services.profile)))
            \(rolesSection(people, visit, roles))</div>
            """
        let page = Page(t(.house), content: content).with {
            $0.isHidden = true
            $0.isWide = true
            $0.hasCorner = false
        }
        return visit.respond(page, status: status)
    }

    private static func stored(_ profile: CommunityProfile) -> FormState {
        FormState([
            "name": profile.name, "tagline": profile.tagline, "registration": profile.registration?.rawValue ?? "",
            "about": profile.about, "rules": profile.rules, "welcome": profile.welcome,
        ])
    }

    private static func profileForm(_ visit: Visit, _ state: FormState) -> HTML {
        let (t, configured, profile) = (visit.t, visit.services.configured, visit.services.profile)
        let name = Field("name", t(.houseName)).with {
            $0.hint = hint(of: profile.name, configured.name, t)
            $0.limit = 100
        }
        let tagline = Field("tagline", t(.houseTagline)).with {
            $0.hint = hint(of: profile.tagline, configured.tagline, t)
            $0.limit = 300
        }
        let asFile = Field.Choice(value: "", label: t(.houseAsFile, t.registration(configured.registration)))
        let choices =
            [asFile] + Registration.allCases.map { Field.Choice(value: $0.rawValue, label: t.registration($0)) }
        let registration = Field("registration", t(.houseRegistration), .choice(choices)).with {
            let isOther = profile.registration.map { $0 != configured.registration } ?? false
            if isOther { $0.hint = t(.houseDiffers, t.registration(configured.registration)) }
        }
        let texts: [(String, Phrase, Phrase, Int, Int)] = [
            ("about", .houseAbout, .houseAboutHint, 6, 10_000), ("rules", .houseRules, .houseRulesHint, 6, 5_000),
            ("welcome", .houseWelcome, .houseWelcomeHint, 4, 5_000),
        ]
        return """
            <section aria-labelledby="profile"><h2 id="profile">\(t(.houseWords))</h2>
            \(visit.form(path, style: "sheet-form", """
                \(visit.field(name, state))\(visit.field(tagline, state))\(visit.field(registration, state))
                \(each(texts) { name, label, hint, rows, limit in
                    visit.field(Field(name, t(label), .area(rows: rows)).with { $0.hint = t(hint); $0.limit = limit }, state)
                })
                \(visit.submit(t(.save)))
                """))</section>
            """
    }

    /// Says what holds when the field is empty, or that the settings file says something else.
    private static func hint(of set: String, _ configured: String, _ t: Texts) -> String {
        set.isEmpty || set == configured ? t(.houseEmpty, configured) : t(.houseDiffers, configured)
    }

    private static func rolesSection(_ people: [LocalAccount], _ visit: Visit, _ state: FormState) -> HTML {
        let t = visit.t
        let member = Field("member", t(.houseMember)).with {
            $0.isRequired = true
            $0.hint = t(.houseMemberHint)
            $0.limit = 60
        }
        let choices = Role.allCases.map { Field.Choice(value: $0.rawValue, label: t.role($0)) }
        return """
            <section aria-labelledby="roles"><h2 id="roles">\(t(.houseRoles))</h2><p>\(t(.houseRolesText))</p>
            <ul class="requests">\(each(people) { person in
                """
                <li>\(AccountCard.link(person.account)) <span class="badge">\(t.role(person.role))</span></li>
                """
            })</ul>
            \(visit.form("/moderation/roles", style: "sheet-form", """
                \(visit.field(member, state))
                \(visit.field(Field("role", t(.houseRole), .choice(choices)).with { $0.isRequired = true }, state))
                \(visit.submit(t(.save)))
                """))</section>
            """
    }
}

extension Texts {
    /// Returns the name of a role.
    func role(_ role: Role) -> String {
        switch role {
        case .member: self(.roleMember)
        case .moderator: self(.roleModerator)
        case .steward: self(.roleSteward)
        }
    }
}

extension Visit {
    /// Returns plain text as paragraphs.
    func paragraphs(_ text: String) -> HTML {
        let parts = text.split(separator: "\n").filter { $0.contains { !$0.isWhitespace } }
        return each(parts) { "<p dir=\"auto\">\(String($0))</p>" }
    }

    /// Returns the rules of the community as a list.
    var rules: HTML {
        let rules = services.profile.ruleList
        return when(!rules.isEmpty, "<ol class=\"steps\">\(each(rules) { "<li dir=\"auto\">\($0)</li>" })</ol>")
    }
}
