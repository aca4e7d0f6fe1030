// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import IPAddresses
internal import Limits
internal import Logging
internal import NIOCore
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

// AsyncHTTPClient accepts no resolver of ours. It only accepts a fixed address for a host, for the life of a client. So
// there is one client for each checked pair of host and address. It never resolves a name, never follows a redirect,
// and never opens a second connection for one request. It asks the guard again when its socket is connected.

/// The HTTP clients for checked pairs of host and address. Beyond a limit the least recently used ones are shut down.
final class ClientPool: Sendable {
    /// The server and the address to which a client connects.
    struct Route: Hashable, Sendable {
        var scheme: String
        /// Without brackets.
        var host: String
        var port: Int
        var address: IPAddress
    }

    private struct Slot {
        let client: HTTPClient
        var users: Int
    }

    private struct State {
        /// This cache has no limit of its own, because a client that is in use must never be evicted.
        var slots = LRUCache<Route, Slot>(capacity: .max)
        var isClosed = false
        var closing: [UInt64: Task<Void, Never>] = [:]
        var lastTicket: UInt64 = 0
        /// How many connections are open.
        var connections = 0
    }

    private let addressGuard: AddressGuard
    private let group: any EventLoopGroup
    private let tls: TLSConfiguration
    private let limit: Int
    private let connectionLimit: Int
    /// Further requests wait within their deadline. At most half of all descriptors belong to open connections. The
    /// rest is for requests that still connect, also for those that were given up meanwhile.
    private let requests: AsyncSemaphore<Unkeyed>
    // A mutex and not an actor, because every request comes here twice and nothing inside waits.
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: the most clients that are kept.
    ///   - descriptors: the most file descriptors that all connections and attempts to connect take.
    init(
        addressGuard: AddressGuard, caFile: String?, group: any EventLoopGroup, limit: Int = 512,
        descriptors: Int = 4_096
    ) throws {
        self.addressGuard = addressGuard
        self.group = group
        self.limit = limit
        connectionLimit = max(8, descriptors / 2)
        requests = AsyncSemaphore(limit: max(8, descriptors * 3 / 8), waiterLimit: 10_000)
        tls = try Self.tlsConfiguration(caFile: caFile)
    }

    /// How many clients are open.
    var count: Int { state.withLock { $0.slots.count } }

    /// How many connections are open.
    var connectionCount: Int { state.withLock { $0.connections } }

    /// Calls `body` with the client of this route, which is not shut down meanwhile.
    func withClient<Value: Sendable>(
        _ route: Route, _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        do {
            try await requests.acquire(.all)
        } catch {
            throw TransportFailure.cancelled
        }
        defer { requests.release(.all) }
        let client = try acquire(route)
        defer { release(route) }
        return try await body(client)
    }

    /// Shuts down all clients. Requests that are still running fail.
    func shutdown() async {
        let (clients, closing) = state.withLock { state in
            state.isClosed = true
            defer { state.slots.removeAll() }
            return (state.slots.entries.map(\.value.client), Array(state.closing.values))
        }
        for client in clients { try? await client.shutdown() }
        for task in closing { await task.value }
    }

    private func acquire(_ route: Route) throws -> HTTPClient {
        try state.withLock { state in
            guard !state.isClosed else { throw TransportFailure.cancelled }
            if let slot = state.slots.value(for: route) {
                state.slots.update(route) { $0.users += 1 }
                makeRoom(in: &state)
                return slot.client
            }
            if state.slots.count >= limit { evict(from: &state) } else { makeRoom(in: &state) }
            let client = makeClient(route)
            state.slots.insert(Slot(client: client, users: 1), for: route)
            return client
        }
    }

    private func release(_ route: Route) {
        state.withLock { state in state.slots.update(route) { $0.users -= 1 } }
    }

    /// Shuts down clients that are not in use when few further connections may be opened, unless this is under way.
    private func makeRoom(in state: inout State) {
        guard state.connections >= connectionLimit * 3 / 4, state.closing.count < 16 else { return }
        evict(from: &state)
    }

    /// Shuts down the least recently used sixteenth of the clients. A client that is in use stays, even above the
    /// limit.
    private func evict(from state: inout State) {
        for _ in 0..<max(1, min(limit, state.slots.count) / 16) {
            guard let client = state.slots.removeOldest(where: { $0.users == 0 })?.value.client else { return }
            state.lastTicket += 1
            let ticket = state.lastTicket
            // Not a child task of the current request, because that should not wait for the TLS closure with other
            // hosts.
            state.closing[ticket] = Task {
                try? await client.shutdown()
                self.state.withLock { $0.closing[ticket] = nil }
            }
        }
    }

    private func makeClient(_ route: Route) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            connectionPool: .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 8),
            // The client also asks for these compressions. The reader of a body has a limit of its own; this one keeps a
            // small body from filling the memory before it is read.
            decompression: .enabled(limit: .size(2 * OutboundClient.limitBytes)))
        // Every request has a deadline, so timers for its parts would cost and change nothing. Nothing is traced.
        configuration.tracing.tracer = nil
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [route.host: route.address.description]
        configuration.http1_1ConnectionDebugInitializer = { [self] channel in
            guard count(channel) else {
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(TransportFailure.unreachable)
            }
            return Self.check(channel, route: route, addressGuard: addressGuard)
        }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Counts a connection until it is closed.
    ///
    /// - Returns: whether it may stay open.
    private func count(_ channel: any Channel) -> Bool {
        let isWithin = state.withLock { state in
            guard state.connections < connectionLimit else { return false }
            state.connections += 1
            return true
        }
        guard isWithin else { return false }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.connections -= 1 } }
        return true
    }

    /// The second check: the address to which the socket is connected, before any byte of a request is written.
    private static func check(
        _ channel: any Channel, route: Route, addressGuard: AddressGuard
    ) -> EventLoopFuture<Void> {
        if let remote = channel.remoteAddress, let address = IPAddress(remote), remote.port == route.port,
            addressGuard.permits(scheme: route.scheme, port: route.port, address: address)
        {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(TransportFailure.forbiddenAddress)
    }
}

// MARK: - Certificates

extension ClientPool {
    private static let systemTrust = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// Reads the certificates once for all clients. Each client has a TLS context of its own, and reading the system's
    /// file for each new host would cost more than the handshake.
    private static func tlsConfiguration(caFile: String?) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let extra = try caFile.map { try NIOSSLCertificate.fromPEMFile($0) } ?? []
        for path in systemTrust {
            guard let system = try? NIOSSLCertificate.fromPEMFile(path), !system.isEmpty else { continue }
            configuration.trustRoots = .certificates(system + extra)
            return configuration
        }
        configuration.additionalTrustRoots = [.certificates(extra)]
        return configuration
    }
}
