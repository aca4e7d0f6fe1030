// SPDX-License-Identifier: Apache-2.0
//
// Calls of libpq and libsqlite3 block the thread. Swift's concurrency has a shared pool with one thread for each core;
// a few blocking calls would stop everything else there. So each connection has its own thread, which takes jobs from a
// queue. The caller suspends until its job is done.

import DequeModule
import Glibc
import Synchronization

/// A read body, together with its caller's continuation.
struct ReadJob: QueuedJob {
    var ticket = JobTicket()
    /// Runs the body and returns a closure that passes the result to the caller.
    let run: @Sendable (Snapshot) throws -> @Sendable () -> Void
    let failure: @Sendable (any Error) -> Void

    func fail(_ error: any Error) { failure(ticket.isCancelled ? CancellationError() : error) }
}

/// A write body, together with its caller's continuation.
struct WriteJob: QueuedJob {
    var ticket = JobTicket()
    /// Runs the body and returns a closure that passes the result to the caller. It is called after the commit.
    let run: @Sendable (Transaction) throws -> @Sendable () -> Void
    let failure: @Sendable (any Error) -> Void

    func fail(_ error: any Error) { failure(ticket.isCancelled ? CancellationError() : error) }
}

/// A thread that waits for a job.
private final class IdleThread {
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var isCalled = false

    init() {
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
    }

    func call() {
        isCalled = true
        pthread_cond_signal(condition)
    }
}

/// Jobs in order of arrival, waiting for the threads that own connections.
///
/// When several threads are idle, a new job is given to the one that worked last, because the data of its connection is
/// still in the caches of the processor, here and in the server process of PostgreSQL.
final class JobQueue<Job: QueuedJob>: @unchecked Sendable {
    // Safe: the properties are read and written only while `mutex` is locked, and the mutex stays at one address until
    // `deinit`, when no thread can hold the queue any more.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var waiting: Deque<Job> = []
    private var idle: [IdleThread] = []
    private var isClosed = false
    private var refusal: DatabaseError?
    private let limit: Int
    private let patience: Duration?

    /// - Parameters:
    ///   - limit: the largest number of waiting jobs; nil for no limit.
    ///   - patience: how long a job may wait; nil for ever. ``expire()`` ends the wait.
    init(limit: Int? = nil, patience: Duration? = nil) {
        self.limit = limit ?? .max
        self.patience = patience
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Adds a job. The job fails at once when the queue is closed or full, or when its caller has cancelled it.
    func submit(_ job: Job) {
        if let refusal = add(job) { job.fail(refusal) }
    }

    private func add(_ job: Job) -> (any Error)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { return DatabaseError.closed }
        if let refusal { return refusal }
        if waiting.count >= limit { return DatabaseError.queueIsFull }
        // A cancellation after this line finds the job in the queue, because `cancel` needs the mutex.
        if job.ticket.isCancelled { return CancellationError() }
        waiting.append(job)
        idle.popLast()?.call()
        return nil
    }

    /// Cancels a call: its job leaves the queue, or its running statement is interrupted.
    func cancel(_ ticket: JobTicket) {
        ticket.cancel()
        remove { $0.ticket === ticket }?.fail(CancellationError())
    }

    /// Ends the jobs that have waited too long. The oldest job is the first one.
    func expire() {
        guard let patience else { return }
        let start = ContinuousClock.now - patience
        while let job = removeFirst(where: { $0.ticket.submitted < start }) { job.fail(DatabaseError.waitedTooLong) }
    }

    /// Ends the jobs that wait, and lets all further ones fail at once, until it is called with nil.
    func refuse(_ error: DatabaseError?) {
        guard let error else { return setRefusal(nil) }
        setRefusal(error)
        while let job = takeWaiting() { job.fail(error) }
    }

    private func setRefusal(_ error: DatabaseError?) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        refusal = error
    }

    /// Whether ``close()`` was not called yet.
    var isOpen: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return !isClosed
    }

    /// Whether jobs wait, or one of this many threads has a job in hand.
    func isBusy(threads: Int) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return !waiting.isEmpty || idle.count < threads
    }

    private func remove(where isMeant: (Job) -> Bool) -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return waiting.firstIndex(where: isMeant).map { waiting.remove(at: $0) }
    }

    private func removeFirst(where isMeant: (Job) -> Bool) -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard let first = waiting.first, isMeant(first) else { return nil }
        return waiting.popFirst()
    }

    /// Waits for a job and takes it, together with up to `limit - 1` other waiting jobs.
    ///
    /// - Returns: an empty list when the queue is closed and empty.
    func take(upTo limit: Int) -> [Job] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty, !isClosed { sleep() }
        let taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        return taken
    }

    /// Takes a job that waits already.
    func takeWaiting() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return waiting.popFirst()
    }

    /// Takes no more jobs. Those that wait are still run.
    func close() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        for thread in idle { thread.call() }
        idle = []
    }

    /// Waits until there is something to do, or until another thread has done it. Called with the mutex locked.
    private func sleep() {
        let thread = IdleThread()
        idle.append(thread)
        while !thread.isCalled { pthread_cond_wait(thread.condition, mutex) }
    }
}

/// The threads of one database. `Database.close()` waits until the last of them has ended.
final class ThreadGroup: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private let state = Mutex(State())

    /// Runs `body` on a new thread.
    func start(_ body: @escaping @Sendable () -> Void) throws(DatabaseError) {
        state.withLock { $0.running += 1 }
        let start = Start { [self] in
            body()
            ended()
        }
        let argument = Unmanaged.passRetained(start)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            ended()
            throw DatabaseError(.unavailable, "The system gives no more threads.")
        }
        pthread_detach(thread)
    }

    /// Suspends until no thread is running.
    func allEnded() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if isOver { continuation.resume() }
        }
    }

    private func ended() {
        let waiting = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
