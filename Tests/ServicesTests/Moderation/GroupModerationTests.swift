// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Moderating a group")
struct GroupModerationTests {
    /// A post of another server in the main group, which Una of a third server follows. The group has boosted it.
    private static func spam(in cafe: Cafe) async throws -> (post: Post, author: Account) {
        let (vic, una) = (try await cafe.stranger("vic"), try await cafe.stranger("una", at: "near.example"))
        let group = try await cafe.local("cafe")
        try await cafe.follow(group.id, by: una.id)
        var post = Post(
            id: cafe.ids.make(at: cafe.clock.now), iri: try iri("https://far.example/notes/1"), author: vic.id,
            content: .init(unchecked: "<p>Achetez</p>"), visibility: .everyone, publishedAt: cafe.clock.now,
            isLocal: false)
        post.group = group.id
        let (stored, boost, now) = (post, try iri("https://cafe.example/activities/77"), cafe.clock.now)
        let id: ID<Boost> = cafe.ids.make(at: now)
        try await cafe.database.write { tx in
            try Posts.insert(stored, PostParts(), in: tx)
            try Boosts.add(id, account: group.id, post: stored.id, activity: boost, at: now, in: tx)
        }
        return (stored, vic)
    }

    @Test(
        "takes a post of another server out, tells the followers, and keeps its author out",
        arguments: TestEngine.available)
    func remove(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mia = try await cafe.member("mia", .moderator)
            let (post, vic) = try await Self.spam(in: cafe)
            let group = try await cafe.local("cafe").id
            try await cafe.services.removeFromGroup(post.id, reason: "Publicité", ban: .week, as: .member(mia))
            let after = try #require(try await cafe.post(post.id))
            #expect(after.group == nil)
            #expect(
                try await cafe.deliveries() == [
                    "Announce cafe https://far.example/users/vic/inbox",
                    "Announce cafe https://far.example/users/vic/inbox",
                    "Announce cafe https://near.example/inbox", "Announce cafe https://near.example/inbox",
                    "Undo cafe https://far.example/users/vic/inbox", "Undo cafe https://near.example/inbox",
                ])
            let inner = try await cafe.documents("Announce").compactMap { $0["object"] }
            #expect(inner.map { $0["type"] } == ["Delete", "Block"])
            #expect(
                inner.allSatisfy { $0["actor"] == "https://cafe.example/users/mia" && $0["summary"] == "Publicité" })
            #expect(inner[0]["object"] == JSON(post.iri))
            #expect(inner[1]["target"] == "https://cafe.example/groups/cafe")
            #expect(inner[1]["endTime"] != nil)
            let now = cafe.clock.now
            let isBanned = try await cafe.database.read { db in
                try [now, now + .days(8)].map { try GroupBans.holds(vic.id, in: group, at: $0, in: db) }
            }
            #expect(isBanned == [true, false])
        }
    }

    @Test("puts a post back, and the followers are told again", arguments: TestEngine.available)
    func putBack(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mia = try await cafe.member("mia", .moderator)
            let (post, _) = try await Self.spam(in: cafe)
            let group = try await cafe.local("cafe").id
            try await cafe.services.removeFromGroup(post.id, as: .member(mia))
            try await cafe.expect(.notFound) { try await $0.removeFromGroup(post.id, as: .member(mia)) }
            try await cafe.forgetSayings()
            try await cafe.services.returnToGroup(post.id, group, as: .member(mia))
            #expect(try await cafe.post(post.id)?.group == group)
            #expect(try await cafe.documents("Announce").map { $0["object"]?["type"] ?? "id" } == ["Undo", "id"])
        }
    }

    @Test("relays a discussion and a reply once that waited and were let in", arguments: TestEngine.available)
    func letIn(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (mia, ada) = (try await cafe.member("mia", .moderator), try await cafe.member("ada"))
            let group = try await cafe.local("cafe").id
            try await cafe.follow(group, by: try await cafe.stranger("una", at: "near.example").id)
            var draft = PostDraft(text: "Qui vient ?")
            draft.group = group
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            var reply = PostDraft(text: "Moi")
            reply.inReplyTo = post
            let answer = try await cafe.services.publishPost(reply, as: .member(ada))
            for (id, told) in [(answer, ["Undo", "Create"]), (post, ["Undo", "Create", "id"])] {
                try await cafe.services.removeFromGroup(id, isHeld: true, as: .member(mia))
                let shown = try await cafe.database.read { db in
                    try SentActivities.outbox(of: group, PageRequest(), in: db)
                }
                #expect(
                    !shown.contains {
                        $0.object?.string == "https://cafe.example/posts/\(id)" && $0.body.contains("Create")
                    })
                try await cafe.forgetSayings()
                try await cafe.services.returnToGroup(id, group, as: .member(mia))
                try await cafe.expect(.notFound) { try await $0.returnToGroup(id, group, as: .member(mia)) }
                let said = try await cafe.documents("Announce")
                #expect(said.map { $0["object"]?["type"]?.string ?? "id" } == told)
                #expect(said[1]["object"]?["object"]?["id"]?.string == "https://cafe.example/posts/\(id)")
                #expect(try await cafe.post(id)?.group == group)
            }
            try await cafe.services.removeFromGroup(answer, isHeld: true, as: .member(mia))
            try await cafe.services.refusePost(answer, group, as: .member(mia))
            let kept = try await cafe.database.read { db in
                try SentActivities.announcedCreate(
                    of: try iri("https://cafe.example/posts/\(answer)"), by: group, in: db)
            }
            #expect(kept == nil)
        }
    }

    @Test(
        "a host that is let in has its discussions relayed, once; one that is shut out has not",
        arguments: TestEngine.available, [PeerPolicy.allowed, .blocked])
    func hostLetIn(engine: TestEngine, policy: PeerPolicy) async throws {
        try await Cafe.open(engine, mode: .quarantine) { cafe in
            let mia = try await cafe.member("mia", .moderator)
            let (post, _) = try await Self.spam(in: cafe)
            let group = try await cafe.local("cafe").id
            try await cafe.database.write { tx in _ = try Boosts.remove(account: group, post: post.id, in: tx) }
            try await cafe.forgetSayings()
            for _ in 1...2 {
                try await cafe.services.setPolicy(policy, host: "far.example", note: "", as: .member(mia))
            }
            let said = try await cafe.documents("Announce").map { $0["object"] }
            #expect(said == (policy == .allowed ? [JSON(post.iri)] : []))
        }
    }

    @Test("closes a discussion: nobody can reply until it is open again", arguments: TestEngine.available)
    func lock(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (mia, ada) = (try await cafe.member("mia", .moderator), try await cafe.member("ada"))
            var draft = PostDraft(text: "Qui vient ?")
            draft.group = try await cafe.local("cafe").id
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            try await cafe.services.lockDiscussion(post, true, as: .member(mia))
            var reply = PostDraft(text: "Moi")
            reply.inReplyTo = post
            let answer = reply
            try await cafe.expect(.conflict("discussion_locked")) {
                _ = try await $0.publishPost(answer, as: .member(ada))
            }
            try await cafe.services.lockDiscussion(post, false, as: .member(mia))
            _ = try await cafe.services.publishPost(answer, as: .member(ada))
            let inner = try await cafe.documents("Announce").compactMap { $0["object"]?["type"]?.string }
            #expect(inner.filter { $0 == "Lock" || $0 == "Undo" } == ["Lock", "Undo"])
        }
    }

    @Test("keeps a member from writing in the group until the ban ends", arguments: TestEngine.available)
    func ban(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (mia, ada) = (try await cafe.member("mia", .moderator), try await cafe.member("ada"))
            let group = try await cafe.local("cafe").id
            var draft = PostDraft(text: "Salut")
            draft.group = group
            let post = draft
            try await cafe.services.ban(ada, from: group, .day, as: .member(mia))
            try await cafe.expect(.conflict("banned_from_group")) {
                _ = try await $0.publishPost(post, as: .member(ada))
            }
            try await cafe.expect(.conflict("banned_from_group")) {
                _ = try await $0.publishPost(PostDraft(text: "@cafe Salut"), as: .member(ada))
            }
            _ = try await cafe.services.publishPost(PostDraft(text: "Ailleurs"), as: .member(ada))
            cafe.clock.pass(.days(2))
            _ = try await cafe.services.publishPost(post, as: .member(ada))
            try await cafe.expect(.notAllowed) { try await $0.ban(mia, from: group, .day, as: .member(mia)) }
        }
    }

    @Test("a suspension takes the posts out of the groups, and its end puts them back", arguments: TestEngine.available)
    func suspend(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mia = try await cafe.member("mia", .moderator)
            let (post, vic) = try await Self.spam(in: cafe)
            let group = try await cafe.local("cafe").id
            try await cafe.services.suspend(vic.id, true, as: .member(mia))
            #expect(try await cafe.post(post.id)?.group == nil)
            #expect(try await cafe.deliveries().contains("Announce cafe https://near.example/inbox"))
            #expect(try await cafe.deliveries().contains("Undo cafe https://near.example/inbox"))
            try await cafe.forgetSayings()
            try await cafe.services.suspend(vic.id, false, as: .member(mia))
            #expect(try await cafe.post(post.id)?.group == group)
            #expect(try await cafe.deliveries().contains("Announce cafe https://near.example/inbox"))
        }
    }

    @Test(
        "a suspension, and its end, are carried out to their end when the process had ended in between",
        arguments: TestEngine.available)
    func interrupted(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mia = try await cafe.member("mia", .moderator)
            let (post, vic) = try await Self.spam(in: cafe)
            let group = try await cafe.local("cafe").id
            let now = cafe.clock.now
            // This is all that the first transaction of a suspension leaves.
            for (instant, isIn) in [(now, false), (nil, true)] as [(Timestamp?, Bool)] {
                try await cafe.database.write { tx in
                    try Accounts.suspend(vic.id, at: instant, in: tx)
                    try UnfinishedSuspensions.begin(of: vic.id, in: tx)
                }
                #expect(try await cafe.post(post.id)?.group == (isIn ? nil : group))
                try await cafe.services.finishSuspensions()
                #expect(try await cafe.post(post.id)?.group == (isIn ? group : nil))
                let left = try await cafe.database.read { db in try UnfinishedSuspensions.list(limit: 10, in: db) }
                #expect(left.isEmpty)
            }
            // A whole suspension begins with the same row, and leaves none.
            try await cafe.services.suspend(vic.id, true, as: .member(mia))
            #expect(try await cafe.post(post.id)?.group == nil)
            let left = try await cafe.database.read { db in try UnfinishedSuspensions.list(limit: 10, in: db) }
            #expect(left.isEmpty)
        }
    }

    @Test("the followers of a suspended member get a profile that says so", arguments: TestEngine.available)
    func suspendedMember(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (mia, ada) = (try await cafe.member("mia", .moderator), try await cafe.member("ada"))
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            try await cafe.services.suspend(ada, true, as: .member(mia))
            try await cafe.services.suspend(ada, false, as: .member(mia))
            let updates = try await cafe.documents("Update").compactMap { $0["object"] }
            #expect(updates.map { $0["suspended"] } == [true, nil])
        }
    }

    @Test(
        "a report is sent by an actor that every server takes, and is called forwarded when that server took it",
        arguments: TestEngine.available)
    func report(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let (vic, una) = (try await cafe.stranger("vic"), try await cafe.stranger("una", at: "near.example"))
            try await cafe.database.write { tx in
                try tx.run("UPDATE account SET inbox = NULL, shared_inbox = NULL WHERE id = \(una.id)")
            }
            for (target, state) in [(vic, Report.Handover.queued), (una, .failed)] {
                var draft = ReportDraft(account: target.id)
                draft.isForwarded = true
                let report = try await cafe.services.report(draft, as: .member(ada))
                #expect(report.handover == state)
            }
            let flags = try await cafe.documents("Flag")
            #expect(flags.map { $0["actor"] } == ["https://cafe.example/users/moderator"])
            let reporter = try await cafe.local("moderator")
            #expect(reporter.kind == .service)
            #expect(try await Self.handovers(cafe) == [.queued, .failed])
            let delivery = try await Self.flagDelivery(cafe)
            try await cafe.database.write { tx in try OutboxQueue.accepted([delivery], in: tx) }
            #expect(try await Self.handovers(cafe) == [.accepted, .failed])
        }
    }

    @Test(
        "a report that no server takes is not called forwarded, whether it is refused or given up after its time",
        arguments: TestEngine.available)
    func refusedReport(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let (ids, now) = (cafe.ids, cafe.services.clock.now)
            for round in 1...2 {
                var draft = ReportDraft(account: try await cafe.stranger("vic\(round)").id)
                draft.isForwarded = true
                _ = try await cafe.services.report(draft, as: .member(ada))
                let delivery = try await Self.flagDelivery(cafe)
                try await cafe.database.write { tx in
                    if round == 1 {
                        try OutboxQueue.abandon(
                            delivery, record: ids.make(at: now), reason: "refused", at: now, in: tx)
                    } else {
                        _ = try OutboxQueue.abandonExpired(
                            10, ids: ids, at: now + OutboxQueue.patience + .days(1), in: tx)
                    }
                }
            }
            #expect(try await Self.handovers(cafe) == [.failed, .failed])
        }
    }

    private static func handovers(_ cafe: Cafe) async throws -> [Report.Handover] {
        try await cafe.database.read { db in try Reports.open(in: db).map(\.handover) }
    }

    /// The delivery of the report that waits.
    private static func flagDelivery(_ cafe: Cafe) async throws -> QueuedDelivery {
        let now = cafe.services.clock.now
        let leased = try await cafe.database.write { tx in
            try OutboxQueue.lease(LeaseRequest(limit: 50, Lease(now: now, until: now + .minutes(2))), in: tx)
        }
        return try #require(leased.first { $0.body.contains("\"type\":\"Flag\"") })
    }
}
