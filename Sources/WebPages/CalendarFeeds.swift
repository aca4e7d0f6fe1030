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
        let event = view.event
        var entry = CalendarEvent(
            uid: event.uuid.isEmpty ? String(describing: event.iri) : event.uuid, summary: event.title,
            startMillis: event.startsAt.milliseconds, timeZone: event.timeZone,
            stampMillis: event.updatedAt.milliseconds)
        entry.endMillis = event.showsEnd ? event.endsAt.milliseconds : nil
        entry.isAllDay = event.isAllDay
        entry.categories = [event.category].compactMap { $0 } + event.hashtags
        entry.sequence = event.sequence
        entry.createdMillis = event.publishedAt.milliseconds
        entry.modifiedMillis = event.updatedAt.milliseconds
        entry.description = event.content.plainText(limit: 2_000)
        let address = event.onlineURL.map { String(describing: $0) }
        entry.location = event.place?.line ?? address ?? (event.isOnline ? visit.t(.online) : nil)
        if event.place != nil, let address {
            entry.description = "\(visit.t(.meetOnline)) \(address)\n\n\(entry.description ?? "")"
        }
        entry.position = event.place?.coordinates.map { .init(latitude: $0.latitude, longitude: $0.longitude) }
        entry.url = visit.community.address + event.path
        entry.status = status(event.status)
        entry.organizer = .init(name: view.owner.shownName, uri: String(describing: view.owner.url ?? view.owner.iri))
        return entry
    }

    private static func status(_ status: EventStatus) -> CalendarEvent.Status {
        switch status {
        case .scheduled, .rescheduled: .confirmed
        case .postponed, .tentative: .tentative
        case .cancelled: .cancelled
        }
    }
}
