// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page for the organizers of an event: the guest list, and the forms to change, postpone or cancel it.
enum ManageEvent {
    private struct Content: Sendable {
        var view: EventView
        var going = AccountPage()
        var waiting = AccountPage()
    }

    /// How many guests are on one page, and on one that is printed.
    private static let size = (screen: 200, print: 1_000)

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, nil)
    }

    static func change(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let id: ID<Event> = try visit.id()
        let event = try await mine(id, visit)
        do {
            var draft = try PlanEvent.draft(sent, zone: event.timeZone)
            draft.group = event.owner
            draft.language = event.language
            // The form has no field for these values, so they are kept.
            draft.place?.country = event.place?.country ?? ""
            if draft.place?.line == event.place?.line { draft.place?.coordinates = event.place?.coordinates }
            try await visit.services.changeEvent(id, draft, as: try visit.principal())
            return visit.redirect("/events/\(id)", flash: .changed)
        } catch let error as ServiceError {
            var state = PlanEvent.state(sent)
            let status = try state.take(error)
            return try await page(visit, state, status: status)
        }
    }

    static func postpone(_ sent: Submission) async throws -> Response {
        let id: ID<Event> = try sent.visit.id()
        try await sent.visit.services.postponeEvent(id, as: try sent.visit.principal())
        return sent.visit.redirect("/events/\(id)", flash: .postponed)
    }

    static func cancel(_ sent: Submission) async throws -> Response {
        let id: ID<Event> = try sent.visit.id()
        try await sent.visit.services.cancelEvent(id, as: try sent.visit.principal())
        return sent.visit.redirect("/events/\(id)", flash: .cancelled)
    }

    private static func mine(_ id: ID<Event>, _ visit: Visit) async throws -> Event {
        guard try await visit.services.mayChangeEvent(id, as: try visit.principal()),
            let event = try await visit.database.read({ db in try Events.byID(id, in: db) })
        else { throw ServiceError.notFound }
        return event
    }

    private static func page(
        _ visit: Visit, _ state: FormState?, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let event = try await mine(try visit.id(), visit)
        let (going, waiting) = (visit.mark("going"), visit.mark("waiting"))
        let limit = visit.query["view"] == "print" ? size.print : size.screen
        let content = try await visit.database.read { db -> Content? in
            guard let view = try EventViews.unrestricted(event.id, in: db) else { return nil }
            return Content(
                view: view,
                going: try GuestLists.page(event.id, state: .going, after: going, limit: limit, in: db),
                waiting: try GuestLists.page(event.id, state: .waiting, after: waiting, limit: limit, in: db))
        }
        guard let content else { throw ServiceError.notFound }
        let title = visit.t(.manageTitle, event.title)
        let page = Page(title, .events, content: main(content, title, state ?? PlanEvent.state(of: event), visit))
            .with { $0.isHidden = true }
        return visit.respond(page, status: status)
    }

    private static func main(_ content: Content, _ title: String, _ state: FormState, _ visit: Visit) -> HTML {
        let (t, view) = (visit.t, content.view)
        let event = view.event
        return """
            <p class="crumbs"><a href="\(event.path)">\(t(.backToEvent))</a></p><h1><span class="no-print">\(title)</span><span class="printed">\(event.title)</span></h1>
            <p class="printed">\(visit.span(of: event)) · \(visit.place(event))</p>
            <p class="states">\(visit.stateBadge(event)) \(visit.seats(view))</p>
            \(guests(content, visit))
            \(when(event.status != .cancelled, """
                <section class="no-print" aria-labelledby="change"><h2 id="change">\(t(.changeEvent))</h2>
                <p class="hint">\(t(.changeHint))</p>\(visit.problems(state))
                \(visit.form("\(event.path)/change", style: "sheet-form", """
                    \(visit.hidden("group", String(describing: event.owner)))\(PlanEvent.fields(visit, state))
                    \(visit.submit(t(.saveAndTell), cancel: event.path))
                    """))</section>
                """))
            \(fate(event, visit))
            """
    }

    private static func guests(_ content: Content, _ visit: Visit) -> HTML {
        let (t, view) = (visit.t, content.view)
        let extra = visit.query["view"] == "print" ? "&view=print" : ""
        return """
            <section aria-labelledby="guests"><h2 id="guests">\(t(.guestList))</h2>
            <p class="hint">\(view.going > 0 ? t.count(.comingCount, view.going) : t(.nobodyYet))</p>
            <ol class="guests">\(each(content.going.accounts) { line($0, visit) })</ol>
            \(visit.rest("going", after: content.going.next?.description, section: "guests", extra: extra))
            \(when(view.waiting > 0, """
                <h3 id="waiting">\(t(.waitingList))</h3><p class="hint">\(t.count(.waitingCount, view.waiting))</p>
                <ol class="guests">\(each(content.waiting.accounts) { line($0, visit) })</ol>
                \(visit.rest("waiting", after: content.waiting.next?.description, section: "waiting", extra: extra))
                """))
            <p class="no-print"><a class="button quiet" href="\(view.event.path)/manage?view=print">\(t(.printSheet))</a>
            <a class="button quiet" href="/events/new?like=\(view.id)">\(t(.repeatEvent))</a></p></section>
            """
    }

    private static func line(_ guest: Account, _ visit: Visit) -> HTML {
        let handle = guest.isLocal ? guest.handle.description : guest.fullHandle(visit.community)
        return """
            <li><span class="box" aria-hidden="true"></span>\(AccountCard.link(guest)) <span class="meta">\(handle)</span></li>
            """
    }

    /// Returns the forms to postpone and to cancel. Each takes two steps and says who is notified.
    private static func fate(_ event: Event, _ visit: Visit) -> HTML {
        let t = visit.t
        let successors = event.status.successors
        guard event.endsAt > visit.now, !successors.isEmpty else { return .nothing }
        return """
            <section class="last no-print">
            \(when(successors.contains(.postponed), """
                <details class="danger"><summary>\(t(.postponeEvent))</summary><p>\(t(.postponeExplained))</p>
                \(visit.button("\(event.path)/postpone", t(.postponeNow), style: "button quiet"))</details>
                """))
            \(when(successors.contains(.cancelled), """
                <details class="danger"><summary>\(t(.cancelEvent))</summary><p>\(t(.cancelExplained))</p>
                \(visit.button("\(event.path)/cancel", t(.cancelNow), style: "button stop"))</details>
                """))</section>
            """
    }
}
