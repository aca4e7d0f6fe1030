// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// Ends a reading body of one SQLite connection that takes too long, or that its caller has cancelled.
///
/// SQLite asks ``isDue`` every few thousand steps of a statement, on the thread of the connection. All properties are
/// used by that thread only.
final class SQLiteInterruption {
    /// How many steps of SQLite's virtual machine pass between two questions: about a millisecond of work.
    private static let steps: Int32 = 20_000

    private var ticket: JobTicket?
    private var deadline: ContinuousClock.Instant?

    var isDue: Bool {
        guard let ticket else { return false }
        if let deadline, deadline < .now { return true }
        return ticket.isCancelled
    }

    /// - Parameter limit: the longest time until ``end()``; nil for no limit.
    func begin(_ ticket: JobTicket, limit: Duration?) {
        self.ticket = ticket
        deadline = limit.map { .now + $0 }
    }

    func end() {
        ticket = nil
        deadline = nil
    }

    /// Lets SQLite ask. The connection must hold `self` until it is closed.
    func watch(_ handle: OpaquePointer) {
        sqlite3_progress_handler(
            handle, Self.steps,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteInterruption>.fromOpaque(context).takeUnretainedValue().isDue ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
