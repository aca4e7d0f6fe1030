// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

extension StatementTour {
    func moderation(_ s: Stage, _ tx: Transaction) throws {
        let ban = GroupBan(group: s.group.id, account: s.vic.id, activity: s.address, reason: "spam", expiresAt: nil)
        _ = try GroupBans.add(ban, at: s.now, in: tx)
        _ = try GroupBans.holds(s.vic.id, in: s.group.id, at: s.now, in: tx)
        _ = try GroupBans.list(of: s.group.id, at: s.now, limit: 10, in: tx)
        _ = try GroupBans.remove(s.vic.id, from: s.group.id, in: tx)
        _ = try GroupRemovals.add(s.answer.id, group: s.group.id, .suspended, at: s.now, in: tx)
        try GroupRemovals.note(s.answer.id, group: s.group.id, .suspended, at: s.now, in: tx)
        _ = try GroupRemovals.state(of: s.answer.id, group: s.group.id, in: tx)
        _ = try GroupRemovals.groups(of: s.answer.id, in: tx)
        _ = try GroupRemovals.posts(of: s.group.id, [.held, .removed], limit: 10, in: tx)
        _ = try GroupRemovals.unrelayed(of: "far.example", after: .first, limit: 10, in: tx)
        try SentActivities.hide(about: s.post.iri, by: s.group.id, in: tx)
        _ = try SentActivities.announcedCreate(of: s.post.iri, by: s.group.id, in: tx)
        try UnfinishedSuspensions.begin(of: s.ada.id, in: tx)
        _ = try UnfinishedSuspensions.list(limit: 10, in: tx)
        try UnfinishedSuspensions.end(of: s.ada.id, in: tx)
        _ = try GroupRemovals.suspended(by: s.vic.id, limit: 10, in: tx)
        _ = try GroupRemovals.restore(s.answer.id, to: s.group.id, in: tx)
        _ = try GroupRemovals.present(by: s.vic.id, limit: 10, in: tx)
        _ = try GroupRemovals.forget(s.answer.id, group: s.group.id, in: tx)
        _ = try ThreadLocks.add(s.post.id, activity: s.address, at: s.now, in: tx)
        _ = try ThreadLocks.exists(s.post.id, in: tx)
        _ = try ThreadLocks.remove(s.post.id, in: tx)
        try Tombstones.lift(s.address, in: tx)
        _ = try Boosts.stored(account: s.ada.id, post: s.post.id, in: tx)
        _ = try Boosts.localBoosters(of: s.post.id, in: tx)
        _ = try OutboxQueue.readerInboxes(of: s.post.id, in: tx)
        for sent in try SentActivities.quoting(s.post.iri, in: tx) {
            try SentActivities.rewrite(sent.id, body: sent.body, in: tx)
            try Farewells.begin(of: s.ada.id, activity: sent.id, in: tx)
        }
        _ = try Farewells.left(of: s.ada.id, in: tx)
        while try Farewells.next(of: s.ada.id, limit: 10, in: tx) != nil {}
        _ = try Moves.unfinished(after: ID(0), limit: 10, in: tx)
        _ = try Moves.followers(of: s.vic.id, limit: 10, in: tx)
        try Moves.keepChoices(of: s.ada.id, from: s.vic.id, for: s.group.id, in: tx)
        try SentActivities.retire([ID(1)], in: tx)
        try SentActivities.forget(about: s.post.iri, by: s.ada.id, in: tx)
    }
}
