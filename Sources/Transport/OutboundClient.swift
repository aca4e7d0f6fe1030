// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import IPAddresses
internal import Limits
public import Logging
internal import Model
public import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL
internal import TextEncoding
public import Vocabulary

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Makes every outgoing HTTP request of this node, signed or not.
///
/// A name is resolved and all its addresses are checked. The address of the socket is checked again before the first
/// byte is sent. Redirects are never followed. The body of a response is decompressed, and its limit counts the bytes
/// after that. One deadline covers the name look-up, the connection, the TLS handshake, and the response until its last
/// byte. Call ``shutdown()`` before the last
/// reference is released.
public final class OutboundClient: Sendable {
    /// The default limit for the body of a response: 1 MiB.
    public static let limitBytes = 1_048_576

    let addressGuard: AddressGuard
    private let userAgent: String
    private let resolver: Resolver
    private let pool: ClientPool
    private let networks: PlacesByPurpose<CIDRBlock>
    private let silentHosts = SilentHosts()
    private let logger: Logger
    private let clock: any Model.Clock

    /// - Parameters:
    ///   - guard: decides which addresses may be contacted.
    ///   - userAgent: the value of `User-Agent`, on one line.
    ///   - caFile: a PEM file with certificate authorities that are trusted in addition to the system's.
    ///   - descriptors: the most file descriptors that all connections and attempts to connect take.
    /// - Throws: when `caFile` cannot be read.
    public convenience init(
        guard addressGuard: AddressGuard, userAgent: String, caFile: String?, eventLoopGroup: any EventLoopGroup,
        descriptors: Int = 4_096, logger: Logger
    ) throws {
        var network = Network(caFile: caFile, eventLoopGroup: eventLoopGroup, lookUp: Resolver.system)
        network.descriptors = descriptors
        try self.init(addressGuard: addressGuard, userAgent: userAgent, network: network, logger: logger)
    }

    /// What tests replace: DNS, certificates, the clock.
    struct Network: Sendable {
        var caFile: String?
        var eventLoopGroup: any EventLoopGroup
        var lookUp: Resolver.LookUp
        var resolutionLifetime = Duration.seconds(60)
        var clock: any Model.Clock = SystemClock()
        var descriptors = 4_096
    }

    init(addressGuard: AddressGuard, userAgent: String, network: Network, logger: Logger) throws {
        self.addressGuard = addressGuard
        self.userAgent = userAgent
        self.logger = logger
        clock = network.clock
        pool = try ClientPool(
            addressGuard: addressGuard, caFile: network.caFile, group: network.eventLoopGroup,
            descriptors: network.descriptors)
        resolver = Resolver(lifetime: network.resolutionLifetime, lookUp: network.lookUp)
        networks = PlacesByPurpose { purpose in
            purpose.places(descriptors: network.descriptors).map { total, perNetwork in
                LentPlaces(
                    AsyncSemaphore(limit: total, perKey: perNetwork, waiterLimit: 512, waitersPerKey: 128),
                    overtime: purpose.overtime(descriptors: network.descriptors))
            }
        }
    }

    /// Sends a GET request and returns the response, whatever its status. Redirects are not followed.
    ///
    /// - Parameter purpose: each purpose has its own places. The wait for a place counts against the deadline.
    /// - Throws: `.forbiddenAddress`, `.tooLarge`, `.malformed`, or `.unavailable` when no complete response arrived in
    ///   time.
    public func get(
        _ iri: IRI, headers: [(name: String, value: String)], for purpose: FetchPurpose = .member,
        limitBytes: Int = OutboundClient.limitBytes, deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> OutboundResponse {
        let call = Call(
            method: .GET, iri: iri, headers: headers, body: nil, limitBytes: limitBytes, purpose: purpose)
        var result = await exchange(call, deadline: deadline)
        // The server had closed the kept-alive connection: try once more.
        if case .failure(.closed) = result { result = await exchange(call, deadline: deadline) }
        switch result {
        case .success(let response): return response
        case .failure(.forbiddenAddress): throw .forbiddenAddress(host: iri.authority)
        case .failure(.tooLarge): throw .tooLarge(limit: limitBytes)
        case .failure(.malformed): throw .malformed
        case .failure: throw .unavailable(status: nil)
        }
    }

    /// Sends a POST request. Only the status and the headers of the response are used.
    public func post(
        _ iri: IRI, headers: [(name: String, value: String)], body: [UInt8], for purpose: FetchPurpose = .delivery,
        deadline: ContinuousClock.Instant
    ) async -> PostResult {
        let call = Call(
            method: .POST, iri: iri, headers: headers, body: body, limitBytes: 65_536, purpose: purpose)
        switch await exchange(call, deadline: deadline) {
        case .success(let response):
            let after = response.headers["retry-after"].flatMap {
                RetryAfter.parse($0, now: clock.now.milliseconds)
            }
            return .status(response.status, retryAfter: after, headers: response.headers)
        case .failure(let failure): return .failed(failure)
        }
    }

    /// Whether all addresses of a host, given with its port if any, are in the blocks where plain http is allowed.
    func isOpened(host: String, for purpose: FetchPurpose) async -> Bool {
        guard !addressGuard.insecureBlocks.isEmpty, let (name, _) = Host.split(host, defaultPort: 443),
            let addresses = try? await resolver.addresses(of: name, for: purpose)
        else { return false }
        return addresses.allSatisfy(addressGuard.isOpened)
    }

    /// Closes all connections. Every later request fails.
    public func shutdown() async {
        await pool.shutdown()
        await resolver.shutdown()
    }
}

// MARK: - One request

extension OutboundClient {
    private struct Call: Sendable {
        var method: HTTPMethod
        var iri: IRI
        var headers: [(name: String, value: String)]
        var body: [UInt8]?
        var limitBytes: Int
        var purpose: FetchPurpose
    }

    private func exchange(
        _ call: Call, deadline: ContinuousClock.Instant
    ) async -> Result<OutboundResponse, TransportFailure> {
        do {
            let response = try await withDeadline(deadline) { try await self.perform(call, deadline: deadline) }
            return .success(response)
        } catch {
            let failure = Task.isCancelled ? .cancelled : Self.classify(error)
            logger.debug(
                "request failed",
                metadata: [
                    "peer.host": "\(call.iri.authority)", "http.method": "\(call.method)",
                    "error.kind": "\(failure.rawValue)",
                ])
            return .failure(failure)
        }
    }

    private func perform(_ call: Call, deadline: ContinuousClock.Instant) async throws -> OutboundResponse {
        let request = try makeRequest(call)
        if call.purpose == .strangersKey { try silentHosts.check(call.iri.authority, at: .now) }
        let addresses = try await permittedAddresses(of: call.iri, for: call.purpose)
        guard let address = addresses.first else { throw TransportFailure.notResolved }
        return try await networks.withPlace(network(of: address), call.purpose) {
            guard call.purpose == .strangersKey else {
                return try await self.send(request, call, to: addresses, deadline: deadline)
            }
            return try await self.silentHosts.watching(call.iri.authority) {
                try await self.send(request, call, to: addresses, deadline: deadline)
            }
        }
    }

    /// The network that the limits count. The networks that are opened for tests hold many nodes, so there each
    /// address counts alone.
    private func network(of address: IPAddress) -> CIDRBlock {
        addressGuard.isOpened(address) ? address.subscriber : address.network
    }

    /// Sends the request to the first address that accepts a connection.
    private func send(
        _ request: HTTPClientRequest, _ call: Call, to addresses: [IPAddress], deadline: ContinuousClock.Instant
    ) async throws -> OutboundResponse {
        let host = call.iri.host
        for (position, address) in addresses.prefix(3).enumerated() {
            let route = ClientPool.Route(
                scheme: call.iri.scheme, host: Self.withoutBrackets(host), port: call.iri.port, address: address)
            do {
                return try await pool.withClient(route) { client in
                    try await Self.send(request, call, with: client, deadline: deadline)
                }
            } catch  where Self.classify(error) == .unreachable && position + 1 < min(addresses.count, 3) {
                // Nothing was sent, and the host has another address to try.
                await resolver.demote(address, of: host)
            }
        }
        throw TransportFailure.unreachable
    }

    /// The first check: all addresses of the name must be permitted, not only the one that is used.
    private func permittedAddresses(of iri: IRI, for purpose: FetchPurpose) async throws -> [IPAddress] {
        let host = iri.host
        let isOnlyForOpened = addressGuard.isOnlyForOpened(host)
        if isOnlyForOpened && addressGuard.insecureBlocks.isEmpty { throw TransportFailure.forbiddenAddress }
        let addresses = try await resolver.addresses(of: host, for: purpose)
        for address in addresses {
            let isPermitted =
                isOnlyForOpened
                ? addressGuard.isOpened(address)
                : addressGuard.permits(scheme: iri.scheme, port: iri.port, address: address)
            guard isPermitted else { throw TransportFailure.forbiddenAddress }
        }
        return addresses
    }

    private func makeRequest(_ call: Call) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: call.iri.origin + WireTarget.of(call.iri))
        request.method = call.method
        request.headers.add(name: "user-agent", value: userAgent)
        for (name, value) in call.headers {
            guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw TransportFailure.malformed
            }
            request.headers.add(name: name, value: value)
        }
        if let body = call.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return request
    }

    private static func send(
        _ request: HTTPClientRequest, _ call: Call, with client: HTTPClient, deadline: ContinuousClock.Instant
    ) async throws -> OutboundResponse {
        let left = max(.zero, deadline - .now)
        let answer = try await client.execute(request, deadline: .now() + TimeAmount(left))
        let body = try await read(answer, call)
        return OutboundResponse(
            status: Int(answer.status.code), headers: ResponseHeaders(fields: answer.headers), body: body,
            finalIRI: call.iri)
    }

    /// The body of a GET response must be complete. The body of a POST response is read only so that the connection can
    /// be reused: neither its size nor its slowness changes the result, which is in the head.
    private static func read(_ answer: HTTPClientResponse, _ call: Call) async throws -> [UInt8] {
        guard call.method == .POST else {
            return Array(try await answer.body.collect(upTo: call.limitBytes).readableBytesView)
        }
        // Most inboxes answer without a body. Its end has arrived together with the head, so no deadline is needed.
        if answer.headers.first(name: "content-length") == "0" {
            _ = try? await answer.body.collect(upTo: 0)
            return []
        }
        _ = try? await withDeadline(.now + .seconds(2)) { try await answer.body.collect(upTo: call.limitBytes) }
        return []
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    static func classify(_ error: any Error) -> TransportFailure {
        switch error {
        case let failure as TransportFailure: failure
        case is CancellationError: .cancelled
        case is DeadlinePassed, is SemaphoreError: .timedOut
        case is NIOTooManyBytesError: .tooLarge
        case NIOHTTPDecompression.DecompressionError.limit: .tooLarge
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .insecure
        case is NIOConnectionError: .unreachable
        case let error as ChannelError: Self.classify(channel: error)
        case let error as IOError: Self.sent.contains(error.errnoCode) ? .closed : .unreachable
        case let error as HTTPClientError: Self.classify(client: error)
        default: .malformed
        }
    }

    /// The error codes that mean that there was a connection.
    private static let sent: Set<CInt> = [ECONNRESET, EPIPE]

    private static func classify(channel error: ChannelError) -> TransportFailure {
        switch error {
        case .connectTimeout, .connectPending: .unreachable
        default: .closed
        }
    }

    private static func classify(client error: HTTPClientError) -> TransportFailure {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout: .unreachable
        case .remoteConnectionClosed, .uncleanShutdown: .closed
        case .cancelled, .alreadyShutdown, .requestStreamCancelled: .cancelled
        default: .malformed
        }
    }
}

/// The path and query of the request line, exactly as they are sent and signed.
enum WireTarget {
    /// `IRI.requestTarget`, with square brackets and percent signs that begin no valid escape encoded. A strict URL
    /// parser in the HTTP client would otherwise rewrite them after the request was signed.
    static func of(_ iri: IRI) -> String {
        let target = iri.requestTarget
        guard target.utf8.contains(where: isRewritten) else { return target }
        let bytes = Array(target.utf8)
        var written: [UInt8] = []
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "]"): PercentEncoding.append(byte, to: &written)
            case UInt8(ascii: "%") where !isOctet(bytes.dropFirst(position + 1).prefix(2)):
                PercentEncoding.append(byte, to: &written)
            default: written.append(byte)
            }
        }
        return String(decoding: written, as: UTF8.self)
    }

    private static func isRewritten(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    private static func isOctet(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.count == 2 && digits.allSatisfy { Hexadecimal.value(of: $0) != nil }
    }
}
