// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    /// Calls the functions for client apps.
    func clients(_ s: Stage, _ tx: Transaction) throws {
        let item: ID<TimelineItem> = ID(s.post.id.rawValue)
        _ = try TimelineItems.byID(item, in: tx)
        _ = try TimelineItems.byIDs([item, ID(s.event.id.rawValue)], in: tx)
        _ = try TimelineItems.boost(of: s.post.id, by: s.vic.id, in: tx)
        _ = try TimelineItems.boosters(of: .post(s.post.id), viewer: s.vic.id, s.page, in: tx)
        _ = try TimelineItems.boosters(of: .event(s.event.id), viewer: nil, s.page, in: tx)
        let upwards = PageRequest(after: 1, fromOldest: true)
        for page in [s.page, upwards] {
            _ = try Timelines.home(s.ada.id, page, in: tx)
            _ = try Timelines.group(s.group.id, page, viewer: s.ada.id, mode: .open, in: tx)
            for replies in AccountList.RepliesPolicy.allCases {
                _ = try Timelines.list(ID(1), replies: replies, viewer: s.ada.id, page, in: tx)
            }
            _ = try Timelines.everyone(PublicFilter(), page, viewer: nil, mode: .open, in: tx)
        }
        var filter = AccountFilter()
        filter.withoutReplies = true
        filter.withoutBoosts = true
        filter.onlyMedia = true
        filter.tag = "tea"
        _ = try Timelines.account(s.ada.id, filter, s.page, viewer: nil, in: tx)
        var tags = TagFilter("tea")
        tags.all = ["tea"]
        tags.none = ["milk"]
        tags.source.isLocal = true
        _ = try Timelines.tagged(tags, s.page, viewer: s.ada.id, mode: .quarantine, in: tx)
        _ = try StatusViews.ofPosts([s.post.id, s.answer.id], viewer: s.ada.id, in: tx)
        _ = try StatusViews.load([try TimelineItems.byID(item, in: tx)].compactMap { $0 }, viewer: nil, in: tx)
        _ = try StatusViews.one(ID(s.event.id.rawValue), viewer: s.ada.id, in: tx)
        _ = try StatusViews.own(s.post.id, of: s.post.author, in: tx)
        _ = try StatusStates.load([item], viewer: s.ada.id, in: tx)
        _ = try Conversations.around(.post(s.post.id), viewer: nil, in: tx)
        _ = try Events.beginning(from: s.now, to: s.now + .days(2), in: tx)
        _ = try Conversations.around(.event(s.event.id), viewer: nil, in: tx)
        try kept(s, tx)
        try apps(s, tx)
        try codes(s, tx)
    }

    private func codes(_ s: Stage, _ tx: Transaction) throws {
        let app = ClientApp(
            id: ID(77), clientID: "codes", name: "App", website: nil, redirectURIs: ["app://"], scopes: .read,
            createdAt: s.now)
        try ClientApps.insert(app, secret: s.digest, in: tx)
        let grant = AuthorizationGrant(
            app: app.id, account: s.ada.id, person: s.ada.id, redirectURI: "app://", scopes: .read,
            expiresAt: s.now + .minutes(10))
        let digest = [UInt8](repeating: 7, count: 32)
        try AuthorizationCodes.insert(grant, digest: digest, in: tx)
        _ = try AuthorizationCodes.find(digest, at: s.now, in: tx)
        _ = try AuthorizationCodes.use(digest, at: s.now, in: tx)
        try AuthorizationCodes.takeBack(digest, in: tx)
        try Retention.sweep("authorization_code", at: s.now, in: tx)
        _ = try GroupRoles.groups(runBy: s.ada.id, in: tx)
        _ = try GroupMembers.page(of: s.group.id, onlyListed: true, limit: 5, in: tx)
        _ = try GroupMembers.page(of: s.group.id, onlyListed: false, limit: 5, in: tx)
        try CommunityProfiles.set(CommunityProfile(), in: tx)
        _ = try CommunityProfiles.current(in: tx)
        _ = try LocalAccounts.withRoles(in: tx)
        _ = try GroupMembers.count(of: s.group.id, in: tx)
    }

    private func kept(_ s: Stage, _ tx: Transaction) throws {
        for subject in [TimelineItem.Subject.post(s.post.id), .event(s.event.id)] {
            try Bookmarks.add(s.event.id.rawValue &+ 1, account: s.ada.id, subject: subject, in: tx)
            _ = try Timelines.bookmarks(of: s.ada.id, s.page, in: tx)
            try Bookmarks.remove(account: s.ada.id, subject: subject, in: tx)
            _ = try Favourites.accounts(of: subject, s.page, viewer: nil, in: tx)
        }
        try Favourites.addEvent(1, account: s.ada.id, event: s.event.id, in: tx)
        _ = try Timelines.favourites(of: s.ada.id, s.page, in: tx)
        try Favourites.removeEvent(account: s.ada.id, event: s.event.id, in: tx)
        try Pins.add(post: s.post.id, account: s.ada.id, at: s.now, in: tx)
        _ = try Pins.list(of: s.ada.id, in: tx)
        try Pins.remove(post: s.post.id, account: s.ada.id, in: tx)
        for muted in [true, false] { try ThreadMutes.set(s.post.id, muted: muted, by: s.ada.id, in: tx) }
        _ = try ThreadMutes.exists(s.post.id, by: s.ada.id, in: tx)
        _ = try AccountRelations.load([s.vic.id, s.group.id], viewer: s.ada.id, in: tx)
        _ = try AccountLists.find(ID(1), owner: s.ada.id, in: tx)
        try Follows.tune(by: s.ada.id, of: s.group.id, showsBoosts: false, notifies: true, in: tx)
        try PostingDefaults().store(for: s.ada.id, in: tx)
        _ = try PostingDefaults.of(s.ada.id, in: tx)
        _ = try Peers.count(in: tx)
        _ = try LocalAccounts.firstSteward(in: tx)
    }

    private func apps(_ s: Stage, _ tx: Transaction) throws {
        let app = ClientApp(
            id: ID(1), clientID: "c", name: "App", website: nil, redirectURIs: ["app://back"], scopes: .read,
            createdAt: s.now)
        try ClientApps.insert(app, secret: s.digest, in: tx)
        _ = try ClientApps.byID(app.id, in: tx)
        _ = try ClientApps.byIDs([app.id], in: tx)
        _ = try ClientApps.find("c", in: tx)
        let token = AccessToken(
            id: ID(2), app: app.id, account: s.ada.id, person: s.ada.id, scopes: .read, createdAt: s.now)
        try AccessTokens.insert(token, digest: s.digest, in: tx)
        _ = try AccessTokens.find(s.digest, in: tx)
        _ = try AccessTokens.holder(s.digest, in: tx)
        _ = try AccessTokens.list(of: s.ada.id, in: tx)
        try AccessTokens.touch(token.id, at: s.now, in: tx)
        try AccessTokens.delete(token.id, in: tx)
        try AccessTokens.deleteAll(of: s.ada.id, in: tx)
    }
}
