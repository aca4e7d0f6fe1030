// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("Mentions of people on other servers")
struct MentionTests {
    @Test(
        "silent servers do not hold a post back, and their people get it once they answer",
        arguments: TestEngine.available)
    func silentServers(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let vic = try await cafe.stranger("vic")
            let hosts = (1...5).map { "silent\($0).example" }
            for host in hosts {
                cafe.world.servePerson("eve", at: host)
                cafe.world.silence(host)
            }
            let text = "Bonjour @vic@far.example et " + hosts.map { "@eve@\($0)" }.joined(separator: " ")
            // Nothing answers before this returns, so the post did not wait for the silent servers.
            let id = try await cafe.services.publishPost(PostDraft(text: text), as: .member(ada))
            var parts = try await cafe.database.read { db in try Posts.parts(of: id, in: db) }
            #expect(parts.mentions == [vic.id])
            try await cafe.forgetDeliveries()

            for host in hosts { cafe.world.silence(host, false) }
            for _ in 0..<30_000 where parts.mentions.count < 6 {
                try await Task.sleep(for: .milliseconds(10))
                parts = try await cafe.database.read { db in try Posts.parts(of: id, in: db) }
            }
            #expect(parts.mentions.count == 6)
            let post = try #require(try await cafe.post(id))
            #expect(post.editedAt == nil)
            #expect(hosts.allSatisfy { post.content.string.contains("https://\($0)/users/eve") })
            let inboxes = try await cafe.database.read { db in
                try db.rows("SELECT inbox FROM delivery ORDER BY inbox").map { try $0.text("inbox") }
            }
            #expect(inboxes == hosts.map { "https://\($0)/users/eve/inbox" })
        }
    }
}
