// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// A node is unreachable for some time.
    @Suite("Being away")
    struct OutageStory {
        @Test(
            "what is said while a node is down reaches it once it is back: all of it, once, in order",
            arguments: Cast.all)
        func outage(_ cast: Cast) async throws {
            let clock = MovableClock()
            try await cast.play(clock: clock) { a, b in
                let scene = try await Scene(a, b)
                try await settle([a, b])
                await b.stop()
                var posts: [Post] = []
                for number in 1...5 { posts.append(try await a.post("Mot \(number)", in: scene.group, as: scene.paul)) }
                for post in posts {
                    clock.advance(.seconds(2))
                    try await a.services.editPost(post.id, title: "", text: "Mot corrigé", as: .member(scene.paul.id))
                }
                let dropped = try #require(posts.last)
                try await a.services.deletePost(dropped.id, as: .member(scene.paul.id))
                try await eventually("A noticed that B is away") { try await a.failures(of: b.host) >= 1 }
                clock.advance(.minutes(2))
                try await eventually("A tried again") { try await a.failures(of: b.host) >= 2 }
                #expect(try await a.count("delivery") > 0)

                try await b.start()
                try await eventually("everything arrived") {
                    clock.advance(.seconds(10))
                    return try await a.count("delivery") == 0
                }
                try await settle([a, b])
                #expect(try await a.count("abandoned_delivery") == 0)
                #expect(try await b.count("post") == 4)
                for post in posts.dropLast() {
                    #expect(try await b.post(post.iri)?.content.string.contains("Mot corrigé") == true)
                }
                #expect(try await b.post(dropped.iri) == nil)
                for post in posts.dropLast() {
                    try await Self.checkOrder(of: post, from: a, at: b, author: scene.paul)
                }
                // Of the post that was deleted before anything arrived, only the deletion is delivered.
                #expect(try await b.received("Create").count == 4)
                #expect(try await b.received("Delete").count == 1)
                #expect(try await b.count("boost") == 4)
            }
        }

        @Test(
            "a node that comes back and says something is answered, and hears what it missed, without a further wait",
            arguments: Cast.all)
        func comesBack(_ cast: Cast) async throws {
            let clock = MovableClock()
            try await cast.play(clock: clock) { a, b in
                let scene = try await Scene(a, b)
                try await settle([a, b])
                await b.stop()
                let post = try await a.post("Bonjour", in: scene.group, as: scene.paul)
                for failures in 1...4 {
                    try await eventually("A tried \(failures) times") {
                        clock.advance(.seconds(5))
                        return try await a.failures(of: b.host) >= failures
                    }
                }
                // A waits for many minutes now. The clock is not moved any more.
                try await b.start()
                let zoe = try await b.member("zoe")
                try await b.follow(scene.group, of: a, as: zoe)
                try await eventually("everything arrived") {
                    try await a.count("delivery") == 0
                }
                #expect(try await b.post(post.iri) != nil)
                #expect(try await a.failures(of: b.host) == 0)
            }
        }

        /// Checks that the activities of one author about one post arrived in order.
        private static func checkOrder(of post: Post, from a: TestNode, at b: TestNode, author: Account) async throws {
            let said = try await a.read { db in
                try db.rows(
                    """
                    SELECT iri FROM activity WHERE object_iri = \(post.iri.string) AND actor_id = \(author.id.rawValue)
                    ORDER BY id
                    """
                ).map { try $0.text("iri") }
            }
            let heard = try await b.read { db in
                try db.rows("SELECT activity_iri FROM received ORDER BY id").map { try $0.text("activity_iri") }
            }
            #expect(said.count >= 2)
            #expect(heard.filter { said.contains($0) } == said)
        }
    }
}

extension TestNode {
    /// How many times in a row a host did not respond.
    func failures(of host: String) async throws -> Int {
        try await read { db in try Peers.state(of: host, in: db)?.failures ?? 0 }
    }
}
