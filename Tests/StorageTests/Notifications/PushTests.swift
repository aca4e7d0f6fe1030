// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("Push subscriptions and their queue")
struct PushTests {
    private enum Notice {}
    private static let now = Scene.start

    @Test("a token has one subscription; renewing it keeps its small number", arguments: TestEngine.available)
    func renewed(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let first = try await Self.subscribe(ada, token: 40, in: scene)
            let second = try await Self.subscribe(ada, token: 41, in: scene)
            let again = try await Self.subscribe(ada, token: 40, alerts: ["follow"], policy: .followed, in: scene)
            #expect(first.id == ID(1) && second.id == ID(2) && again.id == ID(1))
            let stored = try await scene.db.read { try PushSubscriptions.byToken(ID(40), in: $0) }
            #expect(stored == again)
            #expect(stored?.alerts == ["follow"] && stored?.policy == .followed)
            #expect(stored?.keys == Self.keys)
            #expect(try await scene.db.write { try PushSubscriptions.remove(token: ID(40), in: $0) })
            #expect(try await scene.db.write { try !PushSubscriptions.remove(token: ID(40), in: $0) })
            #expect(try await Self.subscribe(ada, token: 42, in: scene).id == ID(3))
        }
    }

    @Test("what is told can be changed, all of it or a part", arguments: TestEngine.available)
    func changed(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            _ = try await Self.subscribe(ada, token: 1, alerts: ["mention", "made_up"], in: scene)
            let changed = try await scene.db.write { tx in
                [
                    try PushSubscriptions.change(
                        token: ID(1), alerts: nil, policy: PushSubscription.Policy.none, in: tx),
                    try PushSubscriptions.change(token: ID(1), alerts: ["poll", "follow"], policy: nil, in: tx),
                    try PushSubscriptions.change(token: ID(9), alerts: [], policy: nil, in: tx),
                ]
            }
            #expect(changed.map { $0?.alerts } == [["mention"], ["poll", "follow"], nil])
            #expect(changed.map { $0?.policy } == [PushSubscription.Policy.none, PushSubscription.Policy.none, nil])
        }
    }

    @Test(
        "a notification is queued for the apps that want its type from this sender", arguments: TestEngine.available)
    func wanted(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, vic, una) = (
                try await scene.account("ada"), try await scene.account("vic"), try await scene.account("una")
            )
            try await scene.follow(vic, by: ada)
            try await scene.follow(ada, by: una)
            _ = try await Self.subscribe(ada, token: 1, alerts: ["mention", "follow_request"], in: scene)
            _ = try await Self.subscribe(ada, token: 2, alerts: ["mention"], policy: .followed, in: scene)
            _ = try await Self.subscribe(ada, token: 3, alerts: ["mention"], policy: .follower, in: scene)
            _ = try await Self.subscribe(ada, token: 4, alerts: ["mention"], policy: .none, in: scene)
            _ = try await Self.subscribe(ada, token: 5, alerts: ["reblog"], in: scene)
            _ = try await Self.subscribe(vic, token: 6, alerts: ["mention"], in: scene)
            let cases: [(type: String, sender: Account, expected: [Int64])] = [
                ("mention", vic, [1, 2]), ("mention", una, [1, 3]), ("follow_request", vic, [1]), ("follow", vic, []),
                ("reblog", una, [5]), ("request", una, []),
            ]
            for (number, one) in cases.enumerated() {
                try await Self.enqueue(Int64(number + 1), one.type, for: ada, from: one.sender, in: scene)
                let leased = try await Self.take(20, at: Self.now, in: scene)
                #expect(leased.map(\.subscription.id.rawValue).sorted() == one.expected, "\(one.type)")
                #expect(leased.allSatisfy { $0.type == one.type && $0.attempts == 1 })
                // An app whose pushes are in hand gets no other ones.
                try await scene.db.write { tx in for push in leased { try PushQueue.finish(push, in: tx) } }
            }
        }
    }

    @Test("whoever pushes is woken, and only for somebody who wants to be told", arguments: TestEngine.available)
    func woken(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let announcements = scene.db.announcements
            try await Self.enqueue(1, "mention", for: ada, from: ada, in: scene)
            _ = try await Self.subscribe(ada, token: 1, alerts: ["mention"], in: scene)
            try await Self.enqueue(2, "mention", for: ada, from: ada, in: scene)
            try await scene.db.write { $0.announce("end") }
            var words: [String] = []
            for await word in announcements {
                if word == "end" { break }
                words.append(word)
            }
            #expect(words == [Change.pushWaits.rawValue])
        }
    }

    @Test(
        "a push is leased once, comes back when its worker died, and waits when it was put off",
        arguments: TestEngine.available)
    func leases(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            _ = try await Self.subscribe(ada, token: 1, alerts: ["mention"], in: scene)
            for number in 1...3 { try await Self.enqueue(Int64(number), "mention", for: ada, from: ada, in: scene) }
            try await Self.enqueue(3, "mention", for: ada, from: ada, in: scene)
            let first = try await Self.take(5, at: Self.now, in: scene)
            #expect(first.map(\.notification) == [1, 2, 3])
            try await scene.db.write { tx in
                try PushQueue.finish(first[0], in: tx)
                try PushQueue.postpone(first[1], until: Self.now + .hours(1), in: tx)
            }
            let back = try await Self.take(5, at: Self.now + .minutes(6), in: scene)
            #expect(back.map(\.notification) == [3] && back.map(\.attempts) == [2])
            #expect(try await Self.take(5, at: Self.now + .hours(1), in: scene).map(\.notification) == [2, 3])
        }
    }

    @Test(
        "a subscription that ends takes its queue along; a renewed one outlives an old answer",
        arguments: TestEngine.available)
    func ends(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let old = try await Self.subscribe(ada, token: 1, alerts: ["mention"], in: scene)
            let moved = try iri("https://push.example/elsewhere")
            try await scene.db.write { tx in
                try PushSubscriptions.expire(old.id, endpoint: moved, in: tx)
            }
            #expect(try await scene.db.read { try PushSubscriptions.byToken(ID(1), in: $0) } != nil)
            try await Self.enqueue(1, "mention", for: ada, from: ada, in: scene)
            try await scene.db.write { try PushSubscriptions.expire(old.id, endpoint: old.endpoint, in: $0) }
            #expect(try await Self.take(5, at: Self.now, in: scene).isEmpty)

            _ = try await Self.subscribe(ada, token: 2, in: scene)
            try await scene.db.write { try PushSubscriptions.removeAll(of: ada.id, in: $0) }
            #expect(try await scene.db.read { try PushSubscriptions.byToken(ID(2), in: $0) } == nil)
        }
    }

    @Test(
        "ten pushes given up in a row end a subscription, one that arrives begins the count again",
        arguments: TestEngine.available)
    func missed(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let one = try await Self.subscribe(ada, token: 1, in: scene)
            func miss(_ times: Int) async throws {
                try await scene.db.write { tx in
                    for _ in 0..<times { try PushSubscriptions.missed(one.id, in: tx) }
                }
            }
            func isThere() async throws -> Bool {
                try await scene.db.read { try PushSubscriptions.byToken(ID(1), in: $0) } != nil
            }
            try await miss(9)
            try await scene.db.write { try PushSubscriptions.reached(one.id, in: $0) }
            try await miss(9)
            #expect(try await isThere())
            try await miss(1)
            #expect(try await !isThere())
        }
    }

    @Test("the node's key is made once, whoever comes first", arguments: TestEngine.available)
    func serverKey(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            #expect(try await scene.db.read { try PushServerKeys.current(in: $0) } == nil)
            let made = PushServerKey(privatePEM: "one", publicKey: "BP4")
            let kept = try await scene.db.write { tx in
                try [made, PushServerKey(privatePEM: "two", publicKey: "BQ5")].map {
                    try PushServerKeys.keep($0, in: tx)
                }
            }
            #expect(kept == [made, made])
            #expect(try await scene.db.read { try PushServerKeys.current(in: $0) } == made)
        }
    }

    private static let keys = PushKeys(point: [4] + [UInt8](repeating: 7, count: 64), secret: [UInt8](0..<16))

    private static func subscribe(
        _ account: Account, token: Int64, alerts: Set<String> = [], policy: PushSubscription.Policy = .all,
        in scene: Scene
    ) async throws -> PushSubscription {
        let row = AccessToken(
            id: ID(token), app: nil, account: account.id, person: account.id, scopes: .read, createdAt: now)
        try await scene.db.write { tx in
            guard try PushSubscriptions.byToken(row.id, in: tx) == nil else { return }
            try AccessTokens.insert(row, digest: [UInt8(truncatingIfNeeded: token)], in: tx)
        }
        var request = PushRequest(endpoint: try iri("https://push.example/\(token)"), keys: keys)
        request.alerts = alerts
        request.policy = policy
        let wish = request
        return try await scene.db.write { tx in
            try PushSubscriptions.put(wish, token: row.id, account: account.id, at: now, in: tx)
        }
    }

    private static func enqueue(
        _ number: Int64, _ type: String, for account: Account, from sender: Account, in scene: Scene
    ) async throws {
        try await scene.db.write { tx in
            try PushQueue.enqueue(
                notification: ID<Notice>(number), type: type, for: account.id, from: sender.id, at: now, in: tx)
        }
    }

    private static func take(_ limit: Int, at instant: Timestamp, in scene: Scene) async throws -> [QueuedPush] {
        try await scene.db.write { tx in
            try PushQueue.lease(apps: limit, Lease(now: instant, until: instant + .minutes(5)), in: tx)
        }
    }
}
