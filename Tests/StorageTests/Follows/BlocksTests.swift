// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Blocks")
struct BlocksTests {
    @Test("a block counts in both directions until it is taken back", arguments: TestEngine.available)
    func blocks(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...3 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            let a = try iri("https://far.example/blocks/a")
            let b = try iri("https://far.example/blocks/b")
            let added = try await db.write { tx in
                [
                    try Blocks.add(by: ID(1), target: ID(2), activity: a, at: .start, in: tx),
                    try Blocks.add(by: ID(1), target: ID(2), activity: b, at: .start, in: tx),
                ]
            }
            #expect(added == [true, false])
            #expect(try await db.read { try Blocks.exists(between: ID(1), ID(2), in: $0) })
            #expect(try await db.read { try Blocks.exists(between: ID(2), ID(1), in: $0) })
            #expect(try await db.read { try Blocks.exists(between: ID(1), ID(3), in: $0) } == false)
            #expect(try await db.read { try Blocks.activity(by: ID(1), target: ID(2), in: $0) } == a)
            #expect(try await db.read { try Blocks.activity(by: ID(2), target: ID(1), in: $0) } == nil)
            #expect(try await db.write { try Blocks.remove(by: ID(2), target: ID(1), in: $0) } == false)
            #expect(try await db.write { try Blocks.remove(by: ID(1), target: ID(2), in: $0) })
            #expect(try await db.read { try Blocks.exists(between: ID(1), ID(2), in: $0) } == false)
        }
    }

    @Test("an Undo finds the block by its id, and only its author's", arguments: TestEngine.available)
    func undo(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...3 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            let a = try iri("https://far.example/blocks/a")
            try await db.write { tx in
                try Blocks.add(by: ID(1), target: ID(2), activity: a, at: .start, in: tx)
                try Blocks.add(by: ID(1), target: ID(3), activity: iri("https://far.example/b"), at: .start, in: tx)
            }
            #expect(try await db.read { try Blocks.target(ofActivity: a, by: ID(1), in: $0) } == ID(2))
            #expect(try await db.read { try Blocks.target(ofActivity: a, by: ID(2), in: $0) } == nil)
        }
    }

    @Test("the blocked are listed, the latest first", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...3 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            let a = try iri("https://far.example/blocks/a")
            try await db.write { tx in
                try Blocks.add(by: ID(1), target: ID(3), activity: a, at: Timestamp(1), in: tx)
                try Blocks.add(by: ID(1), target: ID(2), activity: a, at: Timestamp(2), in: tx)
                try Blocks.add(by: ID(2), target: ID(1), activity: a, at: Timestamp(3), in: tx)
            }
            #expect(try await db.read { try Blocks.targets(of: ID(1), in: $0) }.map(\.id) == [ID(2), ID(3)])
        }
    }
}

@Suite("Reports and moves")
struct ReportsTests {
    @Test("a report comes back as it was stored, once, until it is resolved", arguments: TestEngine.available)
    func reports(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"), try Someone.local(2, "bea"))
            let flag = try iri("https://far.example/flags/1")
            let objects = ["https://cafe.example/posts/1", "not an \"address\" \\ \u{1F}"]
            let report = Report(
                id: ID(5), activity: flag, reporter: ID(1), target: ID(2), objects: objects, comment: "rude",
                createdAt: .start)
            let twin = Report(
                id: ID(6), activity: flag, reporter: ID(1), target: nil, objects: [], comment: "", createdAt: .start)
            let other = Report(
                id: ID(4), activity: try iri("https://far.example/flags/2"), reporter: ID(1), target: nil,
                objects: [], comment: "", createdAt: .start)
            let inserted = try await db.write { tx in
                try [report, twin, other].map { try Reports.insert($0, in: tx) }
            }
            #expect(inserted == [true, false, true])
            #expect(try await db.read { try Reports.open(in: $0) } == [other, report])
            #expect(try await db.write { try Reports.resolve(ID(5), at: .start, in: $0) })
            #expect(try await db.write { try Reports.resolve(ID(5), at: .start, in: $0) } == false)
            #expect(try await db.read { try Reports.open(in: $0) } == [other])
        }
    }

    @Test("a move is news once for each place", arguments: TestEngine.available)
    func moves(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.remote(1, "ada"))
            let here = try iri("https://here.example/ada")
            let there = try iri("https://there.example/ada")
            let activity = try iri("https://far.example/moves/1")
            let news = try await db.write { tx in
                try [here, here, there].map {
                    try Moves.record(ID(1), target: $0, activity: activity, at: .start, in: tx)
                }
            }
            #expect(news == [true, false, true])
        }
    }
}
