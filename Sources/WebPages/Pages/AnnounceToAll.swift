// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The section of the moderation page in which stewards publish announcements to all members.
struct AnnouncementSection: Sendable {
    var current: [AnnouncementView] = []
    var events: [EventView] = []

    /// - Returns: nil for a person who may not do this.
    static func load(
        for person: LocalAccount, at now: Timestamp, mode: FederationMode, in db: some Queryable
    ) throws(DatabaseError) -> AnnouncementSection? {
        guard person.role.mayRunCommunity else { return nil }
        var announcements = AnnouncementSection()
        announcements.current = try Announcements.list(viewer: person.account.id, withRead: true, at: now, in: db)
        let viewer = person.account.id
        let events = try Events.upcoming(
            from: now, scope: .community, limit: 40, after: nil, viewer: viewer, mode: mode, in: db)
        announcements.events = try EventViews.load(events, viewer: viewer, in: db)
        return announcements
    }

    func section(_ state: FormState, _ visit: Visit) -> HTML {
        let t = visit.t
        let choices =
            [Field.Choice(value: "", label: t(.announceNoEvent))]
            + events.map { .init(value: String(describing: $0.id), label: $0.event.title) }
        return """
            <section aria-labelledby="announce"><h2 id="announce">\(t(.announceToAll))</h2>
            \(when(current.isEmpty, "<p class=\"hint\">\(t(.noneAnnounced))</p>"))
            <ul class="list">\(each(current) { row($0, visit) })</ul>
            \(visit.form("/moderation/announce", style: "sheet-form", """
                \(visit.field(Field("text", t(.announceText), .area(rows: 4)).with { $0.hint = t(.announceHint) }, state))
                \(visit.field(Field("event", t(.announceWhich), .choice(choices)), state))
                \(visit.submit(t(.announceNow)))
                """))</section>
            """
    }

    private func row(_ view: AnnouncementView, _ visit: Visit) -> HTML {
        """
        <li class="card"><div><div class="words">\(view.announcement.content)</div>
        <p class="meta">\(visit.moments.element(ago: view.announcement.publishedAt))\
        \(each(view.reactions) { " · \($0.name) \($0.count)" })</p>
        \(visit.form("/moderation/withdraw", style: "inline", """
            \(visit.hidden("announcement", String(describing: view.id)))
            <button class="button stop small" type="submit">\(visit.t(.withdrawAnnouncement))</button>
            """))</div></li>
        """
    }
}

extension Moderation {
    static func announce(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        do {
            let event = sent["event"].isEmpty ? nil : ID<Event>(sent["event"])
            try await visit.services.announceToAll(sent["text"], event: event, as: principal)
            return visit.redirect("/moderation", flash: .announced)
        } catch let error as ServiceError {
            var state = sent.state("text", "event")
            let status = try state.take(error)
            return try await page(visit, state, status: status)
        }
    }

    static func withdraw(_ sent: Submission) async throws -> Response {
        guard let id = ID<Announcement>(sent["announcement"]) else { throw ServiceError.notFound }
        try await sent.visit.services.withdrawAnnouncement(id, as: try sent.visit.principal())
        return sent.visit.redirect("/moderation", flash: .withdrawn)
    }
}
