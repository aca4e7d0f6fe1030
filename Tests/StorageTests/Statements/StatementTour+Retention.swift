// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

extension StatementTour {
    func retention(_ s: Stage, _ tx: Transaction) throws {
        _ = try InboxQueue.hasCome(s.address, in: tx)
        _ = try InboxQueue.hasOlder("Join", than: ID(1), of: s.vic.id, in: tx)
        try InboxQueue.forgetParked(of: s.vic.id, in: tx)
        let undone = UndoneActivity(received: ID(1), published: s.now)
        try UndoneActivities.remember(undone, .activity(s.address), by: s.vic.id, at: s.now, in: tx)
        _ = try UndoneActivities.find(
            [.activity(s.address), .object(type: "Join", s.event.iri)], by: s.vic.id, in: tx)
        try UndoneActivities.forget(.activity(s.address), by: s.vic.id, in: tx)
        _ = try Posts.remove(s.post.id, from: s.group.id, in: tx)
        _ = try Follows.pendingCount(of: s.ada.id, in: tx)
        _ = try Threads.replyCount(to: s.post.iri, in: tx)
        _ = try Threads.postCount(of: s.post.id, in: tx)
        _ = try Favourites.event(ofActivity: s.address, by: s.ada.id, in: tx)
        _ = try Favourites.emojis(of: [(s.ada.id, .post(s.post.id)), (s.ada.id, .event(s.event.id))], in: tx)
        try Reports.handOver(ID(1), by: ID(1), in: tx)
        try OutboxQueue.accepted([], in: tx)
        _ = try TimelineItems.pastID(at: s.now, in: tx)
        _ = try Events.upcomingCount(from: s.now, of: s.group.id, in: tx)
        _ = try SilentPeers.list(after: "a.example", in: tx)
        _ = try SilentPeers.retry("far.example", ids: IDMaker(), at: s.now, in: tx)
        for table in Retention.aged { _ = try Retention.sweep(table, at: s.now, in: tx) }
        _ = try Retention.overdue(at: s.now, in: tx)
        for walk in RetentionWalk.allCases { _ = try walk.step(at: s.now + .days(1_000), in: tx) }
        try SearchIndex.compact(pages: 10, in: tx)
        try SentActivities.forget(about: s.post.iri, in: tx)
        try AccountRemoval.begin(of: s.ada.id, in: tx)
        _ = try AccountRemoval.step(of: s.ada.id, limit: 100, in: tx)
        _ = try AccountRemoval.unfinished(limit: 10, in: tx)
    }
}
