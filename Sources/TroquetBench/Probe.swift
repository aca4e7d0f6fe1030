// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Sends one request after the other on one connection, with a pause in between, and measures how long each takes.
///
/// It runs on a thread of its own with a higher priority than everything else, where this is permitted. Otherwise the
/// figures would be those of the scheduler of the operating system, because the load takes all processors.
final class Probe: Sendable {
    private struct State {
        var milliseconds: [Double] = []
        var statuses: [Int: Int] = [:]
        var isStopped = false
        var hasEnded = false
    }

    private let port: Int
    private let request: [UInt8]
    private let pause: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - request: a request as it stands on the wire.
    ///   - pause: the time between two requests.
    init(port: Int, request: ByteBuffer, pause: Duration) {
        self.port = port
        self.request = Array(request.readableBytesView)
        self.pause = pause
    }

    func start() {
        var thread = pthread_t()
        let probe = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { argument in
                // Safe: the pointer is the retained probe of `start`, and only this thread takes it.
                argument.map { Unmanaged<Probe>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, probe)
        guard result == 0 else {
            Unmanaged<Probe>.fromOpaque(probe).release()
            return state.withLock { $0.hasEnded = true }
        }
        pthread_detach(thread)
    }

    /// Ends the probe and returns what it has measured.
    func stop() async throws -> LoadResult {
        state.withLock { $0.isStopped = true }
        while !state.withLock({ $0.hasEnded }) { try await Task.sleep(for: .milliseconds(10)) }
        return state.withLock { state in
            var result = LoadResult()
            result.statuses = state.statuses
            result.latencies = state.milliseconds.map { UInt32(clamping: Int($0 * 1_000)) }
            return result
        }
    }

    private func run() {
        defer { state.withLock { $0.hasEnded = true } }
        // On Linux the priority of a process is that of the calling thread. Without the permission nothing changes.
        _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, -15)
        var socket: Int32 = -1
        defer { if socket >= 0 { close(socket) } }
        while !state.withLock({ $0.isStopped }) {
            let start = Machine.seconds
            if socket < 0 { socket = connected() }
            let status = socket < 0 ? 0 : exchange(socket)
            if status == 0, socket >= 0 {
                close(socket)
                socket = -1
            }
            let milliseconds = (Machine.seconds - start) * 1_000
            state.withLock { state in
                state.milliseconds.append(milliseconds)
                state.statuses[status, default: 0] += 1
            }
            usleep(UInt32(pause.components.attoseconds / 1_000_000_000_000))
        }
    }

    private func connected() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isOpen = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    /// - Returns: the status of the response; 0 when there was none.
    private func exchange(_ socket: Int32) -> Int {
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return 0 }
        var reader = ResponseReader()
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &bytes, bytes.count, 0)
            guard count > 0 else { return 0 }
            if let status = reader.receive(ByteBuffer(bytes: bytes[..<count])) { return status }
        }
    }
}
