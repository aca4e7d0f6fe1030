// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSupport
import HTTPTypes
import Hummingbird
import Model
import Synchronization
import TestSupport
import Testing

@testable import FederationAPI

@Suite("Ready answers")
struct CacheTests {
    /// Counts how often a response was made.
    private final class Maker: Sendable {
        let made = Atomic<Int>(0)

        func make(_ status: HTTPResponse.Status = .ok) -> Response {
            made.add(1, ordering: .relaxed)
            return Responses.text("x", status: status)
        }
    }

    @Test("an answer is made once a minute, and again when all is forgotten")
    func age() async throws {
        let (cache, maker, start) = (DocumentCache(), Maker(), ContinuousClock.now)
        for seconds in [0, 1, 59] {
            _ = try await cache.response("a", now: start + .seconds(seconds)) { maker.make() }
        }
        #expect(maker.made.load(ordering: .relaxed) == 1)
        _ = try await cache.response("a", now: start + .seconds(60)) { maker.make() }
        #expect(maker.made.load(ordering: .relaxed) == 2)
        cache.forgetAll()
        _ = try await cache.response("a", now: start + .seconds(61)) { maker.make() }
        #expect(maker.made.load(ordering: .relaxed) == 3)
    }

    @Test("an answer that was made while all was forgotten is not kept")
    func race() async throws {
        let (cache, maker, start) = (DocumentCache(), Maker(), ContinuousClock.now)
        _ = try await cache.response("a", now: start) {
            cache.forgetAll()
            return maker.make()
        }
        _ = try await cache.response("a", now: start) { maker.make() }
        #expect(maker.made.load(ordering: .relaxed) == 2)
    }

    @Test("a failure and an endless key are not kept, and the table is bounded")
    func bounds() async throws {
        let (cache, maker, start) = (DocumentCache(), Maker(), ContinuousClock.now)
        for _ in 0..<2 { _ = try await cache.response("gone", now: start) { maker.make(.gone) } }
        let long = String(repeating: "x", count: 501)
        for _ in 0..<2 { _ = try await cache.response(long, now: start) { maker.make() } }
        #expect(maker.made.load(ordering: .relaxed) == 4)
        for number in 0..<(DocumentCache.ceiling * 2 + 10) {
            _ = try await cache.response("\(number)", now: start) { maker.make() }
        }
        #expect(cache.count <= DocumentCache.ceiling)
    }

    @Test(
        "all is forgotten when a command of another process, which is not heard here, changed something",
        .timeLimit(.minutes(10)))
    func unheardChange() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            #expect(try await node.get("/users/ada").status == 200)
            #expect(node.api.documents.cache.count > 0)
            let following = Task { await node.api.followChanges() }
            defer { following.cancel() }
            // Documents expire by age, too, but they stay in the cache until then. So the size of the cache tells that
            // it was cleared.
            // The first look at the version may come after the first change, so there are several.
            var changes: Int64 = 0
            while node.api.documents.cache.count > 0 {
                changes += 1
                let count = changes
                try await node.database.write { tx in
                    try tx.run("UPDATE account SET follower_count = \(count) WHERE id = \(ada.id)")
                }
                for _ in 0..<30 where node.api.documents.cache.count > 0 {
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await node.database.write { tx in
                try tx.run("UPDATE account SET suspended_at = 1 WHERE id = \(ada.id)")
            }
            #expect(try await node.get("/users/ada").status == 404)
        }
    }
}
