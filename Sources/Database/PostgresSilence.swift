// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc
import Synchronization

/// Whether the PostgreSQL server responds at all. All connections of one database share it.
///
/// A single connection cannot tell a slow statement from a server whose processes are stopped. So ``VersionWorker`` asks
/// a short question while calls are in hand or wait. When neither its connection nor a new one gets a response, and no
/// other connection got one meanwhile, the server is silent: all calls end, and none is begun until it responds again.
final class PostgresSilence: Sendable {
    private let heard = Atomic<UInt64>(0)
    private let begun = Atomic<UInt64>(0)
    private let holds = Atomic(false)
    private let waker = PostgresWaker()

    /// How many responses the connections have got so far.
    var responses: UInt64 { heard.load(ordering: .relaxed) }

    /// Whether the server is silent at present.
    var isHolding: Bool { holds.load(ordering: .acquiring) }

    /// How many silences have begun so far. A connection that is older than the last one is not used any more, because
    /// the network may have dropped it.
    var count: UInt64 { begun.load(ordering: .acquiring) }

    /// Readable while the server is silent; -1 when the system gives no more descriptors.
    var descriptor: Int32 { waker.descriptor }

    /// Notes that the server has sent something.
    func noteResponse() { heard.wrappingAdd(1, ordering: .relaxed) }

    /// Wakes all threads that wait for the server.
    func begin() {
        begun.wrappingAdd(1, ordering: .releasing)
        holds.store(true, ordering: .releasing)
        waker.wake()
    }

    func end() {
        waker.drain()
        holds.store(false, ordering: .releasing)
    }
}

/// One attempt to connect, on a thread of its own: nothing can interrupt libpq while it connects, and it waits for the
/// whole time of `connect_timeout`. When the server is found to be silent, the attempt is left to itself.
final class PostgresAttempt: Sendable {
    private enum State {
        case running
        /// Nobody waits any more.
        case abandoned
        /// The address of the connection, because a pointer cannot be sent to another thread.
        case connected(UInt)
        case failed(DatabaseError)
    }

    private let state = Mutex(State.running)
    private let done = PostgresWaker()

    private init() {}

    /// Connects as ``PostgresAddress/connect(_:_:)`` does, until the server is silent.
    ///
    /// - Returns: a connection that the caller ends with `PQfinish`.
    static func connect(
        _ location: String, _ limits: DatabaseLimits, until silence: PostgresSilence
    ) throws(DatabaseError) -> OpaquePointer {
        let attempt = PostgresAttempt()
        guard attempt.done.descriptor >= 0 else { return try PostgresAddress.connect(location, limits) }
        try ThreadGroup().start { attempt.run(location, limits) }
        return try attempt.wait(until: silence)
    }

    private func run(_ location: String, _ limits: DatabaseLimits) {
        let end: State
        do throws(DatabaseError) {
            end = .connected(UInt(bitPattern: try PostgresAddress.connect(location, limits)))
        } catch {
            end = .failed(error)
        }
        let isAwaited = state.withLock { state in
            guard case .running = state else { return false }
            state = end
            return true
        }
        if !isAwaited, case .connected(let address) = end { PQfinish(OpaquePointer(bitPattern: address)) }
        done.wake()
    }

    private func wait(until silence: PostgresSilence) throws(DatabaseError) -> OpaquePointer {
        var descriptors = [
            pollfd(fd: done.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: silence.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
        let end = state.withLock { state in
            defer { if case .running = state { state = .abandoned } }
            return state
        }
        switch end {
        case .connected(let address):
            guard let handle = OpaquePointer(bitPattern: address) else { throw .silent }
            return handle
        case .failed(let error): throw error
        case .running, .abandoned: throw .silent
        }
    }
}
