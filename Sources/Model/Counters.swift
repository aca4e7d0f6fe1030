// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts of what happened since the start, by name; read by the metrics page and by tests.
///
/// Names are constants of ours, never text from outside, so the table stays small.
public final class Counters: Sendable {
    // A mutex rather than an actor: every request counts something, and none should wait for a hop.
    private let counts = Mutex<[String: Int]>([:])

    private let statements = Atomic<Int>(0)

    /// Nothing counted yet.
    public init() {}

    /// One more statement was told to the database: counted apart, because every request has several.
    public func countStatement() { statements.add(1, ordering: .relaxed) }

    /// Statements that were told to the database.
    public var statementCount: Int { statements.load(ordering: .relaxed) }

    /// One more of `name`, such as `inbox.refused.bad_signature`.
    public func count(_ name: String, by amount: Int = 1) {
        counts.withLock { $0[name, default: 0] &+= amount }
    }

    /// How many there were of `name`.
    public func value(_ name: String) -> Int {
        counts.withLock { $0[name] ?? 0 }
    }

    /// All of them.
    public var snapshot: [String: Int] {
        counts.withLock { $0 }
    }
}
