// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Runs work that must end before an instant, and cancels it otherwise, at most a tenth of a second later. The work must
/// return soon after it was cancelled, because the caller waits for it.
///
/// - Throws: ``DeadlinePassed`` when the work failed after the instant passed, `CancellationError` when the caller was
///   cancelled before the work began, and every other error of the work.
public func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try Task.checkCancellation()
    let task = Task(operation: work)
    let ticket = Deadlines.shared.add(deadline) { task.cancel() }
    let result = await withTaskCancellationHandler {
        await task.result
    } onCancel: {
        task.cancel()
    }
    let isOver = !Deadlines.shared.remove(ticket)
    if isOver, case .failure = result { throw DeadlinePassed() }
    return try result.get()
}

/// The work did not end before its deadline.
public struct DeadlinePassed: Error {
    /// Creates the error.
    public init() {}
}

/// The deadlines of all work in this process. One task watches them all, because a timer for each request costs about as
/// much CPU time as the request's headers do.
private final class Deadlines: Sendable {
    private struct Entry {
        let deadline: ContinuousClock.Instant
        let cancel: @Sendable () -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var lastTicket: UInt64 = 0
        var isWatched = false
    }

    static let shared = Deadlines()

    /// How late a deadline may be noticed that is added while the task sleeps.
    private static let precision = Duration.milliseconds(100)

    // A mutex is used instead of an actor, because nothing is awaited while it is held.
    private let state = Mutex(State())

    /// Adds a deadline; `cancel` is called once it has passed.
    func add(_ deadline: ContinuousClock.Instant, _ cancel: @escaping @Sendable () -> Void) -> UInt64 {
        let (ticket, starts) = state.withLock { state in
            state.lastTicket += 1
            state.entries[state.lastTicket] = Entry(deadline: deadline, cancel: cancel)
            let starts = !state.isWatched
            state.isWatched = true
            return (state.lastTicket, starts)
        }
        // Not a child task of the caller, because it also watches the deadlines that others add later.
        if starts { Task.detached { await self.watch() } }
        return ticket
    }

    /// Removes a deadline.
    ///
    /// - Returns: whether it had not passed.
    func remove(_ ticket: UInt64) -> Bool {
        state.withLock { $0.entries.removeValue(forKey: ticket) != nil }
    }

    /// Cancels all work whose deadline has passed, until there is no work left.
    private func watch() async {
        while let pause = cancelExpired() { try? await Task.sleep(for: pause) }
    }

    /// - Returns: the time until the next look; nil when there is nothing left to watch.
    private func cancelExpired() -> Duration? {
        let now = ContinuousClock.now
        let (expired, pause) = state.withLock { state -> ([Entry], Duration?) in
            var expired: [Entry] = []
            var pause = Self.precision
            for (ticket, entry) in state.entries {
                if entry.deadline <= now {
                    expired.append(entry)
                    state.entries[ticket] = nil
                } else {
                    pause = min(pause, entry.deadline - now)
                }
            }
            state.isWatched = !state.entries.isEmpty
            return (expired, state.isWatched ? pause : nil)
        }
        for entry in expired { entry.cancel() }
        return pause
    }
}
