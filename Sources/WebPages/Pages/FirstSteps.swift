// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services

/// What the home page says to people in their first days: to a steward what is left to do, to a new member the words of
/// welcome.
enum FirstSteps {
    /// How long a member is new, in days.
    private static let newcomerDays = 7

    /// Returns the steps that are left for a steward; nothing when all are done.
    static func html(_ visit: Visit, isAlone: Bool, hasEvents: Bool) -> HTML {
        guard let person = visit.person, person.role.mayRunCommunity else { return .nothing }
        let (t, profile) = (visit.t, visit.services.profile)
        let isNameless = person.account.displayName.isEmpty || person.account.displayName == person.account.username
        let steps: [(isLeft: Bool, path: String, label: Phrase)] = [
            (isNameless, "/settings", .stepYourself),
            (profile.name.isEmpty && isAlone, CommunityPage.path, .stepHouse),
            (profile.ruleList.isEmpty && isAlone, CommunityPage.path + "#field-rules", .stepRules),
            (isAlone, "/members#invite", .stepInvite), (isAlone && !hasEvents, "/events/new", .stepEvent),
        ]
        let left = steps.filter(\.isLeft)
        guard !left.isEmpty else { return .nothing }
        return """
            <section class="panel" aria-labelledby="steps"><h2 id="steps">\(t(.firstSteps))</h2>
            <ol class="steps">\(each(left) { "<li><a href=\"\($0.path)\">\(t($0.label))</a></li>" })</ol></section>
            """
    }

    /// Returns the words of welcome for a member of the first days.
    static func welcome(_ visit: Visit) -> HTML {
        let text = visit.services.profile.welcome
        guard let approved = visit.person?.approvedAt, approved > visit.now - .days(newcomerDays), !text.isEmpty else {
            return .nothing
        }
        return """
            <section class="panel" aria-labelledby="welcome"><h2 id="welcome">\(visit.t(.welcomeHere))</h2>\(visit.paragraphs(text))
            \(when(!visit.rules.isEmpty, "<p><a href=\"/about#rules\">\(visit.t(.readRules))</a></p>"))</section>
            """
    }
}
