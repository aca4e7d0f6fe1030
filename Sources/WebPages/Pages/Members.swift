// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The list of members.
enum Members {
    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, invitation: nil)
    }

    /// Creates an invitation and shows its link. The link is shown only once, because only its digest is stored.
    static func invite(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let token = try await visit.services.invite(as: try visit.principal())
        return try await page(visit, invitation: "\(visit.community.address)/sign-up?invitation=\(token)")
    }

    private static func page(_ visit: Visit, invitation: String?) async throws -> Response {
        let request = visit.query["before"] == nil ? PageRequest(limit: 60) : visit.listPage(limit: 60)
        // Members who did not choose to be listed are shown to members only.
        let isStranger = visit.person == nil
        let shown = try await visit.database.read { db in
            try Accounts.members(request, onlyListed: isStranger, in: db)
        }
        let next = shown.count == request.limit ? shown.last?.id.rawValue : nil
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.members))</h1><p class="intro">\(t(visit.person == nil ? .membersIntroStranger : .membersIntro))</p>
            \(when(shown.isEmpty, visit.empty(.noMembers, .noMembersInvite, Pictures.emptyChair)))
            <ul class="cards">\(each(shown) { AccountCard.card($0, visit, heading: .second) })</ul>\(visit.older(next))
            \(when(visit.person != nil, invitationPanel(visit, invitation)))
            """
        return visit.respond(Page(t(.members), .members, content: content).with { $0.isWide = true })
    }

    private static func invitationPanel(_ visit: Visit, _ invitation: String?) -> HTML {
        let t = visit.t
        return """
            <section class="panel no-print" aria-labelledby="invite"><h2 id="invite">\(t(.inviteSomebody))</h2>
            \(maybe(invitation) { "<p role=\"status\">\(t(.inviteReady))</p><p class=\"address\">\($0)</p>" })
            \(when(invitation == nil, "<p>\(t(.inviteText))</p>\(visit.button("/invite", t(.makeInvitation), style: "button quiet"))"))
            </section>
            """
    }
}
