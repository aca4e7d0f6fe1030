// SPDX-License-Identifier: Apache-2.0

internal import Calendar
import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// Calendar feeds for calendar programs: all events of the node, those of one group, or one event.
///
/// Only public events are in a feed. It contains no e-mail addresses, no guest lists, and no addresses of online meetings.
/// The file of one event is made for its reader: guests find the address of the online meeting in it.
enum CalendarFeeds {
    private static let limit = 200
    private static let type = "text/calendar; charset=utf-8"

    static func all(_ visit: Visit) async throws -> Response {
        try await respond(visit, scope: .community, name: visit.community.name)
    }

    static func group(_ visit: Visit) async throws -> Response {
        let group = try await GroupPage.find(visit)
        return try await respond(visit, scope: .shown(by: group.id), name: group.shownName)
    }

    static func one(_ visit: Visit) async throws -> Response {
        let id: ID<Event> = try visit.id()
        let viewer = visit.viewer
        let view = try await visit.database.read { db in try EventViews.one(id, viewer: viewer, in: db) }
        guard let view else { throw ServiceError.notFound }
        let bytes = CalendarFeed.render(events: [event(view, visit)], name: view.event.title)
        return Responses.calendar(
            bytes, filename: "\(view.event.id).ics", headers: viewer == nil ? [:] : [.cacheControl: "private, no-store"]
        )
    }

    /// The coming events and those of the last three months. Past events stay in the feed for a while, because a
    /// calendar program removes an event that leaves its feed.
    private static func respond(_ visit: Visit, scope: EventScope, name: String) async throws -> Response {
        let (now, mode) = (visit.now, visit.community.mode)
        let views = try await visit.database.read { db in
            let from = now - .days(90)
            let ids = try Events.upcoming(
                from: from, scope: scope, limit: limit, after: nil, viewer: nil, mode: mode,
                in: db)
            return try EventViews.load(ids, viewer: nil, in: db)
        }
        var options = CalendarFeed.Options()
        options.description = visit.community.tagline
        options.source = visit.community.address + visit.path
        let bytes = CalendarFeed.render(events: views.map { event($0, visit) }, name: name, options: options)
        return Feeds.conditional(visit, bytes, type: type)
    }

    private static func event(_ view: EventView, _ visit: Visit) -> CalendarEvent {
        CalendarEvent(
            view.event, owner: view.owner, text: view.event.content.plainText(limit: 2_000),
            page: visit.community.address + view.event.path, online: visit.t(.online), meetOnline: visit.t(.meetOnline))
    }
}
