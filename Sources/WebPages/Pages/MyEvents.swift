// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage

/// The events that the person attends, and those for which the person is on the waiting list.
enum MyEvents {
    static func show(_ visit: Visit) async throws -> Response {
        let me = try visit.member().account.id
        let now = visit.now
        let views = try await visit.database.read { db in
            let ids = try GuestLists.of(me, from: now, in: db).map(\.0)
            return try EventViews.load(ids, viewer: me, with: .page, in: db)
        }
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.myEvents))</h1>
            \(when(views.isEmpty, visit.empty(.noMine, .noMineInvite, Pictures.emptySlate, link: ("/events", .wholeAgenda))))
            \(Agenda.months(views, visit))
            """
        return visit.respond(Page(t(.myEvents), .mine, content: content).with { $0.isHidden = true })
    }
}
