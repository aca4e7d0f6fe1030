// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections
internal import Synchronization

/// Limits how many tasks run at once, in total and per key. Other tasks wait in order of arrival.
///
/// A task gets a place as soon as one is free in total and for its key. So a task that waits for a busy key does not
/// block tasks of other keys, and tasks of the same key keep their order. A waiting task that is cancelled stops
/// waiting at once. The number of waiting tasks is bounded.
public final class AsyncSemaphore<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let key: Key
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var openCount = 0
        var open: [Key: Int] = [:]
        var waiters: OrderedDictionary<UInt64, Waiter> = [:]
        /// How many tasks wait for each key.
        var waiting: [Key: Int] = [:]
        var lastTicket: UInt64 = 0
    }

    private let limit: Int
    private let keyLimit: Int
    private let waiterLimit: Int
    private let keyWaiterLimit: Int
    // This is a mutex, not an actor, because a place must be released in a `defer`, and a cancelled task must be able
    // to leave the queue synchronously.
    private let state = Mutex(State())

    /// Makes a semaphore.
    ///
    /// - Parameters:
    ///   - limit: the number of tasks that may have a place, 1 or more.
    ///   - keyLimit: the number of tasks per key that may have a place, 1 or more; `nil` means no limit per key.
    ///   - waiterLimit: the number of tasks that may wait.
    ///   - keyWaiterLimit: the number of tasks per key that may wait; `nil` means no limit per key.
    public init(limit: Int, perKey keyLimit: Int? = nil, waiterLimit: Int, waitersPerKey keyWaiterLimit: Int? = nil) {
        self.limit = max(1, limit)
        self.keyLimit = max(1, keyLimit ?? limit)
        self.waiterLimit = waiterLimit
        self.keyWaiterLimit = keyWaiterLimit ?? waiterLimit
    }

    /// The number of tasks that have a place, and of tasks that wait for one.
    public var load: (open: Int, waiting: Int) { state.withLock { ($0.openCount, $0.waiters.count) } }

    /// Waits for a place, runs `body` and releases the place.
    ///
    /// - Throws: the errors of ``acquire(_:)`` and of `body`.
    public func withPlace<Value: Sendable>(
        _ key: Key, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await acquire(key)
        defer { release(key) }
        return try await body()
    }

    /// Takes a place if one is free, without a wait. The caller must give it back with ``release(_:)``.
    ///
    /// - Returns: whether there was a free place.
    public func acquireAtOnce(_ key: Key) -> Bool {
        state.withLock { state in
            guard hasPlace(key, state) else { return false }
            take(key, &state)
            return true
        }
    }

    /// Waits for a place. The caller must give it back with ``release(_:)``.
    public func acquire(_ key: Key) async throws(SemaphoreError) {
        let ticket = state.withLock { state -> UInt64? in
            if hasPlace(key, state) {
                take(key, &state)
                return nil
            }
            state.lastTicket += 1
            return state.lastTicket
        }
        guard let ticket else { return }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { enqueue(Waiter(key: key, continuation: $0), ticket) }
            } onCancel: {
                let waiter = state.withLock { state in
                    let waiter = state.waiters.removeValue(forKey: ticket)
                    if waiter != nil { Self.stopWaiting(key, &state) }
                    return waiter
                }
                waiter?.continuation.resume(throwing: SemaphoreError.cancelled)
            }
        } catch {
            throw error as? SemaphoreError ?? .cancelled
        }
    }

    /// Releases a place. The first waiting task whose key has a free place gets it.
    public func release(_ key: Key) {
        let admitted = state.withLock { state in
            state.openCount -= 1
            let left = (state.open[key] ?? 1) - 1
            state.open[key] = left > 0 ? left : nil
            return admit(&state)
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    /// Adds a waiter. When a place became free meanwhile it takes the place. When the task was cancelled meanwhile, or
    /// the maximum number of tasks is waiting, it fails.
    private func enqueue(_ waiter: Waiter, _ ticket: UInt64) {
        let outcome = state.withLock { state -> Result<Void, SemaphoreError>? in
            // A task's cancelled flag is set before its cancellation handler runs. So when the handler ran before this
            // point and found no waiter, the flag is visible here.
            if Task.isCancelled { return .failure(.cancelled) }
            if hasPlace(waiter.key, state) {
                take(waiter.key, &state)
                return .success(())
            }
            guard state.waiters.count < waiterLimit, state.waiting[waiter.key, default: 0] < keyWaiterLimit else {
                return .failure(.tooManyWaiting)
            }
            state.waiters[ticket] = waiter
            state.waiting[waiter.key, default: 0] += 1
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
            Self.stopWaiting(waiter.key, &state)
            take(waiter.key, &state)
            admitted.append(waiter)
        }
        return admitted
    }

    private static func stopWaiting(_ key: Key, _ state: inout State) {
        let left = (state.waiting[key] ?? 1) - 1
        state.waiting[key] = left > 0 ? left : nil
    }

    private func hasPlace(_ key: Key, _ state: State) -> Bool {
        state.openCount < limit && state.open[key, default: 0] < keyLimit
    }

    private func take(_ key: Key, _ state: inout State) {
        state.openCount += 1
        state.open[key, default: 0] += 1
    }
}

/// The only key of a semaphore without separate limits per key.
public enum Unkeyed: Hashable, Sendable {
    case all
}

/// Why a task got no place.
public enum SemaphoreError: Error, Equatable {
    /// The maximum number of tasks is already waiting, in total or for this key.
    case tooManyWaiting
    /// The task was cancelled while it waited.
    case cancelled
}
