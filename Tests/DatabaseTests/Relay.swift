// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Glibc
import Synchronization
import TestSupport

/// A TCP relay in front of the PostgreSQL server of the tests. It can fall silent without closing anything, as a
/// network does that drops all packets, or as a server does whose process is stopped.
final class Relay: Sendable {
    /// Whether the test server is reached over TCP.
    static var isPossible: Bool {
        guard let server = ProcessInfo.processInfo.environment["TROQUET_TEST_POSTGRES"] else { return false }
        return URLComponents(string: server)?.port != nil
    }

    private struct Pair {
        let client: Int32
        let server: Int32
        let generation: Int
    }

    /// Connections of earlier generations are not forwarded any more.
    private let generation = Atomic(0)
    private let isStopped = Atomic(false)
    private let isFrozen = Atomic(false)
    private let listener: Int32
    private let target: sockaddr_in
    /// The address of the database through the relay.
    let url: DatabaseURL

    /// - Parameter location: the address of the database without the relay.
    init(_ location: String) throws {
        guard var components = URLComponents(string: location), let port = components.port,
            let target = Self.address(components.host == "localhost" ? "127.0.0.1" : components.host ?? "", port)
        else { throw Refused() }
        self.target = target
        let (descriptor, listening) = try Self.listen()
        listener = descriptor
        components.host = "127.0.0.1"
        components.port = listening
        url = try DatabaseURL(components.string ?? "")
        Thread.detachNewThread { self.work() }
    }

    /// From now on nothing is forwarded over the connections that exist. New connections work.
    func silence() { generation.add(1, ordering: .sequentiallyConsistent) }

    /// From now on no connection is served, and new ones are accepted by the kernel alone, as when all processes of the
    /// server are stopped. Nothing is lost: ``thaw()`` forwards what has arrived meanwhile.
    func freeze() { isFrozen.store(true, ordering: .sequentiallyConsistent) }

    func thaw() { isFrozen.store(false, ordering: .sequentiallyConsistent) }

    func stop() { isStopped.store(true, ordering: .sequentiallyConsistent) }

    private func work() {
        var pairs: [Pair] = []
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            let current = generation.load(ordering: .sequentiallyConsistent)
            let active = pairs.filter { $0.generation == current }
            var watched = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            watched += active.flatMap { [$0.client, $0.server] }.map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            let count = poll(&watched, nfds_t(watched.count), 20)
            if isFrozen.load(ordering: .sequentiallyConsistent) {
                usleep(5_000)
                continue
            }
            guard count > 0 else { continue }
            if watched[0].revents != 0 { if let pair = connect(current) { pairs.append(pair) } }
            // What arrived after a silence began is not forwarded.
            guard current == generation.load(ordering: .sequentiallyConsistent) else { continue }
            for (index, pair) in active.enumerated() {
                let isOpen =
                    forward(pair.client, pair.server, watched[1 + 2 * index])
                    && forward(pair.server, pair.client, watched[2 + 2 * index])
                guard !isOpen else { continue }
                pairs.removeAll { $0.client == pair.client }
                close(pair.client)
                close(pair.server)
            }
        }
        for pair in pairs {
            close(pair.client)
            close(pair.server)
        }
        close(listener)
    }

    private func connect(_ generation: Int) -> Pair? {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return nil }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = target
        let code = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(client)
            close(server)
            return nil
        }
        return Pair(client: client, server: server, generation: generation)
    }

    /// - Returns: false when one side has closed the connection.
    private func forward(_ source: Int32, _ target: Int32, _ watched: pollfd) -> Bool {
        guard watched.revents != 0 else { return true }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(source, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let step = bytes[sent..<count].withUnsafeBytes {
                send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard step > 0 else { return false }
            sent += step
        }
        return true
    }

    private static func address(_ host: String, _ port: Int) -> sockaddr_in? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        return inet_pton(AF_INET, host, &address.sin_addr) == 1 ? address : nil
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0, var address = address("127.0.0.1", 0) else { throw Refused() }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                guard bind(descriptor, raw, length) == 0, Glibc.listen(descriptor, 64) == 0 else { return Int32(-1) }
                return getsockname(descriptor, raw, &length)
            }
        }
        guard code == 0 else { throw Refused() }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
