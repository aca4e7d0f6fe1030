// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// One node in two processes of the operating system, which share a database server: the process of the tests, and
    /// `troquet serve`.
    @Suite("Two processes", .enabled(if: TestEngine.available.contains(.postgres) && ChildNode.binary != nil))
    struct TwoProcessesStory {
        @Test("what the web process takes the worker applies and answers, and their ids never meet")
        func division() async throws {
            let peer = try await Peer.start()
            try await withNodes([NodePlan(engine: .postgres, roles: [.web])]) { nodes in
                let web = nodes[0]
                let paul = try await web.member("paul")
                let worker = try await ChildNode.start(web, roles: "worker")
                defer { worker.kill() }
                let body = peer.activity("Follow", 1, object: paul.iri.string)
                #expect(try await peer.request(body, to: web.host).send().status == 202)
                // Only the other process applies activities and delivers.
                try await eventually("the worker answered") { peer.heard("Accept").count == 1 }
                try await settle([web])
                #expect(try await web.received().map(\.outcome) == ["applied"])
                #expect(peer.heard("Accept").count == 1)
                let slots = try await web.read { db in
                    try db.rows("SELECT slot FROM process WHERE holder IS NOT NULL").map { try $0.int("slot") }
                }
                #expect(slots.count == 2 && Set(slots).count == 2)
            }
            await peer.server.stop()
        }

        @Test("what one process changes the other no longer shows as it was")
        func cache() async throws {
            let node = try await TestNode.make(NodePlan(engine: .postgres))
            try await node.open()
            let paul = try await node.member("paul")
            let web = try await ChildNode.start(node, roles: "web")
            defer { web.kill() }
            #expect(try await node.document("/users/paul").string("name") != "Paul le Grand")
            let draft = ProfileDraft(
                displayName: "Paul le Grand", summary: "", discoverable: true, approvesFollowers: false, language: nil)
            try await node.services.editProfile(draft, as: .member(paul.id))
            try await eventually("the new name is shown") {
                try await node.document("/users/paul").string("name") == "Paul le Grand"
            }
            await node.remove()
        }

        @Test("what a steward sets of the community in one process holds in the other without a restart")
        func community() async throws {
            let node = try await TestNode.make(NodePlan(engine: .postgres))
            try await node.open()
            let web = try await ChildNode.start(node, roles: "web")
            defer { web.kill() }
            var profile = CommunityProfile()
            profile.name = "Chez Noor"
            profile.registration = .closed
            try await node.services.changeCommunity(profile, as: .operator)
            try await eventually("the new name is shown") {
                let page = try await node.get("/about").text
                let isOpen = try await node.get("/sign-up").text.contains("name=\"email\"")
                return page.contains("Chez Noor") && !isOpen
            }
            await node.remove()
        }
    }
}
