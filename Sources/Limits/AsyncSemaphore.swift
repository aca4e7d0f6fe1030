// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections
internal import Synchronization

/// How many tasks do something at once, in all and for each key; the others wait in their order.
///
/// A task gets a place as soon as one is free for its key: who waits for a busy key holds up nobody else, and nobody is
/// overtaken by a task with the same key. A waiting task that is cancelled stops waiting at once. The number of waiting
/// tasks is bounded.
public final class AsyncSemaphore<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let key: Key
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var openCount = 0
        var open: [Key: Int] = [:]
        var waiters: OrderedDictionary<UInt64, Waiter> = [:]
        var lastTicket: UInt64 = 0
    }

    private let limit: Int
    private let keyLimit: Int
    private let waiterLimit: Int
    // A mutex rather than an actor: a place can be given back in a `defer`, and a cancelled task needs no other one.
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: tasks with a place, 1 or more.
    ///   - keyLimit: tasks with a place for one key, 1 or more; without it there is no such limit.
    ///   - waiterLimit: tasks that wait.
    public init(limit: Int, perKey keyLimit: Int? = nil, waiterLimit: Int) {
        self.limit = max(1, limit)
        self.keyLimit = max(1, keyLimit ?? limit)
        self.waiterLimit = waiterLimit
    }

    /// Tasks that have a place, and tasks that wait for one.
    public var load: (open: Int, waiting: Int) { state.withLock { ($0.openCount, $0.waiters.count) } }

    /// Runs `body` when there is a place for it.
    ///
    /// - Throws: as ``acquire(_:)``, and what `body` throws.
    public func withPlace<Value: Sendable>(
        _ key: Key, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await acquire(key)
        defer { release(key) }
        return try await body()
    }

    /// Waits for a place; ``release(_:)`` gives it back.
    public func acquire(_ key: Key) async throws(SemaphoreError) {
        let ticket = try state.withLock { state throws(SemaphoreError) -> UInt64? in
            if hasPlace(key, state) {
                take(key, &state)
                return nil
            }
            guard state.waiters.count < waiterLimit else { throw .tooManyWaiting }
            state.lastTicket += 1
            return state.lastTicket
        }
        guard let ticket else { return }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { enqueue(Waiter(key: key, continuation: $0), ticket) }
            } onCancel: {
                let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
                waiter?.continuation.resume(throwing: SemaphoreError.cancelled)
            }
        } catch {
            throw error as? SemaphoreError ?? .cancelled
        }
    }

    /// Gives a place back: to the first who waits and may have it.
    public func release(_ key: Key) {
        let admitted = state.withLock { state in
            state.openCount -= 1
            let left = (state.open[key] ?? 1) - 1
            state.open[key] = left > 0 ? left : nil
            return admit(&state)
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    /// Adds a waiter, unless a place has become free or its task was cancelled since it was turned away.
    private func enqueue(_ waiter: Waiter, _ ticket: UInt64) {
        let outcome = state.withLock { state -> Result<Void, SemaphoreError>? in
            // The task's own flag is set before its handler runs: a handler that finds nobody to wake came before this.
            if Task.isCancelled { return .failure(.cancelled) }
            if hasPlace(waiter.key, state) {
                take(waiter.key, &state)
                return .success(())
            }
            state.waiters[ticket] = waiter
            return nil
        }
        switch outcome {
        case .success: waiter.continuation.resume()
        case .failure(let error): waiter.continuation.resume(throwing: error)
        case nil: break
        }
    }

    private func admit(_ state: inout State) -> [Waiter] {
        var admitted: [Waiter] = []
        while state.openCount < limit,
            let index = state.waiters.elements.firstIndex(where: { hasPlace($0.value.key, state) })
        {
            let waiter = state.waiters.remove(at: index).value
            take(waiter.key, &state)
            admitted.append(waiter)
        }
        return admitted
    }

    private func hasPlace(_ key: Key, _ state: State) -> Bool {
        state.openCount < limit && state.open[key, default: 0] < keyLimit
    }

    private func take(_ key: Key, _ state: inout State) {
        state.openCount += 1
        state.open[key, default: 0] += 1
    }
}

/// The one key of a semaphore whose tasks are all alike.
public enum Unkeyed: Hashable, Sendable {
    case all
}

/// Why there is no place.
public enum SemaphoreError: Error, Equatable {
    /// As many wait as may.
    case tooManyWaiting
    /// The task was cancelled while it waited.
    case cancelled
}
