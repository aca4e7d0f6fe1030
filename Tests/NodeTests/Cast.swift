// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

/// All stories. They run one after the other, because each of them uses several nodes.
@Suite("Stories of whole nodes", .serialized)
enum Stories {}

/// The database engine of each node of a story.
struct Cast: Sendable, CustomStringConvertible {
    let engines: [TestEngine]

    /// One cast for each engine of the first node. The second node uses the other engine if it is available.
    static let all: [Cast] = TestEngine.available.map { first in
        let other = TestEngine.available.first { $0 != first } ?? first
        return Cast(engines: [first, other, first])
    }

    var description: String { engines.map(\.description).joined(separator: ", ") }

    /// Runs a story with two nodes and removes them afterwards.
    func play(
        clock: any Model.Clock = SystemClock(), _ story: (_ a: TestNode, _ b: TestNode) async throws -> Void
    ) async throws {
        try await play(2, clock: clock) { nodes in try await story(nodes[0], nodes[1]) }
    }

    /// Runs a story with three nodes and removes them afterwards.
    func playThree(_ story: (_ a: TestNode, _ b: TestNode, _ c: TestNode) async throws -> Void) async throws {
        try await play(3, clock: SystemClock()) { nodes in try await story(nodes[0], nodes[1], nodes[2]) }
    }

    private func play(
        _ count: Int, clock: any Model.Clock, _ story: ([TestNode]) async throws -> Void
    ) async throws {
        let plans = engines.prefix(count).enumerated().map { index, engine in
            NodePlan(engine: engine, address: "127.0.0.\(index + 2)", clock: clock)
        }
        try await withNodes(plans, story)
    }
}

/// Runs a story with nodes and removes them afterwards.
func withNodes(_ plans: [NodePlan], _ story: ([TestNode]) async throws -> Void) async throws {
    var nodes: [TestNode] = []
    var failure: (any Error)?
    do {
        for plan in plans { nodes.append(try await TestNode.start(plan)) }
        try await story(nodes)
    } catch {
        failure = error
    }
    for node in nodes { await node.remove() }
    if let failure { throw failure }
}

/// The system clock plus an offset, so that a test can skip an hour without waiting.
final class MovableClock: Model.Clock {
    private let offset = Mutex(Duration.zero)

    var now: Timestamp { SystemClock().now + offset.withLock { $0 } }

    func advance(_ duration: Duration) {
        offset.withLock { $0 += duration }
    }
}

extension TestNode {
    /// The state of a follow between two accounts on this node; nil when there is none.
    func follow(by follower: IRI, of target: IRI) async throws -> Follow.State? {
        try await read { db in
            guard let follower = try Accounts.byIRI(follower, in: db), let target = try Accounts.byIRI(target, in: db)
            else { return nil }
            return try Follows.find(by: follower.id, of: target.id, in: db)?.state
        }
    }

    /// Makes a member or a group follow a remote account, and waits until both nodes have accepted it.
    nonisolated func follow(_ target: Account, of other: TestNode, as follower: Account) async throws {
        try await services.follow(handle: "@\(target.username)@\(other.host)", as: .onBehalf(of: follower.id))
        try await eventually("\(follower.username) follows \(target.username)") {
            try await follow(by: follower.iri, of: target.iri) == .accepted
        }
    }

    /// The state of a guest's RSVP, as this node knows it.
    func seat(of guest: IRI, at event: IRI) async throws -> Guest.State? {
        try await read { db in
            guard let account = try Accounts.byIRI(guest, in: db), let event = try Events.byIRI(event, in: db) else {
                return nil
            }
            return try GuestLists.find(account: account.id, event: event.id, in: db)?.state
        }
    }
}
