// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("whom an event of another node concerns")
struct EventAudienceTests {
    @Test(
        "an event that a followed group of another node shares stands on the agenda, whoever owns it",
        arguments: TestEngine.available)
    func sharedByFollowedGroup(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ana = try await scene.account("ana")
            let paula = try await scene.account("paula", host: "far.example")
            let community = try await scene.account("events", host: "far.example", kind: .group)
            let event = try await scene.event(by: paula)
            let share = try scene.iri("shares")
            try await scene.db.write { tx in
                _ = try EventShares.add(
                    ID(1), event: event.id, account: community.id, activity: share, at: Scene.start, in: tx)
            }
            #expect(try await Self.agenda(scene) == [])
            try await scene.follow(community, by: ana)
            #expect(try await Self.agenda(scene) == [event.id])
        }
    }

    @Test("only those who are invited read an event for named people", arguments: TestEngine.available)
    func invited(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, ben) = (try await scene.account("ana"), try await scene.account("ben"))
            let paula = try await scene.account("paula", host: "far.example")
            var draft = try scene.eventDraft(by: paula)
            draft.visibility = .direct
            let event = draft
            try await scene.store(event)
            try await scene.db.write { tx throws in
                #expect(try EventInvitations.add([ana.id], to: event.id, in: tx) == [ana.id])
                #expect(try EventInvitations.add([ana.id], to: event.id, in: tx) == [])
                #expect(try EventViews.one(event.id, viewer: ana.id, in: tx) != nil)
                #expect(try EventViews.one(event.id, viewer: ben.id, in: tx) == nil)
                #expect(try Events.relation(of: ana.id, to: event, in: tx).isInvited)
                #expect(try !Events.relation(of: ben.id, to: event, in: tx).isInvited)
            }
        }
    }

    @Test("what is known about the software of a server decides its family", arguments: TestEngine.available)
    func software(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            try await scene.db.write { tx throws in
                let now = Scene.start
                #expect(try Peers.software(of: "far.example", in: tx) == nil)
                try Peers.saw("far.example", .threadiverse, at: now, in: tx)
                try Peers.saw("far.example", .events, at: now, in: tx)
                #expect(try Peers.software(of: "far.example", in: tx)?.family == .threadiverse)
                try Peers.rememberSoftware("far.example", "GoToSocial", at: now, in: tx)
                #expect(try Peers.software(of: "far.example", in: tx)?.family == .gotosocial)
                // A server that does not answer now has the software that it had.
                try Peers.rememberSoftware("far.example", nil, at: now + .days(8), in: tx)
                #expect(try Peers.software(of: "far.example", in: tx)?.family == .gotosocial)
                #expect(try Peers.software(of: "far.example", in: tx)?.askedAt == now + .days(8))
            }
        }
    }

    private static func agenda(_ scene: Scene) async throws -> [ID<Event>] {
        try await scene.db.read { db in
            try Events.upcoming(
                from: Scene.start, scope: .community, limit: 10, after: nil, viewer: nil, mode: .open, in: db)
        }
    }
}
