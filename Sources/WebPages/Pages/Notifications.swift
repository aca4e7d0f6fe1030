// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The person's notifications. Opening the page marks them as read.
enum NotificationsPage {
    private struct Content: Sendable {
        var groups: [(group: NotificationGroup, latest: NotificationView)] = []
        var announcements: [AnnouncementView] = []
        /// The emoji that people of other servers sent with their favourites.
        var emojis: [FavouriteKey: String] = [:]
        var lastRead: Int64 = 0
        var next: Int64?
    }

    static func show(_ visit: Visit) async throws -> Response {
        let viewer = try visit.member().account.id
        let (request, now) = (visit.listPage(limit: 40), visit.now)
        let content = try await visit.database.read { db in
            var content = Content()
            let groups = try NotificationGroups.list(of: viewer, .init(), request, at: now, in: db)
            var views: [ID<Notification>: NotificationView] = [:]
            for view in try NotificationViews.load(groups.map(\.latest), viewer: viewer, in: db) {
                views[view.id] = view
            }
            content.groups = groups.compactMap { group in views[group.id].map { (group, $0) } }
            content.emojis = try Favourites.emojis(of: content.groups.compactMap { favourite($0.latest) }, in: db)
            content.next = groups.count == request.limit ? groups.last?.id.rawValue : nil
            content.lastRead =
                try Markers.of(viewer, in: db).first { $0.timeline == .notifications }?.lastRead ?? 0
            content.announcements = try Announcements.list(viewer: viewer, withRead: false, at: now, in: db)
            return content
        }
        if let newest = content.groups.first?.group.id {
            try await visit.services.seeNotifications(upTo: newest, as: try visit.principal())
        }
        return respond(content, visit)
    }

    /// Dismisses an announcement for the member.
    static func putAway(_ sent: Submission) async throws -> Response {
        guard let id = ID<Announcement>(sent["announcement"]) else { throw ServiceError.notFound }
        try await sent.visit.services.dismissAnnouncement(id, as: try sent.visit.principal())
        return sent.visit.redirect(sent.next(or: "/notifications"))
    }

    private static func respond(_ content: Content, _ visit: Visit) -> Response {
        let t = visit.t
        let list: HTML =
            content.groups.isEmpty
            ? visit.empty(.newsNone, .newsNoneInvite, Pictures.emptyCounter, link: ("/discussions", .discussions))
            : """
            <ul class="list">\(each(content.groups) { card($0.group, $0.latest, content, visit) })</ul>
            \(visit.older(content.next))
            """
        let main: HTML = "<h1>\(t(.news))</h1>\(announcements(content.announcements, visit))\(list)"
        let page = Page(t(.news), .news, content: main).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page)
    }

    /// Returns the announcements that the reader has not put away.
    ///
    /// - Parameter next: the page that shows them.
    static func announcements(
        _ views: [AnnouncementView], next: String = "/notifications", _ visit: Visit
    ) -> HTML {
        let t = visit.t
        return when(
            !views.isEmpty,
            """
            <section class="panel" aria-labelledby="announced"><h2 id="announced">\(t(.announced))</h2>
            \(each(views) { view in
                """
                <article><div class="words">\(view.announcement.content)</div>
                <p class="meta">\(visit.moments.element(ago: view.announcement.publishedAt))</p>
                \(visit.form("/notifications/put-away", style: "inline", """
                    \(visit.hidden("announcement", String(describing: view.id)))\(visit.hidden("next", next))
                    <button class="button quiet small" type="submit">\(t(.putAway))</button>
                    """))</article>
                """
            })</section>
            """)
    }

    private static func card(
        _ group: NotificationGroup, _ latest: NotificationView, _ content: Content, _ visit: Visit
    ) -> HTML {
        let t = visit.t
        let isNew = group.id.rawValue > content.lastRead
        let key = favourite(latest).map { FavouriteKey(account: $0.account, subject: $0.subject) }
        let emoji = key.flatMap { content.emojis[$0] }
        return """
            <li class="card talk\(" new", if: isNew)">\(AccountCard.avatar(latest.account))<div>
            <h2><a href="\(address(latest))">\(title(group, latest, t))</a>\
            \(maybe(emoji) { " \(EmojiText.reaction($0, of: latest.account))" })\
            \(when(isNew, " <span class=\"dot\"><span class=\"unseen\">\(t(.newsDot))</span></span>"))</h2>
            \(maybe(headline(latest)) { "<p class=\"lines\">\($0)</p>" })
            \(maybe(change(latest, visit)) { "<p class=\"lines\">\($0)</p>" })
            <p class="meta">\(visit.moments.element(ago: latest.notification.createdAt))</p></div></li>
            """
    }

    /// Returns who favourited what, when a notification is about that.
    private static func favourite(
        _ view: NotificationView
    ) -> (account: ID<Account>, subject: TimelineItem.Subject)? {
        guard view.notification.kind == .favourite else { return nil }
        return switch view.notification.subject {
        case .post(let id): (view.account.id, .post(id))
        case .event(let id): (view.account.id, .event(id))
        case .nobody, .report: nil
        }
    }

    private static func title(_ group: NotificationGroup, _ latest: NotificationView, _ t: Texts) -> String {
        let name = latest.account.shownName
        return t.count(phrase(latest), group.count - 1, name, t.of(name))
    }

    /// Returns what has become of the time of an event that was changed: the old and the new one.
    private static func change(_ view: NotificationView, _ visit: Visit) -> String? {
        guard view.notification.kind == .update || view.notification.kind == .seat,
            case .event(let status)? = view.status?.subject
        else { return nil }
        let (t, moments, event) = (visit.t, visit.moments, status.event)
        let when = moments.span(event.startsAt, event.endsAt, in: event.timeZone)
        switch event.status {
        case .cancelled, .postponed: return t(.toldWasPlanned, when)
        case .rescheduled:
            guard let previous = event.previousStart, previous != event.startsAt else {
                return t(.toldNowPlanned, when)
            }
            return t(.toldMoved, moments.point(previous, in: event.timeZone), when)
        case .scheduled, .tentative: return t(.toldNowPlanned, when)
        }
    }

    /// Returns the path of the page that shows the subject of a notification.
    private static func address(_ view: NotificationView) -> String {
        switch view.notification.kind {
        case .signUp, .report: return "/moderation"
        case .followRequest, .groupRequest: return "/networks"
        default: break
        }
        switch view.status?.subject {
        case .post(let post): return post.post.path
        case .event(let event): return event.event.path
        case nil: return view.account.path
        }
    }

    private static func headline(_ view: NotificationView) -> String? {
        switch view.status?.subject {
        case .post(let post): post.post.headline
        case .event(let event): event.event.title
        case nil: nil
        }
    }

    private static func phrase(_ view: NotificationView) -> Phrase {
        let isEvent = view.notification.subject.isEvent
        return switch view.notification.kind {
        case .mention: isEvent ? .toldInvitation : .toldMention
        case .status: isEvent ? .toldEvent : .toldStatus
        case .reblog: isEvent ? .toldEventReblog : .toldReblog
        case .follow: .toldFollow
        case .followRequest: .toldFollowRequest
        case .favourite: isEvent ? .toldInterest : .toldFavourite
        case .poll: isEvent ? .toldEventBegins : .toldPoll
        case .update: isEvent ? changePhrase(view) : .toldUpdate
        case .quote: .toldQuote
        case .signUp: .toldSignUp
        case .report: .toldReport
        case .seat: .toldSeat
        case .join: .toldJoin
        case .wait: .toldWait
        case .leave: .toldLeave
        case .full: .toldFull
        case .groupRequest: .toldGroupRequest
        }
    }

    private static func changePhrase(_ view: NotificationView) -> Phrase {
        guard case .event(let status)? = view.status?.subject else { return .toldEventUpdate }
        switch status.event.status {
        case .cancelled: return .toldEventCancelled
        case .postponed: return .toldEventPostponed
        case .rescheduled: return .toldEventMoved
        case .scheduled, .tentative: return .toldEventUpdate
        }
    }
}

extension Storage.Notification.Subject {
    fileprivate var isEvent: Bool {
        guard case .event = self else { return false }
        return true
    }
}
