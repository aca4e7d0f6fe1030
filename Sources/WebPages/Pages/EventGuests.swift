// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The attendees of an event who agreed to be shown.
enum EventGuests {
    /// How many attendees are on one page.
    private static let size = 60

    static func show(_ visit: Visit) async throws -> Response {
        let (id, viewer, mark): (ID<Event>, _, _) = (try visit.id(), visit.viewer, visit.mark("going"))
        let content = try await visit.database.read { db -> (EventView, AccountPage)? in
            guard let view = try EventViews.one(id, viewer: viewer, in: db) else { return nil }
            return (view, try GuestLists.attendees(id, viewer: viewer, after: mark, limit: size, in: db))
        }
        guard let (view, guests) = content else { throw ServiceError.notFound }
        let t = visit.t
        let main: HTML = """
            <p class="crumbs"><a href="\(view.event.path)">\(t(.backToEvent))</a></p>
            <h1>\(view.event.title)</h1><section aria-labelledby="guests"><h2 id="guests">\(t(.whoComes))</h2>
            <p>\(view.going > 0 ? t.count(.comingCount, view.going) : t(.nobodyYet))</p>
            <ul class="cards">\(each(guests.accounts) { AccountCard.card($0, visit, heading: .third) })</ul>
            <p class="hint">\(t(.attendeesHint))</p>
            \(visit.rest("going", after: guests.next?.description, section: "guests"))</section>
            """
        let page = Page(view.event.title, .events, content: main).with { $0.isHidden = true }
        return visit.respond(page)
    }
}
