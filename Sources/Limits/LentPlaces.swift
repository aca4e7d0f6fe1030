// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits tasks that wait for other machines, of which some never respond.
///
/// A task that still works after ``Overtime/after`` moves from its place to one for overtime and works on. So a few
/// silent machines do not keep all places from those that respond. A task that finds no free place for overtime keeps
/// its first one. The total number of tasks stays bounded by the sum of both kinds of places.
public final class LentPlaces<Key: Hashable & Sendable>: Sendable {
    /// The places of tasks that take long.
    public struct Overtime: Sendable, Hashable {
        /// How long a task has its first place.
        public var after: Duration
        /// How many tasks may work in overtime.
        public var limit: Int
        /// How many tasks of one key may work in overtime.
        public var perKey: Int

        /// Creates the value.
        public init(after: Duration, limit: Int, perKey: Int) {
            self.after = after
            self.limit = limit
            self.perKey = perKey
        }
    }

    private let first: AsyncSemaphore<Key>
    private let overtime: AsyncSemaphore<Key>?
    private let patience: Duration

    /// Makes the places.
    ///
    /// - Parameters:
    ///   - first: the places that tasks take when they begin.
    ///   - overtime: nil when a task keeps its place until its end.
    public init(_ first: AsyncSemaphore<Key>, overtime: Overtime? = nil) {
        self.first = first
        self.overtime = overtime.map { AsyncSemaphore(limit: $0.limit, perKey: $0.perKey, waiterLimit: 0) }
        patience = overtime?.after ?? .zero
    }

    /// The number of tasks with a first place, of those in overtime, and of those that wait.
    public var load: (open: Int, overtime: Int, waiting: Int) {
        let load = first.load
        return (load.open, overtime?.load.open ?? 0, load.waiting)
    }

    /// Waits for a place, runs `body` and gives the place back.
    ///
    /// - Throws: `SemaphoreError` when too many wait already, and the errors of `body`.
    public func withPlace<Value: Sendable>(
        _ key: Key, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let overtime else { return try await first.withPlace(key, body) }
        try await first.acquire(key)
        let held = PlaceState()
        // Not a child task, because `body` must not wait for it. It ends soon after it was cancelled.
        let mover = Task { [first, patience] in
            while (try? await Task.sleep(for: patience)) != nil {
                guard overtime.acquireAtOnce(key) else { continue }
                if held.change(from: .first, to: .overtime) {
                    first.release(key)
                } else {
                    overtime.release(key)
                }
                return
            }
        }
        defer {
            mover.cancel()
            switch held.end() {
            case .first: first.release(key)
            case .overtime: overtime.release(key)
            case .none: break
            }
        }
        return try await body()
    }
}

/// Which place a task has. The task and the one that moves it may look at the same moment.
private final class PlaceState: Sendable {
    enum Held: Sendable {
        case first, overtime, none
    }

    // A mutex and not an actor, because a place is given back in a `defer`.
    private let held = Mutex(Held.first)

    func change(from old: Held, to new: Held) -> Bool {
        held.withLock { held in
            guard held == old else { return false }
            held = new
            return true
        }
    }

    func end() -> Held {
        held.withLock { held in
            defer { held = .none }
            return held
        }
    }
}
