// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Synchronization

/// The thread that receives the announcements of other processes. It reconnects by itself, with growing pauses.
final class PostgresListener: Sendable {
    private let location: String
    private let limits: DatabaseLimits
    /// The number of the advisory lock that the connection holds; nil for none.
    private let session: Int64?
    private let hub: AnnouncementHub
    private let logger: Logger
    /// A pair of sockets. Closing the write end wakes the thread and stops it.
    private let wakeRead: Int32
    private let wakeWrite: Mutex<Int32?>

    /// - Parameters:
    ///   - limits: those of the database. Its `statement` does not matter here, because nothing runs for long.
    ///   - session: the number of the advisory lock that the connection holds; nil for none.
    init(
        location: String, limits: DatabaseLimits = .patient, session: Int64? = nil, hub: AnnouncementHub, logger: Logger
    ) {
        self.location = location
        self.limits = limits
        self.session = session
        self.hub = hub
        self.logger = logger
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let isOpen = socketpair(AF_UNIX, kind, 0, &ends) == 0
        wakeRead = isOpen ? ends[0] : -1
        wakeWrite = Mutex(isOpen ? ends[1] : nil)
    }

    deinit {
        stop()
        if wakeRead >= 0 { Glibc.close(wakeRead) }
    }

    /// The statement that tells `messages`, in their order, when its transaction commits; nil when there are none.
    ///
    /// The last one is repeated up to the next power of two, so that few statements are prepared: the server tells the
    /// same message of one transaction once.
    static func notification(of messages: ArraySlice<String>) -> Statement? {
        guard let last = messages.last else { return nil }
        var length = 1
        while length < messages.count { length *= 2 }
        let calls = (messages + repeatElement(last, count: length - messages.count)).map { message -> SQL in
            "pg_notify('troquet', \(message))"
        }
        return Statement("SELECT \(SQL.joined(calls, separator: ", "))", for: .postgres)
    }

    /// Starts the thread and returns when it is connected and listens.
    func start(on threads: ThreadGroup) async throws(DatabaseError) {
        guard wakeRead >= 0 else { throw DatabaseError(.unavailable, "The system gives no more descriptors.") }
        let first: Result<Void, DatabaseError> = await withCheckedContinuation { continuation in
            do throws(DatabaseError) {
                try threads.start { [self] in work { continuation.resume(returning: $0) } }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try first.get()
    }

    /// Ends the thread. A second call does nothing.
    func stop() {
        wakeWrite.withLock { descriptor in
            if let open = descriptor.take() { Glibc.close(open) }
        }
    }

    /// Listens until it is stopped, or until the first connection attempt fails.
    private func work(_ whenFirstConnected: (Result<Void, DatabaseError>) -> Void) {
        var connection: PostgresConnection
        do throws(DatabaseError) {
            connection = try connect()
        } catch {
            return whenFirstConnected(.failure(error))
        }
        whenFirstConnected(.success(()))
        while true {
            let isStopped = listen(on: connection)
            if isStopped { return }
            logger.debug("listener lost its connection")
            guard let next = reconnect() else { return }
            connection = next
        }
    }

    private func connect() throws(DatabaseError) -> PostgresConnection {
        var limits = limits
        limits.response = limits.heartbeatResponse
        let connection = try PostgresConnection(location: location, limits: limits)
        try connection.execute("LISTEN troquet")
        // The server releases the lock when the connection ends, so other processes know at once when this one is dead.
        // It is shared, because a process may open the database twice.
        if let session { try connection.execute("SELECT pg_advisory_lock_shared(\(session))") }
        return connection
    }

    /// Publishes the messages that arrive.
    ///
    /// After a silence it asks the server whether it is still there. Without that question, a connection that was cut
    /// without a word, by a firewall for example, would never be found: the listener sends nothing else.
    ///
    /// - Returns: true when the listener was stopped, false when the connection was lost.
    private func listen(on connection: PostgresConnection) -> Bool {
        while true {
            do throws(DatabaseError) {
                hub.publish(try connection.notifications())
            } catch {
                return false
            }
            switch wait(for: connection.descriptor, milliseconds: limits.heartbeat.wholeMilliseconds) {
            case .stopped: return true
            case .readable: continue
            case .silent: break
            }
            do throws(DatabaseError) {
                try connection.execute("SELECT 1")
            } catch {
                return false
            }
        }
    }

    /// Connects again: after 0.1 s, and then after twice as long each time, up to 6.4 s.
    ///
    /// - Returns: `nil` when it was stopped while waiting.
    private func reconnect() -> PostgresConnection? {
        var pause: Int32 = 100
        while true {
            if let connection = try? connect() { return connection }
            if case .stopped = wait(for: -1, milliseconds: pause) { return nil }
            pause = min(pause * 2, 6_400)
        }
    }

    private enum Event {
        case readable
        case silent
        case stopped
    }

    /// Waits until `descriptor` has data to read, the time is over or the listener is stopped.
    private func wait(for descriptor: Int32, milliseconds: Int32) -> Event {
        var descriptors = [
            pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&descriptors, 2, milliseconds)
        if descriptors[0].revents != 0 { return .stopped }
        return count == 0 ? .silent : .readable
    }
}
