// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// One node in two processes, which share a database server.
    @Suite("Two processes", .enabled(if: TestEngine.available.contains(.postgres)))
    struct TwoProcessesStory {
        @Test("what the web process takes in the worker hears of at once, and applies and answers")
        func division() async throws {
            let peer = try await Peer.start()
            try await withPair { web, worker in
                let paul = try await web.member("paul")
                let changes = ChangeFeed(try await worker.current.database).changes()
                let word = Task { await changes.first { $0 == .inboxWaits } }
                let body = peer.activity("Follow", 1, object: paul.iri.string)
                #expect(try await peer.request(body, to: web.host).send().status == 202)
                // The change notification came from the other process through the database. Nothing else connects the
                // two.
                #expect(await word.value == .inboxWaits)
                try await eventually("the worker answered") { peer.heard("Accept").count == 1 }
                try await settle([web])
                #expect(try await web.received().map(\.outcome) == ["applied"])
                #expect(peer.heard("Accept").count == 1)
            }
            await peer.server.stop()
        }

        @Test("what one process changes the other no longer shows as it was")
        func cache() async throws {
            try await withPair { web, worker in
                let paul = try await web.member("paul")
                #expect(try await web.document("/users/paul").string("name") != "Paul le Grand")
                let draft = ProfileDraft(
                    displayName: "Paul le Grand", summary: "", discoverable: true, approvesFollowers: false,
                    language: nil)
                try await worker.services.editProfile(draft, as: .member(paul.id))
                try await eventually("the new name is shown") {
                    try await web.document("/users/paul").string("name") == "Paul le Grand"
                }
            }
        }

        /// Runs a story with a web process and a worker process.
        private func withPair(_ story: (_ web: TestNode, _ worker: TestNode) async throws -> Void) async throws {
            try await withNodes([NodePlan(engine: .postgres, roles: [.web])]) { nodes in
                let worker = nodes[0].twin(roles: [.worker])
                try await worker.start()
                do {
                    try await story(nodes[0], worker)
                } catch {
                    await worker.stop()
                    throw error
                }
                await worker.stop()
            }
        }
    }
}
