// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("The queue of what goes out")
struct OutboxQueueTests {
    private let lease = Timestamp.start + .minutes(5)
    private let ids = IDMaker()

    @Test(
        "an activity for 250 inboxes makes 250 deliveries, and no more when it is said again",
        arguments: TestEngine.available)
    func many(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let inboxes = try (1...250).map { try iri("https://h\($0).example/inbox") }
            let activity = try await say("Create", about: "https://cafe.example/posts/1", to: inboxes, in: db)
            let ids = ids
            try await db.write { tx in
                try OutboxQueue.deliver(activity, to: inboxes + inboxes.prefix(3), ids: ids, in: tx)
            }
            #expect(try await backlog(in: db) == 250)
            let leased = try await take(500, in: db)
            #expect(Set(leased.map(\.inbox)) == Set(inboxes))
            #expect(leased.allSatisfy { $0.body == "Create" && $0.attempts == 1 && $0.activity == activity.id })
            try await db.write { tx in try OutboxQueue.finish(leased.map(\.id), in: tx) }
            #expect(try await backlog(in: db) == 0)
        }
    }

    @Test("deliveries to nobody are none", arguments: TestEngine.available)
    func nobody(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            _ = try await say("Create", about: nil, to: [], in: db)
            try await db.write { tx in
                try OutboxQueue.finish([], in: tx)
                try OutboxQueue.release([], in: tx)
            }
            #expect(try await take(9, in: db).isEmpty)
        }
    }

    @Test("about one thing the older goes first, and the newer only when it is gone", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let inbox = try iri("https://far.example/inbox")
            let object = "https://cafe.example/posts/1"
            for type in ["Create", "Update", "Delete"] { _ = try await say(type, about: object, to: [inbox], in: db) }
            _ = try await say("Like", about: "https://cafe.example/posts/2", to: [inbox], in: db)
            let first = try await take(9, in: db)
            #expect(first.map(\.body) == ["Create", "Like"])
            let create = try #require(first.first)
            // The older delivery was postponed. The newer ones about the same object wait for it.
            try await db.write { tx in
                try OutboxQueue.postpone(create.id, until: .start + .hours(6), in: tx)
            }
            #expect(try await take(9, at: .start + .hours(5), in: db).map(\.body) == ["Like"])
            #expect(try await take(9, at: .start + .hours(6), in: db).map(\.body).contains("Create"))
            try await db.write { tx in try OutboxQueue.finish([create.id], in: tx) }
            #expect(try await take(9, in: db).map(\.body) == ["Update"])
        }
    }

    @Test("workers that lease at once keep the order and share nothing", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let inboxes = try (1...30).map { try iri("https://h\($0).example/inbox") }
            for type in ["Create", "Update"] {
                _ = try await say(type, about: "https://cafe.example/posts/1", to: inboxes, in: db)
            }
            let taken = try await withThrowingTaskGroup(of: [QueuedDelivery].self) { group in
                for _ in 1...10 { group.addTask { try await take(5, in: db) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let rest = try await take(100, in: db)
            #expect((taken + rest).map(\.body) == Array(repeating: "Create", count: 30))
            #expect(Set((taken + rest).map(\.inbox)) == Set(inboxes))
        }
    }

    @Test("busy hosts and resting hosts are left out", arguments: TestEngine.available)
    func hosts(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let hosts = ["a.example", "b.example", "c.example", "d.example:8443"]
            let inboxes = try hosts.map { try iri("https://\($0)/inbox") }
            _ = try await say("Create", about: nil, to: inboxes, in: db)
            let rest = Timestamp.start + .hours(1)
            try await db.write { tx in
                try Peers.touch("b.example", at: .start, in: tx)
                try Peers.failed("c.example", at: .start, restUntil: rest, in: tx)
            }
            let leased = try await take(9, busy: ["a.example", "d.example:8443", "z.example"], in: db)
            #expect(leased.map(\.inbox.authority) == ["b.example"])
            #expect(try await take(9, busy: ["a.example"], in: db).map(\.inbox.authority) == ["d.example:8443"])
            #expect(try await take(9, in: db).map(\.inbox.authority) == ["a.example"])
            let later = try await take(9, at: rest, in: db)
            #expect(Set(later.map(\.inbox.authority)) == Set(hosts))
        }
    }

    @Test("what is given up is recorded and lets the next one go", arguments: TestEngine.available)
    func abandon(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let inbox = try iri("https://far.example/inbox")
            for type in ["Create", "Update"] {
                _ = try await say(type, about: "https://cafe.example/posts/1", to: [inbox], in: db)
            }
            let delivery = try #require(try await take(1, in: db).first)
            let reason = try await db.write { tx in
                try OutboxQueue.abandon(delivery, record: ID(1), reason: "410", at: .start, in: tx)
                return try tx.row("SELECT reason FROM abandoned_delivery")?.text("reason")
            }
            #expect(reason == "410")
            #expect(try await take(9, in: db).map(\.body) == ["Update"])
        }
    }

    @Test("hosts that take nothing are listed, and everything for one is tried again", arguments: TestEngine.available)
    func silent(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let (dead, far) = (try iri("https://dead.example/inbox"), try iri("https://far.example:8443/inbox"))
            let rest = Timestamp.start + .hours(1)
            for type in ["Create", "Update"] {
                _ = try await say(type, about: "https://cafe.example/posts/1", to: [dead, far], in: db)
            }
            let given = try await take(9, in: db)
            let ids = ids
            try await db.write { tx in
                for (number, delivery) in given.enumerated() {
                    try OutboxQueue.abandon(
                        delivery, record: ID(Int64(number + 1)), reason: "404", at: .start, in: tx)
                }
                try Peers.failed("dead.example", at: .start, restUntil: rest, in: tx)
                try tx.run("UPDATE delivery SET run_at = \(rest)")
            }
            let peers = try await db.read { db in try SilentPeers.list(in: db) }
            #expect(peers.map(\.host) == ["dead.example", "far.example:8443"])
            #expect(peers.map(\.failingSince) == [.start, nil])
            #expect(peers.map(\.waiting) == [1, 1] && peers.map(\.abandoned) == [1, 1])
            let later = try await db.read { db in try SilentPeers.list(after: "dead.example", limit: 1, in: db) }
            #expect(later == [try #require(peers.last)])
            let soon = Timestamp.start + .minutes(1)
            let retried = try await db.write { tx in
                try SilentPeers.retry("dead.example", ids: ids, at: soon, in: tx)
            }
            #expect(retried == 1)
            // In their order, although the second one was queued all the time.
            let create = try #require(try await take(9, at: soon, in: db).first)
            #expect(create.body == "Create" && create.inbox == dead)
            try await db.write { tx in try OutboxQueue.finish([create.id], in: tx) }
            #expect(try await take(9, at: soon, in: db).map(\.body) == ["Update"])
            let left = try await db.read { db in try SilentPeers.list(in: db) }
            #expect(left.map(\.abandoned) == [0, 1])
            let nothing = try await db.write { tx in
                try SilentPeers.retry("unknown.example", ids: ids, at: soon, in: tx)
            }
            #expect(nothing == 0)
        }
    }

    @Test(
        "a host that is woken gets everything at once, in order, and is woken once a minute at most",
        arguments: TestEngine.available)
    func wake(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let inbox = try iri("https://far.example/inbox")
            for type in ["Create", "Update"] {
                _ = try await say(type, about: "https://cafe.example/posts/1", to: [inbox], in: db)
            }
            let (create, rest) = (try #require(try await take(9, in: db).first), Timestamp.start + .hours(1))
            try await db.write { tx in
                try OutboxQueue.postpone(create.id, until: rest, in: tx)
                try Peers.failed("far.example", at: .start, restUntil: rest, in: tx)
            }
            let soon = Timestamp.start + .seconds(30)
            #expect(try await take(9, at: soon, in: db).isEmpty)
            let woken = try await db.write { tx in
                [
                    try Peers.resting(["far.example", "near.example"], at: soon, in: tx) == ["far.example"],
                    try Peers.wake("near.example", at: soon, in: tx), try Peers.wake("far.example", at: soon, in: tx),
                    try Peers.wake("far.example", at: soon, in: tx),
                ]
            }
            #expect(woken == [true, false, true, false])
            #expect(try await db.read { db in try Peers.state(of: "far.example", in: db)?.failures } == 1)
            #expect(try await take(9, at: soon, in: db).map(\.body) == ["Create"])
            let again = try await db.write { tx in
                try Peers.failed("far.example", at: soon, restUntil: rest, in: tx)
                return [
                    try Peers.wake("far.example", at: soon + .seconds(59), in: tx),
                    try Peers.wake("far.example", at: soon + .seconds(61), in: tx),
                ]
            }
            #expect(again == [false, true])
        }
    }

    @Test(
        "after fourteen days all that nobody accepted is given up in one sweep, with one record an inbox",
        arguments: TestEngine.available)
    func sweep(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let (dead, other) = (try iri("https://dead.example/inbox"), try iri("https://far.example/inbox"))
            for number in 1...150 {
                _ = try await say("Create", about: "https://cafe.example/posts/\(number)", to: [dead], in: db)
            }
            _ = try await say("Like", about: nil, to: [other], in: db)
            let (ids, end) = (ids, Timestamp.start + .days(14))
            let early = try await db.write { tx in try OutboxQueue.abandonExpired(1_000, ids: ids, at: end, in: tx) }
            #expect(early == 0)
            let late = end + .milliseconds(1)
            let counts = try await db.write { tx in
                [
                    try OutboxQueue.abandonExpired(100, ids: ids, at: late, in: tx),
                    try OutboxQueue.abandonExpired(100, ids: ids, at: late, in: tx),
                    try OutboxQueue.abandonExpired(100, ids: ids, at: late, in: tx),
                ]
            }
            #expect(counts == [100, 51, 0])
            #expect(try await backlog(in: db) == 0)
            let (hosts, records) = try await db.read { db in
                (
                    try OutboxQueue.expired(since: end, in: db),
                    try db.row("SELECT count(*) AS n FROM abandoned_delivery")?.count("n")
                )
            }
            #expect(hosts == ["dead.example": 150, "far.example": 1])
            #expect(records == 3)
        }
    }

    @Test("what waits for a host that does not respond is no backlog that is due", arguments: TestEngine.available)
    func backlogOfResting(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let hosts = ["https://dead.example/inbox", "https://far.example/inbox"]
            _ = try await say("Create", about: nil, to: [try iri(hosts[0])], in: db)
            try await db.write { tx in
                try Peers.failed("dead.example", at: .start, restUntil: .start + .hours(1), in: tx)
            }
            let late = Timestamp.start + .days(3)
            let alone = try await db.read { db in try OutboxQueue.queue.backlog(now: late, in: db) }
            #expect(alone.count == 1 && alone.oldestDue == nil)
            _ = try await say("Like", about: nil, to: [try iri(hosts[1])], in: db)
            let both = try await db.read { db in try OutboxQueue.queue.backlog(now: late, in: db) }
            #expect(both.count == 2 && both.oldestDue == .start)
        }
    }

    @Test("followers' inboxes: accepted, active, elsewhere, one a host", arguments: TestEngine.available)
    func followerInboxes(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let group = try Someone.local(1, "cafe", kind: .group)
            var lonely = try Someone.remote(5, "eve", at: "alone.example")
            lonely.sharedInbox = nil
            var silent = try Someone.remote(6, "sam", at: "silent.example")
            silent.inbox = nil
            let followers = [
                try Someone.local(2, "lou"), try Someone.remote(3, "ada"), try Someone.remote(4, "bob"), lonely, silent,
                try Someone.remote(7, "una", at: "asked.example"), try Someone.remote(8, "sus", at: "gone.example"),
            ]
            let (all, people) = ([group] + followers, followers)
            let activity = try iri("https://far.example/follows/1")
            let inboxes = try await db.write { tx in
                for account in all { try Accounts.insert(account, in: tx) }
                for person in people {
                    _ = try Follows.request(by: person.id, of: group.id, activity: activity, at: .start, in: tx)
                    if person.username != "una" {
                        _ = try Follows.setState(.accepted, by: person.id, of: group.id, in: tx)
                    }
                }
                try Accounts.suspend(ID(8), at: .start, in: tx)
                return try OutboxQueue.followerInboxes(of: group.id, in: tx).map(\.string).sorted()
            }
            #expect(inboxes == ["https://alone.example/users/eve/inbox", "https://far.example/inbox"])
        }
    }

    private func take(
        _ limit: Int, at now: Timestamp = .start, busy: [String] = [], in db: Database
    ) async throws -> [QueuedDelivery] {
        let request = LeaseRequest(limit: limit, Lease(now: now, until: max(lease, now)), busyHosts: busy)
        return try await db.write { tx in try OutboxQueue.lease(request, in: tx) }
    }

    private func backlog(in db: Database) async throws -> Int {
        try await db.read { db in try OutboxQueue.queue.backlog(now: .start, in: db).count }
    }

    /// Queues an activity of the local group. Its body is the name of its type.
    private func say(
        _ type: String, about object: String?, to inboxes: [IRI], in db: Database
    ) async throws
        -> SentActivity
    {
        let id: ID<SentActivity> = ids.make(at: .start)
        let activity = SentActivity(
            id: id, iri: try iri("https://cafe.example/activities/\(id)"), actor: ID(1), type: type,
            object: try object.map { try iri($0) }, body: type, isPublic: true, createdAt: .start)
        let (actor, ids) = (try Someone.local(1, "cafe", kind: .group), ids)
        try await db.write { tx in
            if try Accounts.byID(actor.id, in: tx) == nil { try Accounts.insert(actor, in: tx) }
            try OutboxQueue.insert(activity, in: tx)
            try OutboxQueue.deliver(activity, to: inboxes, ids: ids, in: tx)
        }
        return activity
    }
}
