// SPDX-License-Identifier: Apache-2.0

import Database
import Synchronization

/// A few small tables for the suites of this target.
let testMigrations = [
    Migration(1, "things") {
        """
        CREATE TABLE thing (
            id \(.key), name TEXT NOT NULL UNIQUE, isOpen \(.boolean), size \(.integer) CHECK (size < 1000),
            weight \(.real), body \(.bytes)
        ) \(.strict)
        """
        """
        CREATE TABLE part (
            id \(.key), thing_id \(.integer) NOT NULL REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED
        ) \(.strict)
        """
    },
    Migration(2, "counters") {
        "CREATE TABLE counter (id \(.key), total \(.integer) NOT NULL) \(.strict)"
        "INSERT INTO counter (id, total) VALUES (1, 0), (2, 0)"
    },
]

/// Records what the bodies of a test write, in order.
final class Log: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

/// A counter that bodies on several threads increment.
final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    /// Adds one and returns the new value.
    @discardableResult
    func add() -> Int {
        number.add(1, ordering: .sequentiallyConsistent).newValue
    }
}

/// The error of a test body that fails on purpose.
struct Refused: Error, Equatable {}

/// The kind of the database error that `work` throws, or `nil`.
func kind(of work: () async throws -> Void) async -> DatabaseError.Kind? {
    do {
        try await work()
        return nil
    } catch {
        return (error as? DatabaseError)?.kind
    }
}
