// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Database
internal import Model
internal import Services
internal import Storage

/// A demo community: two members, a few posts, and a future event.
struct Demo {
    private static let password = "un-cafe-allonge"
    private let node: Node

    init(_ node: Node) {
        self.node = node
    }

    /// Fills an empty node, and prints how to sign in.
    func seedIfEmpty() async throws {
        let isEmpty = try await node.database.read { db in try LocalAccounts.list(limit: 1, in: db).isEmpty }
        if isEmpty { try await seed() }
        let origin = node.settings.community.origin
        Terminal.say(
            """
            Troquet: \(origin)
            Sign in as “lina” (steward) or “karim” (member), password “\(Self.password)”.
            """)
    }

    private func seed() async throws {
        let services = node.services
        let lina = try await member(
            "lina", "Lina Moreau", role: .steward, "Graphiste à Lyon. Je peux aider sur les logos.")
        let karim = try await member("karim", "Karim Benali", role: .member, "Développeur, nouveau en freelance.")
        let group = try await node.group(Community.mainGroup)
        var group2 = GroupDraft(name: "lyon", title: "Le Café des freelances · Lyon")
        group2.summary = "Un jeudi par mois, autour d’une table. Entre deux cafés, on continue ici."
        let lyon = try await services.createGroup(group2, as: .member(lina))
        try await services.follow(lyon.id, as: .member(karim))

        var question = PostDraft(
            text: "Je passe en micro-entreprise le mois prochain. Vous conseillez quelle assurance ?")
        question.title = "Quelle assurance pour débuter ?"
        question.group = lyon.id
        question.language = "fr"
        let thread = try await services.publishPost(question, as: .member(karim))
        var answer = PostDraft(
            text: "La mienne couvre les erreurs de livraison, c’est ce qui compte. On en parle jeudi ?")
        answer.inReplyTo = thread
        answer.language = "fr"
        _ = try await services.publishPost(answer, as: .member(lina))
        var hello = PostDraft(
            text: "Bienvenue à tous. Dites-nous qui vous êtes et ce que vous cherchez. #presentations")
        hello.title = "Présentez-vous"
        hello.group = group.id
        hello.language = "fr"
        _ = try await services.publishPost(hello, as: .member(lina))
        try await plan(in: lyon, by: lina, guest: karim)
    }

    private func plan(in group: Account, by organizer: ID<Account>, guest: ID<Account>) async throws {
        let zone = "Europe/Paris"
        // The first Thursday that is at least eight days ahead.
        let days = (8..<15).map { node.clock.now + .days($0) }
        let thursday = days.first { ZonedTime.fields($0, in: zone).weekday == 4 } ?? days[0]
        let day = ZonedTime.formValue(thursday, in: zone).prefix(10)
        let start = ZonedTime.parse("\(day)T18:30", in: zone) ?? thursday
        var event = EventDraft(
            group: group.id, title: "Café du jeudi", startsAt: start, endsAt: start + .hours(2), timeZone: zone)
        event.text = "On se retrouve autour d’un café. Viens avec une question, repars avec deux réponses."
        event.place = Place(
            name: "Le Court-Circuit", street: "13 rue Jangot", locality: "Lyon", postalCode: "69007", country: "France")
        event.capacity = 20
        event.language = "fr"
        let id = try await node.services.planEvent(event, as: .member(organizer))
        try await node.services.joinEvent(id, as: .member(organizer))
        try await node.services.joinEvent(id, as: .member(guest))
    }

    private func member(_ name: String, _ shown: String, role: Role, _ summary: String) async throws -> ID<Account> {
        var signUp = SignUp(name: name, email: "\(name)@example.org")
        signUp.displayName = shown
        signUp.password = Self.password
        signUp.language = "fr"
        let account = try await node.services.createAccount(signUp, role: role, as: .operator)
        try await node.services.editProfile(
            ProfileDraft(
                displayName: shown, summary: summary, discoverable: true, approvesFollowers: false, language: nil),
            as: .member(account.id))
        return account.id
    }
}
