// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    /// Calls the functions for polls, versions, quotes and scheduled posts.
    func posting(_ s: Stage, _ tx: Transaction) throws {
        var poll = Poll(options: [.init(title: "Tea"), .init(title: "Milk")], isMultiple: true, expiresAt: s.now)
        try Polls.set(poll, of: s.post.id, in: tx)
        poll.options[0].votes = 2
        try Polls.set(poll, of: s.post.id, in: tx)
        _ = try Polls.one(s.answer.id, viewer: s.ada.id, in: tx)
        _ = try Polls.one(s.post.id, viewer: nil, in: tx)
        let early = s.now - .hours(1)
        _ = try Polls.vote([0], by: s.ada.id, on: s.post.id, at: early, in: tx)
        _ = try Polls.vote(for: "Milk", by: s.vic.id, on: s.post.id, at: early, in: tx)
        _ = try Polls.localVoters(of: s.post.id, in: tx)
        _ = try Polls.remoteVoters(of: s.post.id, in: tx)
        _ = try Polls.takeChanged(limit: 10, in: tx)
        _ = try Polls.takeEnded(at: s.now, limit: 10, in: tx)
        var edited = s.post
        edited.editedAt = s.now + .hours(1)
        edited.quote = Quote(iri: s.answer.iri, post: s.answer.id, state: .accepted)
        try Posts.update(edited, Posts.parts(of: s.post.id, in: tx), in: tx)
        _ = try PostVersions.of(edited, in: tx)
        _ = try Timelines.quotes(of: s.answer.id, s.page, viewer: s.ada.id, in: tx)
        try Quotes.set(.accepted, authorization: s.address, of: s.post.id, in: tx)
        try Quotes.setPolicy(.followers, of: s.post.id, in: tx)
        _ = try Quotes.byAuthorization(s.address, in: tx)
        try Polls.set(nil, of: s.post.id, in: tx)
        try waiting(s, tx)
    }

    private func waiting(_ s: Stage, _ tx: Transaction) throws {
        let post = ScheduledPost(id: ID(77), author: s.ada.id, dueAt: s.now, parameters: "{}")
        try Scheduled.insert(post, in: tx)
        _ = try Scheduled.find(post.id, by: s.ada.id, in: tx)
        _ = try Scheduled.list(of: s.ada.id, s.page, in: tx)
        _ = try Scheduled.count(of: s.ada.id, from: s.now, to: s.now + .days(1), in: tx)
        _ = try Scheduled.move(post.id, of: s.ada.id, to: s.now, in: tx)
        _ = try Scheduled.lease(5, Lease(now: s.now, until: s.now + .hours(1)), in: tx)
        try Scheduled.postpone(post.id, until: s.now, in: tx)
        try Scheduled.park(post.id, in: tx)
        _ = try Scheduled.remove(post.id, of: s.ada.id, in: tx)
        for _ in 1...2 { _ = try SentOnce.claim("1:a", by: s.ada.id, for: 5, at: s.now, in: tx) }
        _ = try SentOnce.find("1:a", by: s.ada.id, at: s.now, in: tx)
        try Retention.sweep("idempotency", at: s.now, in: tx)
    }
}
