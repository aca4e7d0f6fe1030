// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits how many tasks work at once, for work that is usually short. Other tasks wait a short time in order of
/// arrival, and are refused after it.
///
/// It differs from ``AsyncSemaphore`` in two points. A task waits no longer than ``Rule/patience``. And a task that has
/// had its place for longer than ``Rule/lease`` no longer counts when somebody else needs a place: it probably waits
/// for another machine and uses no processor here. So slow tasks cannot keep all others away.
///
/// A free place is taken without suspension, in well under a microsecond.
public final class TimedPlaces: Sendable {
    /// The size of the limit.
    public struct Rule: Sendable, Hashable {
        /// The number of places, 1 or more.
        public var places: Int
        /// The number of tasks that may wait.
        public var waiting: Int
        /// How long a task waits at most.
        public var patience: Duration
        /// How long a place counts when others need one.
        public var lease: Duration

        /// Creates the value.
        public init(
            places: Int, waiting: Int, patience: Duration = .seconds(1), lease: Duration = .milliseconds(250)
        ) {
            self.places = max(1, places)
            self.waiting = waiting
            self.patience = patience
            self.lease = lease
        }
    }

    /// A place that a task has.
    public struct Place: Sendable {
        fileprivate let index: Int
        fileprivate let number: UInt64
    }

    private struct Slot {
        /// The number of the place that is in use here; 0 for none.
        var number: UInt64 = 0
        var takenAt: ContinuousClock.Instant
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Place?, Never>
        let since: ContinuousClock.Instant
    }

    private struct State {
        var slots: [Slot]
        /// The indices of the slots that are not in use.
        var free: [Int]
        var waiters: [Waiter] = []
        var lastNumber: UInt64 = 0
        /// Whether a task looks after those who wait.
        var isWatched = false
    }

    private let rule: Rule
    // This is a mutex, not an actor, because every request takes and releases a place, and that must not suspend.
    private let state: Mutex<State>

    /// Makes a limit with all places free.
    public init(_ rule: Rule) {
        self.rule = rule
        state = Mutex(
            State(
                slots: Array(repeating: Slot(takenAt: .now), count: rule.places),
                free: Array((0..<rule.places).reversed())))
    }

    /// The number of places in use, and of tasks that wait for one.
    public var load: (open: Int, waiting: Int) { state.withLock { (rule.places - $0.free.count, $0.waiters.count) } }

    /// Takes a place if one is free and nobody waits.
    public func takeAtOnce(at now: ContinuousClock.Instant) -> Place? {
        state.withLock { state in state.waiters.isEmpty ? Self.take(&state, at: now) : nil }
    }

    /// Takes a place, after a wait if necessary.
    ///
    /// - Returns: nil when too many tasks wait already, or when no place became free in time.
    public func take() async -> Place? {
        await withCheckedContinuation { continuation in
            let now = ContinuousClock.now
            let (place, isRefused, mustWatch) = state.withLock { state -> (Place?, Bool, Bool) in
                if state.waiters.isEmpty {
                    reclaim(&state, at: now)
                    if let place = Self.take(&state, at: now) { return (place, false, false) }
                }
                guard state.waiters.count < rule.waiting else { return (nil, true, false) }
                state.waiters.append(Waiter(continuation: continuation, since: now))
                defer { state.isWatched = true }
                return (nil, false, !state.isWatched)
            }
            if place != nil || isRefused { continuation.resume(returning: place) }
            // Not a child task, because it serves all tasks that wait. It ends when none waits.
            if mustWatch { Task { await watch() } }
        }
    }

    /// Releases a place. The task that has waited longest gets it. A place that no longer counts is not released again.
    public func release(_ place: Place) {
        let next = state.withLock { state -> (Waiter, Place)? in
            guard state.slots[place.index].number == place.number else { return nil }
            Self.free(place.index, &state)
            guard !state.waiters.isEmpty, let place = Self.take(&state, at: .now) else { return nil }
            return (state.waiters.removeFirst(), place)
        }
        if let (waiter, place) = next { waiter.continuation.resume(returning: place) }
    }

    // MARK: - Those who wait

    /// Refuses those who have waited long enough, and gives the places that no longer count to the others.
    private func watch() async {
        let interval = max(.milliseconds(1), min(rule.patience, rule.lease) / 5)
        repeat {
            // The task is never cancelled, so the sleep does not fail.
            try? await Task.sleep(for: interval)
        } while lookAfterWaiters()
    }

    /// - Returns: whether somebody still waits.
    private func lookAfterWaiters() -> Bool {
        let now = ContinuousClock.now
        var settled: [(Waiter, Place?)] = []
        let isWatched = state.withLock { state in
            reclaim(&state, at: now)
            while !state.waiters.isEmpty, let place = Self.take(&state, at: now) {
                settled.append((state.waiters.removeFirst(), place))
            }
            while let first = state.waiters.first, first.since.duration(to: now) >= rule.patience {
                settled.append((state.waiters.removeFirst(), nil))
            }
            state.isWatched = !state.waiters.isEmpty
            return state.isWatched
        }
        for (waiter, place) in settled { waiter.continuation.resume(returning: place) }
        return isWatched
    }

    private func reclaim(_ state: inout State, at now: ContinuousClock.Instant) {
        for index in state.slots.indices
        where state.slots[index].number != 0 && state.slots[index].takenAt.duration(to: now) >= rule.lease {
            Self.free(index, &state)
        }
    }

    private static func free(_ index: Int, _ state: inout State) {
        state.slots[index].number = 0
        state.free.append(index)
    }

    private static func take(_ state: inout State, at now: ContinuousClock.Instant) -> Place? {
        guard let index = state.free.popLast() else { return nil }
        state.lastNumber &+= 1
        state.slots[index] = Slot(number: state.lastNumber, takenAt: now)
        return Place(index: index, number: state.lastNumber)
    }
}
