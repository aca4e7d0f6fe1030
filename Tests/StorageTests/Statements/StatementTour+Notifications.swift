// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    /// Calls the functions for notifications, direct messages, markers and announcements.
    func notifications(_ s: Stage, _ tx: Transaction) throws {
        let ids = IDMaker()
        let report = Report(
            id: ID(77), activity: s.event.iri, reporter: s.vic.id, target: s.ada.id, objects: [], comment: "",
            createdAt: s.now)
        _ = try Reports.insert(report, in: tx)
        _ = try Reports.byIDs([report.id], in: tx)
        var policy = NotificationPolicy()
        policy.notFollowing = .filter
        for new in occasions(s, report) {
            _ = try Notifications.add(new, at: s.now, ids: ids, in: tx)
            try NotificationPolicies.set(policy, for: s.ada.id, in: tx)
        }
        try Notifications.posted(s.answer, replyingTo: s.post.author, at: s.now, ids: ids, in: tx)
        let audience = try PostAudience.of(
            s.answer, replyingTo: s.post.author, followersOf: [s.ada.id], at: s.now, in: tx)
        try Notifications.posted(s.answer, to: audience, at: s.now, ids: ids, in: tx)
        try Notifications.edited(s.post, named: [s.vic.id], at: s.now, ids: ids, in: tx)
        try Notifications.remove(.favourite, from: s.vic.id, about: .post(s.post.id), in: tx)
        _ = try NotificationPolicies.of(s.ada.id, in: tx)
        try lists(s, tx)
        try requests(s, tx)
        try letters(s, ids, tx)
        try announcements(s, tx)
    }

    private func occasions(_ s: Stage, _ report: Report) -> [NewNotification] {
        [
            NewNotification.favourite(of: s.post, by: s.vic.id), NewNotification.mention(in: s.answer),
            NewNotification.mention(in: s.post, named: [s.vic.id]),
            NewNotification.status(s.post), NewNotification.status(s.event),
            NewNotification.invitation(to: s.event, for: [s.ada.id]),
            NewNotification.seat(at: s.event, for: [s.ada.id]),
            NewNotification.guests(.join, of: s.event, by: s.vic.id),
            NewNotification.groupRequest(of: s.ada, by: s.vic.id),
            NewNotification.favourite(of: s.event, by: s.vic.id), NewNotification.reblog(of: s.post, by: s.vic.id),
            NewNotification.reblog(of: s.event, by: s.vic.id), NewNotification.quote(of: s.ada.id, in: s.answer),
            NewNotification.follow(of: s.ada, by: s.vic.id),
            NewNotification.invitation(to: s.event, for: [s.ada.id]),
            NewNotification.update(of: s.post), NewNotification.update(of: s.event),
            NewNotification.poll(s.post, voters: [s.vic.id]), NewNotification.poll(s.event),
            NewNotification.signUp(s.vic.id), NewNotification.report(report),
        ]
    }

    private func lists(_ s: Stage, _ tx: Transaction) throws {
        var filter = NotificationListFilter()
        filter.from = s.vic.id
        filter.withFiltered = true
        for page in [s.page, PageRequest(after: 1, fromOldest: true)] {
            let told = try Notifications.list(of: s.ada.id, filter, page, at: s.now, in: tx)
            _ = try NotificationViews.load(told, viewer: s.ada.id, in: tx)
            let groups = try NotificationGroups.list(
                of: s.ada.id, NotificationGroups.Filter(filter), page, at: s.now, in: tx)
            for group in groups {
                _ = try NotificationGroups.find(group.key, of: s.ada.id, at: s.now, in: tx)
                _ = try NotificationGroups.accounts(group.key, of: s.ada.id, page, at: s.now, in: tx)
            }
        }
        let plain = NotificationListFilter()
        _ = try Notifications.find(ID(1), of: s.ada.id, in: tx)
        _ = try Notifications.unreadCount(of: s.ada.id, plain, limit: 9, at: s.now, in: tx)
        _ = try Notifications.hasNews(for: s.ada.id, at: s.now, in: tx)
        _ = try NotificationGroups.unreadCount(of: s.ada.id, .init(plain), limit: 9, at: s.now, in: tx)
        _ = try NotificationGroups.dismiss("follow-1", of: s.ada.id, in: tx)
        _ = try Notifications.dismiss(ID(1), of: s.ada.id, in: tx)
        try Notifications.clear(s.ada.id, in: tx)
        for _ in 1...2 { try Markers.set(.home, lastRead: 7, of: s.ada.id, at: s.now, in: tx) }
        try Markers.advance(.notifications, to: 7, of: s.ada.id, at: s.now, in: tx)
        _ = try Markers.of(s.ada.id, in: tx)
    }

    private func requests(_ s: Stage, _ tx: Transaction) throws {
        let waiting = try NotificationRequests.list(of: s.ada.id, s.page, in: tx)
        _ = try NotificationRequests.list(of: s.ada.id, PageRequest(after: 1, fromOldest: true), in: tx)
        _ = try NotificationRequests.find(ID(1), of: s.ada.id, in: tx)
        _ = try NotificationRequests.backlog(of: s.ada.id, in: tx)
        _ = try NotificationRequests.accept(waiting.map(\.id), of: s.ada.id, in: tx)
        _ = try NotificationRequests.dismiss(waiting.map(\.id), of: s.ada.id, in: tx)
    }

    private func letters(_ s: Stage, _ ids: IDMaker, _ tx: Transaction) throws {
        var letter = s.answer
        letter.visibility = .direct
        var parts = PostParts()
        parts.mentions = [s.ada.id]
        _ = try Posts.update(letter, parts, in: tx)
        try Notifications.posted(letter, replyingTo: nil, at: s.now, ids: ids, in: tx)
        for page in [s.page, PageRequest(after: 1, fromOldest: true)] {
            _ = try DirectConversations.list(of: s.ada.id, page, in: tx)
        }
        _ = try DirectConversations.find(ID(1), of: s.ada.id, in: tx)
        _ = try DirectConversations.setUnread(ID(1), false, of: s.ada.id, in: tx)
        _ = try DirectConversations.remove(ID(1), of: s.ada.id, in: tx)
        _ = try Posts.update(s.answer, PostParts(), in: tx)
    }

    private func announcements(_ s: Stage, _ tx: Transaction) throws {
        let announcement = Announcement(
            id: ID(5), author: s.ada.id, event: s.event.id, content: SanitizedHTML(unchecked: "<p>tea</p>"),
            endsAt: nil, publishedAt: s.now)
        try Announcements.insert(announcement, in: tx)
        try Announcements.react("☕", to: announcement.id, by: s.ada.id, at: s.now, in: tx)
        try Announcements.dismiss(announcement.id, by: s.ada.id, in: tx)
        _ = try Announcements.list(viewer: s.ada.id, withRead: true, at: s.now, in: tx)
        _ = try Announcements.find(announcement.id, viewer: s.ada.id, at: s.now, in: tx)
        _ = try Announcements.unreact("☕", to: announcement.id, by: s.ada.id, in: tx)
        _ = try Announcements.remove(announcement.id, in: tx)
    }
}
