// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The events by month: local ones, and those of the remote groups that local groups follow.
enum Agenda {
    private static let pageSize = 30

    static func show(_ visit: Visit) async throws -> Response {
        let isPast = visit.query["past"] != nil
        let (viewer, now, mode) = (visit.viewer, visit.now, visit.community.mode)
        let after = visit.query["after"].flatMap(cursor)
        let group = try await group(visit)
        let scope = group.map { EventScope.shown(by: $0.id) } ?? .community
        let views = try await visit.database.read { db in
            let limit = pageSize + 1
            let ids =
                isPast
                ? try Events.past(
                    before: now, scope: scope, limit: limit, after: after, viewer: viewer, mode: mode, in: db)
                : try Events.upcoming(
                    from: now, scope: scope, limit: limit, after: after, viewer: viewer, mode: mode, in: db)
            return try EventViews.load(ids, viewer: viewer, with: .page, in: db)
        }
        let t = visit.t
        let page = Page(t(.events), .events, content: content(views, isPast, group, visit)).with {
            $0.aside = aside(visit)
            $0.feeds = [Feeds.agenda(t)]
            $0.summary = t(.eventsIntro, visit.community.name)
        }
        return visit.respond(page)
    }

    /// Returns the group for whose events the query asks.
    private static func group(_ visit: Visit) async throws -> Account? {
        guard let name = visit.query["group"], !name.isEmpty else { return nil }
        let handle = Handle(name: name, host: "")
        let found = try await visit.database.read { db in try Accounts.byHandle(handle, in: db) }
        guard let found, found.isGroup, found.isActive else { throw ServiceError.notFound }
        return found
    }

    private static func content(
        _ views: [EventView], _ isPast: Bool, _ group: Account?, _ visit: Visit
    ) -> HTML {
        let t = visit.t
        let only = group.map { "group=\($0.username)" } ?? ""
        let past = "/events?past=1" + (only.isEmpty ? "" : "&\(only)")
        let shown = Array(views.prefix(pageSize))
        let last = views.count > shown.count ? shown.last : nil
        return """
            \(maybe(group) { "<p class=\"crumbs\"><a href=\"\($0.path)\">\($0.shownName)</a> · <a href=\"/events\">\(t(.wholeAgenda))</a></p>" })
            <div class="heading"><h1>\(t(.events))</h1><a class="button" href="/events/new\(only.isEmpty ? "" : "?" + only)">\(t(.planEvent))</a></div>
            <nav class="tabs" aria-label="\(t(.filter))"><a href="/events\(only.isEmpty ? "" : "?" + only)"\(" aria-current=\"true\"", if: !isPast)>\(t(.upcoming))</a>
            <a href="\(past)"\(" aria-current=\"true\"", if: isPast)>\(t(.past))</a></nav>
            \(when(shown.isEmpty, nothing(isPast, visit)))
            \(months(shown, visit))
            \(maybe(last) { last in
                let cursor = "\(last.event.startsAt.milliseconds)-\(last.id)"
                let address = "/events?after=\(cursor)" + (isPast ? "&past=1" : "") + (only.isEmpty ? "" : "&\(only)")
                return visit.pager(address, t(.moreEvents))
            })
            \(when(visit.query["after"] != nil, visit.pager(isPast ? past : "/events" + (only.isEmpty ? "" : "?\(only)"), t(.backToStart))))
            """
    }

    private static func nothing(_ isPast: Bool, _ visit: Visit) -> HTML {
        isPast
            ? visit.empty(.noPast, .noPastInvite, Pictures.emptySlate)
            : visit.empty(.noEvents, .noEventsInvite, Pictures.emptySlate, link: ("/events/new", .planEvent))
    }

    /// Returns the events with a heading for each month, in the order of the list.
    static func months(_ views: [EventView], _ visit: Visit) -> HTML {
        var months: [(name: String, views: [EventView])] = []
        for view in views {
            let name = visit.moments.month(view.event.startsAt, in: view.event.timeZone)
            if months.last?.name == name {
                months[months.count - 1].views.append(view)
            } else {
                months.append((name, [view]))
            }
        }
        return each(months.enumerated()) { index, month in
            """
            <section class="month-of" aria-labelledby="month-\(index)"><h2 id="month-\(index)">\(month.name)</h2>
            <ul class="list">\(each(month.views) { visit.eventCard($0) })</ul></section>
            """
        }
    }

    private static func aside(_ visit: Visit) -> HTML {
        let t = visit.t
        let handle = "@\(Community.agendaGroup)@\(visit.community.authority)"
        return """
            <section class="panel no-print"><h2>\(t(.keepUp))</h2><p>\(t(.keepUpCalendar))</p>
            <p class="address">\(visit.community.address + "/events.ics")</p>
            <p>\(t(.keepUpFollow))</p><p class="address">\(handle)</p></section>
            """
    }

    /// Parses `START-ID`, the cursor of the next page.
    private static func cursor(_ text: String) -> (Timestamp, ID<Event>)? {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let start = Int64(parts[0]), let id = ID<Event>(parts[1]) else { return nil }
        return (Timestamp(start), id)
    }
}
