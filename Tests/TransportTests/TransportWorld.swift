// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import IPAddresses
import Logging
import Model
import NIOPosix
import Synchronization
import TestSupport
import Vocabulary

@testable import Transport

/// A clock that only moves when the test advances it.
final class MovableClock: Model.Clock {
    private let instant: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(1_800_000_000_000)) {
        instant = Mutex(start)
    }

    var now: Timestamp { instant.withLock { $0 } }

    func move(by duration: Duration) {
        instant.withLock { $0 = $0 + duration }
    }
}

/// A table of host names. Each look-up takes the next list of addresses; the last list is used again.
final class NameTable: Sendable {
    private let answers: Mutex<[String: [[String]]]>

    init(_ answers: [String: [[String]]] = [:]) {
        self.answers = Mutex(answers)
    }

    @Sendable func lookUp(_ host: String) throws -> [IPAddress] {
        let texts = answers.withLock { answers in
            let list = answers[host] ?? []
            if list.count > 1 { answers[host] = Array(list.dropFirst()) }
            return list.first
        }
        guard let texts else { throw TransportFailure.notResolved }
        return texts.compactMap { IPAddress($0) }
    }
}

/// An outbound client for which `127.0.0.0/16` is open and the rest of the loopback network is forbidden.
enum TransportWorld {
    static let opened = ["127.0.0.0/16"]

    static func client(
        names: NameTable = NameTable(), opened: [String] = opened, clock: any Model.Clock = SystemClock(),
        resolutionLifetime: Duration = .seconds(60)
    ) throws -> OutboundClient {
        let network = OutboundClient.Network(
            caFile: nil, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, lookUp: names.lookUp,
            resolutionLifetime: resolutionLifetime, clock: clock)
        return try OutboundClient(
            addressGuard: AddressGuard(insecureBlocks: opened.compactMap { CIDRBlock($0) }),
            userAgent: "Troquet/test",
            network: network, logger: .silent)
    }

    /// Calls `body` with a client, and always shuts it down afterwards.
    static func withClient(
        _ client: OutboundClient, _ body: (OutboundClient) async throws -> Void
    ) async throws {
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    /// A key for tests, generated once.
    static let key: PrivateKey? = try? PrivateKey.generateRSA()

    static let activityType = "application/activity+json"

    /// Whether the request is signed with ``key`` for this authority.
    static func isSigned(_ request: LoopbackRequest, authority: String, target: String? = nil, now: Timestamp) -> Bool {
        let head = RequestHead(
            method: request.method, target: target ?? request.target, authority: authority, scheme: "http",
            headers: request.headers)
        let body = request.method == "GET" ? nil : request.body
        let verifier = Verifier(authority: authority, scheme: "http")
        guard let key, let parsed = try? verifier.parse(head, body: body, now: now.milliseconds) else { return false }
        return verifier.verify(parsed, key: key.publicKey)
    }
}

extension ContinuousClock.Instant {
    static func after(_ duration: Duration) -> Self { .now + duration }
}
