// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

// An event loop runs all tasks that are due before it looks at its sockets again, also tasks that these tasks submit. So
// a task that submits itself again does not let other connections have their turn, and neither do many such tasks
// together. Therefore the connections of a loop share one queue, and after each turn nothing is due for a moment.

/// Gives the connections of one event loop their turns, one after the other. It belongs to its loop.
final class LoopTurns {
    /// The time between the end of one turn and the next turn. The loop looks at its sockets in between.
    static let pause = TimeAmount.milliseconds(1)

    private let loop: any EventLoop
    private var waiting = CircularBuffer<() -> Void>()
    private var next = NIODeadline.uptimeNanoseconds(0)
    private var isScheduled = false

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// Calls `turn` when those that came earlier had theirs. A connection waits for one turn at a time, so the queue is
    /// no longer than the number of connections.
    func wait(_ turn: @escaping () -> Void) {
        waiting.append(turn)
        schedule()
    }

    private func schedule() {
        guard !isScheduled, !waiting.isEmpty else { return }
        isScheduled = true
        let pause = max(.nanoseconds(0), next - loop.now)
        loop.assumeIsolated().scheduleTask(in: pause) { [self] in
            // A connection may ask for its next turn during this one. That is scheduled only when the pause is known.
            waiting.popFirst()?()
            next = loop.now + Self.pause
            isScheduled = false
            schedule()
        }
    }
}

/// The turns of all event loops.
final class PipelineTurns: Sendable {
    // A mutex and not an actor, because each connection needs it once, on its event loop.
    private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<LoopTurns>]>([:])

    /// The turns of a loop. It is called on this loop.
    func turns(of loop: any EventLoop) -> LoopTurns {
        loops.withLock { loops in
            if let known = loops[ObjectIdentifier(loop)] { return known }
            let made = NIOLoopBound(LoopTurns(loop), eventLoop: loop)
            loops[ObjectIdentifier(loop)] = made
            return made
        }.value
    }
}
