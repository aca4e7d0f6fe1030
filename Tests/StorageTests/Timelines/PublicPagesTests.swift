// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("The pages for search engines")
struct PublicPagesTests {
    private func pages(
        _ scene: Scene, from start: Timestamp = Scene.start, days: Int = 1, limit: Int = 50
    ) async throws -> [PublicPage] {
        try await scene.db.read { db in
            try PublicPages.list(
                from: start, to: start + .days(days), limit: limit, mode: .open, at: Scene.start, in: db)
        }
    }

    @Test(
        "are local discussions and events for everybody, the newest first; no replies, no remote ones, nothing for few",
        arguments: TestEngine.available)
    func contents(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let shy = try await scene.account("shy", discoverable: false)
            let gone = try await scene.account("gone")
            let vic = try await scene.account("vic", host: "far.example")
            let cafe = try await scene.account("cafe", kind: .group)
            let talk = try await scene.post(by: ada)
            try await scene.post(by: vic, replyingTo: talk)
            try await scene.post(by: ada, replyingTo: talk)
            for visibility in [Visibility.unlisted, .followers, .direct] { try await scene.post(by: ada, visibility) }
            try await scene.post(by: shy)
            try await scene.post(by: gone)
            try await scene.post(by: vic)
            let event = try await scene.event(by: cafe)
            _ = try await scene.event(by: vic)
            let id = gone.id
            try await scene.db.write { tx in
                try tx.run("UPDATE account SET suspended_at = \(Scene.start) WHERE id = \(id)")
            }
            let found = try await pages(scene)
            #expect(found.map(\.event) == [event.id, nil] && found.map(\.post) == [nil, talk.id])
            #expect(found.map(\.changedAt) == [event.updatedAt, talk.publishedAt])
            let newest = try await pages(scene, limit: 1)
            #expect(newest.map(\.event) == [event.id])
            let later = try await pages(scene, from: Scene.start + .days(1))
            let earlier = try await pages(scene, from: Scene.start - .days(1))
            #expect(later.isEmpty && earlier.isEmpty)
            let oldest = try await scene.db.read { db in try PublicPages.oldest(in: db) }
            #expect(oldest == Scene.start)
        }
    }

    @Test("there are none on a new node", arguments: TestEngine.available)
    func none(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let none = try await pages(scene)
            let oldest = try await scene.db.read { db in try PublicPages.oldest(in: db) }
            #expect(none.isEmpty && oldest == nil)
        }
    }
}
