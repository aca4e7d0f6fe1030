// SPDX-License-Identifier: Apache-2.0
//
// libpq waits without end for a server that does not respond. So the connection is in libpq's non-blocking mode, and
// this file waits for the socket: with a deadline, and so that another thread can end the wait by cancelling the call.

import CPostgres
import Glibc

/// A pair of sockets with which other threads wake the thread that waits for the server.
final class PostgresWaker: Sendable {
    /// Readable after ``wake()``; -1 when the system gives no more descriptors. Then nothing is woken.
    let descriptor: Int32
    private let end: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let kinds = [SOCK_STREAM, SOCK_CLOEXEC, SOCK_NONBLOCK].map { Int32($0.rawValue) }
        let isOpen = socketpair(AF_UNIX, kinds.reduce(0, |), 0, &ends) == 0
        descriptor = isOpen ? ends[0] : -1
        end = isOpen ? ends[1] : -1
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if end >= 0 { close(end) }
    }

    func wake() {
        var byte: UInt8 = 1
        _ = send(end, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    /// Forgets all calls of ``wake()``.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 16)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}

/// Waits for the next result of one connection.
struct PostgresWait {
    /// How a wait ended.
    enum End {
        /// libpq has the result.
        case ready
        case lost
        /// The server was silent for too long.
        case silent
        /// The server responds to nobody.
        case outage
    }

    let handle: OpaquePointer
    let waker: PostgresWaker
    /// Is told of each response.
    let silence: PostgresSilence?
    /// Readable when the wait has to end, because the server is silent; -1 for never.
    let outage: Int32
    /// The longest silence; nil for no limit.
    let limit: Duration?
    /// The longest wait for the server to accept a request to cancel, and the longest wait for the statement's end.
    let cancellation: Duration

    /// Sends what is not sent yet, and reads until `PQgetResult` would not block.
    func run() -> End {
        var deadline = limit.map { ContinuousClock.now + $0 }
        var isCancelled = false
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { return .lost }
            guard PQisBusy(handle) != 0 else { return .ready }
            let events = Int16(POLLIN) | (unsent > 0 ? Int16(POLLOUT) : 0)
            var descriptors = [
                pollfd(fd: PQsocket(handle), events: events, revents: 0),
                pollfd(fd: isCancelled ? -1 : waker.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: outage, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(
                &descriptors, 3,
                deadline.map { max(ContinuousClock.now.duration(to: $0), .zero) }?
                    .wholeMilliseconds ?? -1)
            if count == 0 { return .silent }
            if count < 0, errno != EINTR { return .lost }
            if descriptors[2].revents != 0 { return .outage }
            if descriptors[1].revents != 0 {
                isCancelled = true
                guard requestCancellation() else { return .silent }
                deadline = .now + cancellation
            }
            guard descriptors[0].revents != 0 else { continue }
            guard PQconsumeInput(handle) == 1 else { return .lost }
            silence?.noteResponse()
        }
    }

    /// Asks the server to cancel the running statement.
    ///
    /// `PQcancel` waits for the server without a deadline, so it has a thread of its own. Its end is awaited, because
    /// the request would cancel the next statement otherwise. When the server does not take the request in time, the
    /// connection is given up, and the thread ends when the server does respond or is gone.
    ///
    /// - Returns: whether the server took the request.
    private func requestCancellation() -> Bool {
        guard let request = PQgetCancel(handle) else { return false }
        // Safe: from here on only the new thread uses the request. A pointer cannot be sent to it, its address can.
        let address = UInt(bitPattern: request)
        let done = PostgresWaker()
        do {
            try ThreadGroup().start {
                let request = OpaquePointer(bitPattern: address)
                var message = [CChar](repeating: 0, count: 256)
                _ = PQcancel(request, &message, Int32(message.count))
                PQfreeCancel(request)
                done.wake()
            }
        } catch {
            PQfreeCancel(request)
            return false
        }
        var descriptors = [
            pollfd(fd: done.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: outage, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&descriptors, 2, cancellation.wholeMilliseconds) > 0 && descriptors[0].revents != 0
    }
}
