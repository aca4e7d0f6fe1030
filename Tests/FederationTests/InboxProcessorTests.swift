// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Telemetry
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Runs a test with Alice on this node, who follows Vic on another node.
private func withVic(
    on engine: TestEngine = .sqlite, _ body: (FederationWorld, _ vic: String) async throws -> Void
) async throws {
    try await FederationWorld.run(on: engine) { world in
        let alice = try await world.addPerson("alice")
        let vic = try world.addRemote("vic", at: "prairie.example")
        try await world.follow(by: alice, of: try await world.resolve(vic))
        try await body(world, vic)
    }
}

private func note(_ id: String, by author: String, _ content: String, updated: String? = nil) -> JSON {
    .object(droppingNil: [
        ("id", JSON(id)), ("type", "Note"), ("attributedTo", JSON(author)), ("content", JSON("<p>\(content)</p>")),
        ("to", ["https://www.w3.org/ns/activitystreams#Public"]), ("cc", []),
        ("published", "2026-05-02T09:00:00Z"), ("updated", updated.map { JSON($0) }),
    ])
}

private func activity(_ type: String, _ id: String, by actor: String, _ object: JSON) -> JSON {
    ["id": JSON(id), "type": JSON(type), "actor": JSON(actor), "object": object]
}

extension FederationWorld {
    fileprivate func contents() async throws -> [String] {
        try await database.read { db in
            try db.rows("SELECT content_html FROM post ORDER BY id").map { try $0.text("content_html") }
        }
    }
}

@Suite("What was let in")
struct InboxProcessorTests {
    @Test("makes one post, however often and in whatever words it is created (O30)", arguments: TestEngine.available)
    func parallelCreates(_ engine: TestEngine) async throws {
        try await withVic(on: engine) { world, vic in
            for number in 0..<100 {
                let object = note("\(vic)/notes/1", by: vic, "Version \(number)")
                let refusal = await world.submit(
                    try world.request(activity("Create", "\(vic)/creates/\(number)", by: vic, object)))
                try #require(refusal == nil)
            }
            let due = try await world.lease()
            await withTaskGroup { group in
                for activity in due { group.addTask { await world.processor.process(activity) } }
            }
            try await world.settle()
            let contents = try await world.contents()
            #expect(contents.count == 1)
            #expect(contents.first?.hasPrefix("<p>Version ") == true)
            #expect(world.counters.value("inbox.outcome.applied") == 1)
            #expect(world.counters.value("inbox.outcome.duplicate") == 99)
        }
    }

    @Test("the first version of a post stays, whatever a second Create says (O30)")
    func secondCreate() async throws {
        try await withVic { world, vic in
            let first = try await world.receive(
                activity("Create", "\(vic)/c/1", by: vic, note("\(vic)/notes/1", by: vic, "First")))
            let second = try await world.receive(
                activity("Create", "\(vic)/c/2", by: vic, note("\(vic)/notes/1", by: vic, "Second")))
            #expect([first, second] == ["applied", "duplicate"])
            #expect(try await world.contents() == ["<p>First</p>"])
        }
    }

    @Test("what was deleted does not come back by any way (O30)", arguments: ["Create", "Update"])
    func tombstone(_ type: String) async throws {
        try await withVic { world, vic in
            let id = "\(vic)/notes/1"
            try await world.receive(activity("Create", "\(vic)/c/1", by: vic, note(id, by: vic, "First")))
            let deleted = try await world.receive(activity("Delete", "\(vic)/d/1", by: vic, JSON(id)))
            let again = note(id, by: vic, "Again", updated: "2026-05-02T09:30:00Z")
            let outcome = try await world.receive(activity(type, "\(vic)/c/2", by: vic, again))
            #expect([deleted, outcome] == ["applied", "ignored:tombstoned"])
            #expect(try await world.contents().isEmpty)
        }
    }

    @Test("an older edit does not undo a newer one")
    func editsOutOfOrder() async throws {
        try await withVic { world, vic in
            let id = "\(vic)/notes/1"
            try await world.receive(activity("Create", "\(vic)/c/1", by: vic, note(id, by: vic, "First")))
            let newer = note(id, by: vic, "Third", updated: "2026-05-02T09:40:00Z")
            let older = note(id, by: vic, "Second", updated: "2026-05-02T09:30:00Z")
            let third = try await world.receive(activity("Update", "\(vic)/u/3", by: vic, newer))
            let second = try await world.receive(activity("Update", "\(vic)/u/2", by: vic, older))
            #expect([third, second] == ["applied", "duplicate"])
            #expect(try await world.contents() == ["<p>Third</p>"])
        }
    }

    @Test("is tried again when a host does not answer, and done when it does")
    func retry() async throws {
        try await withVic { world, vic in
            let id = "https://colline.example/notes/1"
            let paul = try world.addRemote("paul", at: "colline.example")
            try world.nodes.serve(note(id, by: paul, "From far away"))
            world.nodes.fail(id, .unavailable(status: 503))
            let waiting = try await world.receive(activity("Announce", "\(vic)/a/1", by: vic, JSON(id)))
            #expect(waiting == "waiting")
            world.nodes.fail(id, nil)
            try await world.settle()
            #expect(try await world.outcome(of: "\(vic)/a/1") == "waiting")
            world.clock.pass(.seconds(11))
            try await world.settle()
            #expect(try await world.outcome(of: "\(vic)/a/1") == "applied")
        }
    }

    @Test("is set aside after eight tries, and not thrown away")
    func parked() async throws {
        try await withVic { world, vic in
            let id = "https://colline.example/notes/1"
            world.nodes.fail(id, .unavailable(status: nil))
            try await world.receive(activity("Announce", "\(vic)/a/1", by: vic, JSON(id)))
            for _ in 0..<12 {
                world.clock.pass(.hours(7))
                try await world.settle()
            }
            let tries = world.nodes.asked.count { $0 == id }
            let state = try await world.database.read { db in
                try db.row("SELECT state FROM received")?.text("state")
            }
            #expect(tries == 8)
            #expect(state == "parked")
        }
    }

    @Test("is done once, when two processes have it in hand", arguments: TestEngine.available)
    func twoProcesses(_ engine: TestEngine) async throws {
        try await withVic(on: engine) { world, vic in
            let follow = activity("Follow", "\(vic)#f", by: vic, "https://cafe.example/users/alice")
            let refusal = await world.submit(try world.request(follow))
            try #require(refusal == nil)
            let first = try await world.lease()
            world.clock.pass(.minutes(3))
            let second = try await world.lease()
            #expect(first.map(\.id) == second.map(\.id))
            await withTaskGroup { group in
                for activity in first + second { group.addTask { await world.processor.process(activity) } }
            }
            #expect(try await world.sent().map(\.type) == ["Accept"])
        }
    }

    @Test("a lease that nobody gave back runs out")
    func lostLease() async throws {
        try await withVic { world, vic in
            let follow = activity("Follow", "\(vic)#f", by: vic, "https://cafe.example/users/alice")
            let refusal = await world.submit(try world.request(follow))
            try #require(refusal == nil)
            let lost = try await world.lease()
            try await world.settle()
            #expect(try await world.outcome(of: "\(vic)#f") == "waiting")
            world.clock.pass(.minutes(3))
            try await world.settle()
            #expect(lost.count == 1)
            #expect(try await world.outcome(of: "\(vic)#f") == "applied")
        }
    }

    @Test("of somebody who was suspended meanwhile is not done any more")
    func suspended() async throws {
        try await withVic { world, vic in
            let follow = activity("Follow", "\(vic)#f", by: vic, "https://cafe.example/users/alice")
            let refusal = await world.submit(try world.request(follow))
            try #require(refusal == nil)
            let (id, now) = (try await world.resolve(vic).id, world.clock.now)
            try await world.database.write { tx in try Accounts.suspend(id, at: now, in: tx) }
            try await world.settle()
            #expect(try await world.outcome(of: "\(vic)#f") == "ignored:blocked")
            #expect(try await world.sent().isEmpty)
        }
    }

    @Test(
        "is done by the loop in the order in which its actor said it", .timeLimit(.minutes(10)),
        arguments: TestEngine.available)
    func loop(_ engine: TestEngine) async throws {
        try await withVic(on: engine) { world, vic in
            let loop = Task { await world.processor.run() }
            for number in 0..<10 {
                let id = "\(vic)/notes/\(number)"
                let acts = [
                    activity("Create", "\(id)#c", by: vic, note(id, by: vic, "First")),
                    activity(
                        "Update", "\(id)#u", by: vic, note(id, by: vic, "Second", updated: "2026-05-02T09:30:00Z")),
                    activity("Delete", "\(id)#d", by: vic, JSON(id)),
                ]
                for act in acts {
                    let refusal = await world.submit(try world.request(act))
                    try #require(refusal == nil)
                }
            }
            while try await world.outcome(of: "\(vic)/notes/9#d") == "waiting" { await Task.yield() }
            loop.cancel()
            await loop.value
            #expect(world.counters.value("inbox.outcome.applied") == 30)
            #expect(try await world.contents().isEmpty)
        }
    }
}
