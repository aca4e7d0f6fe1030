// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    /// Calls the functions for personal settings and searches.
    func personal(_ s: Stage, _ tx: Transaction) throws {
        try lists(s, tx)
        try filters(s, tx)
        try tags(s, tx)
        try company(s, tx)
        try searches(s, tx)
    }

    private func lists(_ s: Stage, _ tx: Transaction) throws {
        let list = AccountList(id: ID(50), owner: s.ada.id, title: "Tea")
        try AccountLists.insert(list, in: tx)
        try AccountLists.update(list, in: tx)
        try AccountLists.addMember(s.vic.id, to: list.id, in: tx)
        _ = try AccountLists.of(s.ada.id, in: tx)
        _ = try AccountLists.of(s.ada.id, with: s.vic.id, in: tx)
        _ = try AccountLists.members(of: list.id, s.page, in: tx)
        _ = try AccountLists.members(of: list.id, in: tx)
        try AccountLists.removeMembers([s.vic.id], from: list.id, in: tx)
        try AccountLists.delete(list.id, in: tx)
    }

    private func filters(_ s: Stage, _ tx: Transaction) throws {
        var filter = ContentFilter(id: ID(60), owner: s.ada.id, title: "Tea", places: [.home])
        filter.keywords = [ContentFilter.Keyword(id: ID(61), text: "tea", wholeWord: true)]
        filter.named = [ContentFilter.Named(id: ID(62), item: ID(s.post.id.rawValue))]
        for _ in 1...2 { try ContentFilters.put(filter, in: tx) }
        _ = try ContentFilters.of(s.ada.id, in: tx)
        _ = try ContentFilters.find(filter.id, owner: s.ada.id, in: tx)
        _ = try ContentFilters.find(keyword: ID(61), owner: s.ada.id, in: tx)
        _ = try ContentFilters.find(named: ID(62), owner: s.ada.id, in: tx)
        try ContentFilters.delete(filter.id, owner: s.ada.id, in: tx)
    }

    private func tags(_ s: Stage, _ tx: Transaction) throws {
        try FollowedTags.add("tea", by: s.ada.id, mark: 70, in: tx)
        _ = try FollowedTags.list(of: s.ada.id, s.page, in: tx)
        try FeaturedTags.add(ID(71), "tea", by: s.ada.id, in: tx)
        _ = try FeaturedTags.list(of: s.ada.id, in: tx)
        _ = try FeaturedTags.suggestions(for: s.ada.id, in: tx)
        _ = try Tags.views(["tea", "milk"], viewer: s.ada.id, at: s.now, in: tx)
        _ = try Tags.names(beginning: "te", offset: 0, limit: 5, in: tx)
        try FeaturedTags.remove("tea", by: s.ada.id, in: tx)
        try FeaturedTags.remove(ID(71), by: s.ada.id, in: tx)
        try FollowedTags.remove("tea", by: s.ada.id, in: tx)
    }

    private func company(_ s: Stage, _ tx: Transaction) throws {
        try Mutes.set(
            by: s.ada.id, target: s.vic.id, hidesNotifications: true, until: s.now, at: s.now, in: tx)
        _ = try Mutes.list(of: s.ada.id, s.page, in: tx)
        _ = try Mutes.ends(of: [s.vic.id], by: s.ada.id, in: tx)
        try Retention.sweep("mute", at: s.now, in: tx)
        try Mutes.remove(by: s.ada.id, target: s.vic.id, in: tx)
        try HostBlocks.add("far.example", by: s.ada.id, mark: 80, at: s.now, in: tx)
        _ = try HostBlocks.list(of: s.ada.id, s.page, in: tx)
        _ = try HostBlocks.follows(between: s.ada.id, "far.example", in: tx)
        try HostBlocks.remove("far.example", by: s.ada.id, in: tx)
        for note in ["tea", ""] { try AccountNotes.set(note, about: s.vic.id, by: s.ada.id, in: tx) }
        try Endorsements.add(s.vic.id, by: s.ada.id, in: tx)
        _ = try Endorsements.list(of: s.ada.id, s.page, in: tx)
        try Endorsements.remove(s.vic.id, by: s.ada.id, in: tx)
        _ = try Suggestions.list(for: s.ada.id, limit: 5, in: tx)
        try Suggestions.dismiss(s.group.id, for: s.ada.id, in: tx)
        _ = try Suggestions.familiarFollowers(of: [s.group.id], viewer: s.ada.id, in: tx)
        for isLocal in [true, false] {
            _ = try Directory.list(localOnly: isLocal, byActivity: isLocal, offset: 0, limit: 5, in: tx)
        }
        try NotificationRequests.forgetAcceptance(of: s.vic.id, by: s.ada.id, in: tx)
        _ = try Follows.pending(of: s.ada.id, s.page, in: tx)
        _ = try Blocks.list(of: s.ada.id, s.page, in: tx)
    }

    private func searches(_ s: Stage, _ tx: Transaction) throws {
        var query = StatusQuery()
        query.terms = ["tea"]
        query.hasMedia = true
        _ = try Searches.statuses(query, viewer: s.ada.id, offset: 0, limit: 5, in: tx)
        query.terms = []
        query.author = s.ada.id
        _ = try Searches.statuses(query, viewer: s.ada.id, offset: 0, limit: 5, in: tx)
        var people = AccountQuery(terms: ["ad"], host: "", name: "ada")
        people.onlyFollowed = true
        _ = try Searches.accounts(people, viewer: s.ada.id, offset: 0, limit: 5, in: tx)
        try Settings.set("search.entries", String(Int64.max), in: tx)
        try Settings.set("search.accounts", String(Int64.max), in: tx)
        _ = try SearchIndex.fill(limit: 5, in: tx)
    }
}
