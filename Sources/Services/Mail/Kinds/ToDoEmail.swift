// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Tells those who moderate or run a group what waits for them: sign-ups, reports, requests to enter a group. At most
/// one an hour.
struct ToDoEmail: Email {
    static let kind = EmailKind(
        "to_do", .free,
        choice: EmailKind.Choice(
            french: "Ce qui attend l’équipe\u{202F}: inscriptions, signalements, demandes d’entrée",
            english: "What waits for the team: sign-ups, reports, requests to join"), isForTeam: true
    ) { mail, db in
        guard let account = mail.account else { return false }
        return try !WaitingTasks.isDone(of: account, in: db)
    }

    static let rule = MailBatchRule(
        kind: kind.name, reasons: [.signUp, .report, .groupRequest], pause: .hours(1), patience: .zero,
        memory: .days(2))

    let tasks: WaitingTasks

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench
            ? "On attend ta réponse\u{202F}: \(reader.community.name)"
            : "Something waits for you: \(reader.community.name)"
    }

    func body(_ reader: EmailReader) -> String {
        var lines: [String] = []
        func add(_ count: Int, _ french: (String, String), _ english: (String, String)) {
            guard count > 0 else { return }
            let words = reader.isFrench ? french : english
            lines.append("- \(count) \(count == 1 ? words.0 : words.1)")
        }
        add(
            tasks.signUps, ("demande d’inscription", "demandes d’inscription"),
            ("request to become a member", "requests to become a member"))
        add(tasks.reports, ("signalement", "signalements"), ("report", "reports"))
        add(
            tasks.requests, ("demande d’entrée dans un groupe", "demandes d’entrée dans un groupe"),
            ("request to join a group", "requests to join a group"))
        let page = tasks.signUps + tasks.reports > 0 ? "/moderation" : "/notifications"
        return """
            \(reader.isFrench ? "voici ce qui attend quelqu’un de l’équipe\u{202F}:" : "this waits for somebody of the team:")

            \(lines.joined(separator: "\n"))

            \(reader.page(page))
            """
    }
}
