// SPDX-License-Identifier: Apache-2.0

import Database
import Glibc
import Model
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Reading a timeline upward")
struct UpwardReadingTests {
    private static let home = "/api/v1/timelines/home"

    /// A transaction that has written a post and is not committed before it is told so.
    private final class OpenWrite: Sendable {
        private let hasWritten = Atomic<Bool>(false)
        private let mayEnd = Atomic<Bool>(false)

        func run(on node: ClientNode, by author: ID<Account>, _ name: String) async throws {
            try await node.database.write { tx in
                let id: ID<Post> = node.ids.make(at: node.clock.now)
                var post = Post(
                    id: id, iri: try iri("http://cafe.example/posts/\(id)"), author: author,
                    content: SanitizedHTML(unchecked: "<p>\(name)</p>"), visibility: .everyone,
                    publishedAt: node.clock.now, isLocal: true)
                post.url = post.iri
                try Posts.insertNew(post, PostParts(), in: tx)
                // The answer proves that the server has done everything before it.
                _ = try tx.row("SELECT 1 AS n")
                self.hasWritten.store(true, ordering: .sequentiallyConsistent)
                while !self.mayEnd.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
            }
        }

        func written() async throws {
            while !hasWritten.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(2)) }
        }

        func end() { mayEnd.store(true, ordering: .sequentiallyConsistent) }
    }

    private static func texts(_ node: ClientNode, _ token: String, after id: String) async throws -> [String] {
        let page = try await node.get("\(home)?min_id=\(id)", token: token).json.array ?? []
        return page.compactMap { $0["content"]?.string }
    }

    @Test(
        "nobody misses a post whose transaction ends after that of a later one",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func late() async throws {
        try await ClientNode.open(.postgres) { node in
            let ada = try await node.guest("ada")
            let first = try await node.post("/api/v1/statuses", token: ada.token, ["status": "first"])
            let open = OpenWrite()
            async let slow: Void = open.run(on: node, by: ada.id, "slow")
            try await open.written()
            let quick = try await node.post("/api/v1/statuses", token: ada.token, ["status": "quick"])
            #expect(quick.status == 200)
            #expect(try await Self.texts(node, ada.token, after: first.id) == [])
            let other = try await node.get("\(Self.home)?since_id=\(first.id)", token: ada.token)
            #expect(other.json.array?.isEmpty == true)
            open.end()
            try await slow
            let seen = ["<p>quick</p>", "<p>slow</p>"]
            #expect(try await Self.texts(node, ada.token, after: first.id) == seen)
        }
    }

    @Test("a post is in the next page upward at once", arguments: TestEngine.available)
    func once(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            var last = try await node.post("/api/v1/statuses", token: ada.token, ["status": "0"]).id
            for number in 1...5 {
                let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": .string("\(number)")])
                #expect(try await Self.texts(node, ada.token, after: last) == ["<p>\(number)</p>"])
                last = post.id
            }
        }
    }

    @Test(
        "nobody misses the post of another process either",
        .enabled(if: TestEngine.available.contains(.postgres)))
    func processes() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: Schema.migrations)
        try await ClientNode.pair(at: place) { here, there in
            let ada = try await here.guest("ada")
            let first = try await here.post("/api/v1/statuses", token: ada.token, ["status": "first"])
            for node in [here, there] { node.clock.pass(.minutes(3)) }
            let open = OpenWrite()
            async let slow: Void = open.run(on: there, by: ada.id, "slow")
            try await open.written()
            _ = try await here.post("/api/v1/statuses", token: ada.token, ["status": "quick"])
            for node in [here, there] { node.clock.pass(.seconds(2)) }
            #expect(try await Self.texts(here, ada.token, after: first.id) == [])
            open.end()
            try await slow
            // Other tests have transactions on the same server, which may take longer than a page waits for them.
            for node in [here, there] { node.clock.pass(.minutes(2)) }
            #expect(try await Self.texts(here, ada.token, after: first.id).count == 2)
            // What is written now is seen a second later, because the clocks of two processes are never quite the same.
            let last = try await here.post("/api/v1/statuses", token: ada.token, ["status": "last"])
            #expect(try await Self.texts(here, ada.token, after: first.id).count == 2)
            here.clock.pass(.minutes(2))
            #expect(try await Self.texts(here, ada.token, after: first.id).first == "<p>last</p>")
            #expect(last.status == 200)
        }
        await place.remove()
    }
}
