// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One call of `read` or `write`, from its submission to its end. It carries the caller's cancellation to the queue, or
/// to the connection that runs the body.
final class JobTicket: Sendable {
    private struct State {
        var isCancelled = false
        var interrupt: (@Sendable () -> Void)?
    }

    /// When the call was made.
    let submitted = ContinuousClock.now
    private let state = Mutex(State())

    /// Whether the caller has cancelled the call.
    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Cancels the call, and interrupts the statement that runs for it.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.interrupt?()
        }
    }

    /// Sets what interrupts the body, until ``detach()``. It runs at once when the call is cancelled already.
    func attach(_ interrupt: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.interrupt = interrupt
            if state.isCancelled { interrupt() }
        }
    }

    /// From now on a cancellation interrupts nothing.
    ///
    /// - Returns: whether the call was cancelled before.
    @discardableResult
    func detach() -> Bool {
        state.withLock { state in
            state.interrupt = nil
            return state.isCancelled
        }
    }
}

/// A job that waits in a ``JobQueue``. Exactly one of its run and `fail` ends it.
protocol QueuedJob: Sendable {
    var ticket: JobTicket { get }

    /// Passes an error to the caller.
    func fail(_ error: any Error)
}
