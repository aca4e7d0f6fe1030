// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Follows")
struct FollowsTests {
    @Test("a request counts once, and a repeated one only renews its id", arguments: TestEngine.available)
    func requests(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            #expect(try await db.write { try ask(1, 2, "a", in: $0) })
            #expect(try await db.write { try ask(1, 2, "b", in: $0) } == false)
            let follow = try await db.read { try Follows.find(by: ID(1), of: ID(2), in: $0) }
            #expect(follow == Follow(follower: ID(1), target: ID(2), activity: try activity("b"), state: .requested))
            #expect(try await db.read { try Follows.find(by: ID(2), of: ID(1), in: $0) } == nil)
        }
    }

    @Test("an accepted follow stays accepted when it is asked for again", arguments: TestEngine.available)
    func askedAgain(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            let again = try await db.write { tx in
                _ = try ask(2, 1, "a", in: tx)
                try Follows.setState(.accepted, by: ID(2), of: ID(1), in: tx)
                return try ask(2, 1, "b", in: tx)
            }
            let follow = try await db.read { try Follows.find(by: ID(2), of: ID(1), in: $0) }
            #expect(again == false)
            #expect(follow?.state == .accepted)
            #expect(follow?.activity == (try activity("b")))
        }
    }

    @Test("after a rejection one may ask anew", arguments: TestEngine.available)
    func afterRejection(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            let anew = try await db.write { tx in
                _ = try ask(2, 1, "a", in: tx)
                try Follows.setState(.rejected, by: ID(2), of: ID(1), in: tx)
                return try ask(2, 1, "b", in: tx)
            }
            #expect(anew)
            #expect(try await db.read { try Follows.find(by: ID(2), of: ID(1), in: $0) }?.state == .requested)
        }
    }

    @Test("a follow moves only where its state allows", arguments: TestEngine.available)
    func transitions(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            for from in Follow.State.allCases {
                for to in Follow.State.allCases {
                    let (moved, state) = try await db.write { tx in
                        try Follows.remove(by: ID(1), of: ID(2), in: tx)
                        _ = try ask(1, 2, "a", in: tx)
                        if from != .requested { try Follows.setState(from, by: ID(1), of: ID(2), in: tx) }
                        let moved = try Follows.setState(to, by: ID(1), of: ID(2), in: tx)
                        return (moved, try Follows.find(by: ID(1), of: ID(2), in: tx)?.state)
                    }
                    #expect(moved == from.successors.contains(to), "\(from) to \(to)")
                    #expect(state == (moved ? to : from), "\(from) to \(to)")
                }
            }
        }
    }

    @Test("a follow that does not exist cannot be answered", arguments: TestEngine.available)
    func nothingToAnswer(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            #expect(try await db.write { try Follows.setState(.accepted, by: ID(1), of: ID(2), in: $0) } == false)
            #expect(try await db.write { try Follows.remove(by: ID(1), of: ID(2), in: $0) } == false)
        }
    }

    @Test("an answer finds the follow by its id, the older of two", arguments: TestEngine.available)
    func byActivity(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(3, "ada"), try Someone.remote(2, "bea"), try Someone.remote(1, "eve"))
            let shared = try activity("shared")
            let other = try activity("other")
            try await db.write { tx in
                _ = try Follows.request(by: ID(3), of: ID(2), activity: shared, at: .start, in: tx)
                _ = try Follows.request(by: ID(1), of: ID(3), activity: shared, at: .start + .seconds(1), in: tx)
            }
            #expect(try await db.read { try Follows.byActivity(shared, in: $0) }?.follower == ID(3))
            #expect(try await db.read { try Follows.byActivity(other, in: $0) } == nil)
        }
    }

    @Test("an Accept and a Reject that meet leave the counts right", arguments: TestEngine.available)
    func countsInRace(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            for round in 1...20 {
                _ = try await db.write { try ask(1, 2, "a\(round)", in: $0) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for state in [Follow.State.accepted, .rejected, .accepted, .rejected] {
                        group.addTask {
                            _ = try await db.write { try Follows.setState(state, by: ID(1), of: ID(2), in: $0) }
                        }
                    }
                    try await group.waitForAll()
                }
                let (state, count) = try await db.read { db in
                    (
                        try Follows.find(by: ID(1), of: ID(2), in: db)?.state,
                        try Follows.followerCount(of: ID(2), in: db)
                    )
                }
                #expect(count == (state == .accepted ? 1 : 0))
                try await db.write { _ = try Follows.remove(by: ID(1), of: ID(2), in: $0) }
            }
        }
    }

    @Test("the list of pending requests comes in pages, and their number is counted", arguments: TestEngine.available)
    func pendingIsBounded(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...5 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            let (listed, count) = try await db.write { tx in
                for number in 2...5 as ClosedRange<Int64> { _ = try ask(number, 1, "a\(number)", in: tx) }
                let first = try Follows.pending(of: ID(1), limit: 3, in: tx)
                let second = try Follows.pending(of: ID(1), after: first.next, limit: 3, in: tx)
                return (
                    [first.accounts.count, second.accounts.count, second.next == nil ? 0 : 1],
                    try Follows.pendingCount(of: ID(1), in: tx)
                )
            }
            #expect(listed == [3, 1, 0])
            #expect(count == 4)
        }
    }

    @Test("many requests at once are new for one of them", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            let first = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...10 {
                    group.addTask { try await db.write { try ask(2, 1, "a\(number)", in: $0) } }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(first == 1)
        }
    }
}

@Suite("Lists of followers")
struct FollowListsTests {
    @Test(
        "followers are the accepted ones who may act, by pages; all accepted ones count",
        arguments: TestEngine.available)
    func followers(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...7 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            try await db.write { tx in
                for number in 2...6 as ClosedRange<Int64> {
                    _ = try ask(number, 1, "f\(number)", in: tx)
                    try Follows.setState(.accepted, by: ID(number), of: ID(1), in: tx)
                }
                _ = try ask(7, 1, "f7", in: tx)
                try Accounts.suspend(ID(4), at: .start, in: tx)
            }
            let first = try await db.read { try Follows.followers(of: ID(1), PageRequest(limit: 2), in: $0) }
            let rest = try await db.read { try Follows.followers(of: ID(1), PageRequest(before: 5), in: $0) }
            #expect(first.map(\.id) == [ID(6), ID(5)])
            #expect(rest.map(\.id) == [ID(3), ID(2)])
            #expect(try await db.read { try Follows.followerCount(of: ID(1), in: $0) } == 5)
            #expect(try await db.read { try Follows.followerCount(of: ID(2), in: $0) } == 0)
        }
    }

    @Test("those who are followed are listed by pages, groups apart", arguments: TestEngine.available)
    func following(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(
                try Someone.local(1, "ada"), try Someone.local(2, "cafe", kind: .group), try Someone.remote(3, "bea"),
                try Someone.local(4, "agenda", kind: .group), try Someone.local(5, "asked", kind: .group))
            try await db.write { tx in
                for number in [2, 3, 4] as [Int64] {
                    _ = try ask(1, number, "f\(number)", in: tx)
                    try Follows.setState(.accepted, by: ID(1), of: ID(number), in: tx)
                }
                _ = try ask(1, 5, "f5", in: tx)
            }
            let page = try await db.read { try Follows.following(of: ID(1), PageRequest(before: 4), in: $0) }
            #expect(page.map(\.id) == [ID(3), ID(2)])
            #expect(try await db.read { try Follows.followingCount(of: ID(1), in: $0) } == 3)
            let groups = try await db.read { try Follows.acceptedGroups(followedBy: ID(1), in: $0) }
            #expect(groups.map(\.id) == [ID(2), ID(4)])
        }
    }

    @Test("those who wait for an answer come in the order in which they asked", arguments: TestEngine.available)
    func pending(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...4 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            let a = try activity("a")
            try await db.write { tx in
                for (number, minute) in [(2, 3), (3, 1), (4, 2)] as [(Int64, Int)] {
                    _ = try Follows.request(
                        by: ID(number), of: ID(1), activity: a, at: .start + .minutes(minute), in: tx)
                }
                try Follows.setState(.accepted, by: ID(4), of: ID(1), in: tx)
            }
            #expect(try await db.read { try Follows.pending(of: ID(1), in: $0).accounts }.map(\.id) == [ID(3), ID(2)])
        }
    }

    @Test("only an accepted follow from this node makes us listen", arguments: TestEngine.available)
    func listening(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            try await db.store(try Someone.local(1, "ada"), try Someone.remote(2, "bea"), try Someone.remote(3, "carl"))
            try await db.write { tx in
                _ = try ask(3, 2, "a", in: tx)
                try Follows.setState(.accepted, by: ID(3), of: ID(2), in: tx)
                _ = try ask(1, 2, "b", in: tx)
            }
            #expect(try await db.read { try Follows.followsAny(localTo: ID(2), in: $0) } == false)
            try await db.write { _ = try Follows.setState(.accepted, by: ID(1), of: ID(2), in: $0) }
            #expect(try await db.read { try Follows.followsAny(localTo: ID(2), in: $0) })
        }
    }

    @Test("nothing is left of the follows of an account that is no more", arguments: TestEngine.available)
    func removeAll(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            for number in 1...3 as ClosedRange<Int64> { try await db.store(try Someone.remote(number, "u\(number)")) }
            try await db.write { tx in
                for (by, of) in [(1, 2), (2, 3), (3, 1)] as [(Int64, Int64)] { _ = try ask(by, of, "\(by)", in: tx) }
                _ = try AccountRemoval.step(of: ID(2), limit: 10, in: tx)
            }
            #expect(try await db.read { try Follows.find(by: ID(1), of: ID(2), in: $0) } == nil)
            #expect(try await db.read { try Follows.find(by: ID(2), of: ID(3), in: $0) } == nil)
            #expect(try await db.read { try Follows.find(by: ID(3), of: ID(1), in: $0) } != nil)
        }
    }
}

private func activity(_ name: String) throws -> IRI {
    try iri("https://cafe.example/follows/\(name)")
}

private func ask(_ follower: Int64, _ target: Int64, _ name: String, in tx: Transaction) throws -> Bool {
    try Follows.request(by: ID(follower), of: ID(target), activity: try activity(name), at: .start, in: tx)
}
