// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Zoe moves from one node to another. Members here follow her old account.
private struct Removal: Sendable {
    static let old = "https://alt.example/users/zoe"
    static let new = "https://neu.example/users/zoe"

    let world: FederationWorld
    let before: Account

    static func run(
        on engine: TestEngine, proved: Bool = true, _ body: (Removal) async throws -> Void
    ) async throws {
        try await FederationWorld.run(on: engine) { world in
            let before = try await world.resolve(try world.addRemote("zoe", at: "alt.example"))
            _ = try world.addRemote("zoe", at: "neu.example")
            if proved {
                let document = try await world.nodes.load(try address(new)).document
                try world.nodes.serve(.object(document.json.setting("alsoKnownAs", [JSON(old)])))
            }
            try await body(Removal(world: world, before: before))
        }
    }

    func move() async throws -> String? {
        try await world.receive([
            "id": "https://alt.example/moves/1", "type": "Move", "actor": JSON(Self.old), "object": JSON(Self.old),
            "target": JSON(Self.new), "to": [JSON(Self.old + "/followers")],
        ])
    }

    func after() async throws -> Account? {
        let iri = try address(Self.new)
        return try await world.database.read { db in try Accounts.byIRI(iri, in: db) }
    }

    func state(by follower: Account, of target: Account?) async throws -> Follow.State? {
        guard let target else { return nil }
        return try await world.database.read { db in
            try Follows.find(by: follower.id, of: target.id, in: db)?.state
        }
    }
}

@Suite("An account elsewhere that moves")
struct MoveTests {
    @Test(
        "takes its followers here along: they ask to follow the new account, with their options and lists, and leave the old",
        arguments: TestEngine.available)
    func follows(_ engine: TestEngine) async throws {
        try await Removal.run(on: engine) { zoe in
            let world = zoe.world
            let bob = try await world.addPerson("bob")
            let list = AccountList(id: ID(77), owner: bob.id, title: "Amies")
            try await world.follow(by: bob, of: zoe.before)
            try await world.database.write { tx in
                try Follows.tune(by: bob.id, of: zoe.before.id, showsBoosts: false, notifies: true, in: tx)
                try AccountLists.insert(list, in: tx)
                _ = try AccountLists.addMember(zoe.before.id, to: list.id, in: tx)
            }
            let marker = world.marker()
            let outcome = try await zoe.move()
            #expect(outcome == "applied")

            let after = try #require(try await zoe.after())
            #expect(try await zoe.state(by: bob, of: after) == .requested)
            #expect(try await zoe.state(by: bob, of: zoe.before) == nil)
            let sent = try await world.sent(after: marker)
            #expect(sent.map(\.type) == ["Follow", "Undo"])
            #expect(sent.first?.inboxes == [Removal.new + "/inbox"])
            #expect(sent.last?.inboxes == [Removal.old + "/inbox"])
            try await world.database.read { db in
                #expect(try Accounts.byID(zoe.before.id, in: db)?.movedTo == after.iri)
                #expect(try AccountLists.members(of: list.id, in: db).map(\.id) == [after.id])
                let options = try #require(
                    try db.row("SELECT shows_boosts, notifies FROM follow WHERE target_id = \(after.id)"))
                #expect(try options.bool("shows_boosts") == false)
                #expect(try options.bool("notifies"))
            }
            let again = world.marker()
            _ = try await world.database.write { tx in try world.outbox.moveFollows(of: zoe.before.id, in: tx) }
            #expect(try await world.sent(after: again).isEmpty)
        }
    }

    @Test("more followers than one transaction moves are left for maintenance", arguments: TestEngine.available)
    func batches(_ engine: TestEngine) async throws {
        try await Removal.run(on: engine) { zoe in
            let world = zoe.world
            for number in 1...Moves.batch + 1 {
                try await world.follow(by: try await world.addPerson("member\(number)"), of: zoe.before)
            }
            _ = try await zoe.move()
            let waiting = try await world.database.read { db in try Moves.unfinished(after: ID(0), limit: 10, in: db) }
            #expect(waiting == [zoe.before.id])
            let count = try await world.database.write { tx in
                try world.outbox.moveFollows(of: zoe.before.id, in: tx)
            }
            #expect(count == 1)
            let rest = try await world.database.read { db in try Moves.unfinished(after: ID(0), limit: 10, in: db) }
            #expect(rest.isEmpty)
        }
    }

    @Test("moves nobody when the new account does not name it as an alias", arguments: TestEngine.available)
    func unproved(_ engine: TestEngine) async throws {
        try await Removal.run(on: engine, proved: false) { zoe in
            let bob = try await zoe.world.addPerson("bob")
            try await zoe.world.follow(by: bob, of: zoe.before)
            let outcome = try await zoe.move()
            #expect(outcome == "ignored:unproved")
            #expect(try await zoe.state(by: bob, of: zoe.before) == .accepted)
            #expect(try await zoe.after() == nil)
        }
    }

    @Test(
        "does not make a member follow an account that the member blocks, nor again one who followed the old account later",
        arguments: TestEngine.available)
    func choices(_ engine: TestEngine) async throws {
        try await Removal.run(on: engine) { zoe in
            let world = zoe.world
            let bob = try await world.addPerson("bob")
            let ana = try await world.addPerson("ana")
            try await world.follow(by: bob, of: zoe.before)
            let after = try await world.resolve(Removal.new)
            _ = try await world.database.write { tx in try world.outbox.block(after, by: bob, in: tx) }
            let outcome = try await zoe.move()
            #expect(outcome == "applied")
            #expect(try await zoe.state(by: bob, of: after) == nil)
            #expect(try await zoe.state(by: bob, of: zoe.before) == nil)

            world.clock.pass(.hours(1))
            try await world.follow(by: ana, of: zoe.before)
            let count = try await world.database.write { tx in
                try world.outbox.moveFollows(of: zoe.before.id, in: tx)
            }
            #expect(count == 0)
            #expect(try await zoe.state(by: ana, of: zoe.before) == .accepted)
        }
    }
}
