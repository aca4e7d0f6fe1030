// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
public import IPAddresses
public import NIOCore
internal import TextEncoding

/// Finds the address of the client when there are proxies between it and this node.
public struct ClientAddress: Sendable {
    private let trusted: [CIDRBlock]

    /// - Parameter trusted: the proxies whose `X-Forwarded-For` is trusted. The header is ignored from all others,
    ///   because a client can write anything in it.
    public init(trusted: [CIDRBlock]) {
        self.trusted = trusted
    }

    /// The last address in the chain that is not a trusted proxy.
    public func resolve(_ request: Request, peer: SocketAddress?) -> String? {
        resolve(forwardedFor: request.headers[values: Self.forwardedFor], peer: peer)
    }

    /// The last address in the chain that is not a trusted proxy.
    ///
    /// - Parameter forwardedFor: the values of `X-Forwarded-For`.
    func resolve(forwardedFor values: [String], peer: SocketAddress?) -> String? {
        guard let direct = peer?.ipAddress else { return nil }
        guard !trusted.isEmpty, isTrusted(direct) else { return direct }
        var nearest = direct
        let hops = values.flatMap { $0.split(separator: ",") }
        for hop in hops.suffix(20).reversed() {
            guard let address = IPAddress(hop.trimmingSpaces) else { break }
            nearest = address.description
            guard trusted.contains(where: { $0.contains(address) }) else { break }
        }
        return nearest
    }

    /// The network of a client that asks for a WebSocket; see ``NodeContext/network``.
    public func network(of request: WebSocketRequest) -> String? {
        resolve(forwardedFor: request.forwardedFor, peer: request.peer).flatMap { IPAddress($0) }?.subscriber
            .description
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return trusted.contains { $0.contains(address) }
    }

    private static let forwardedFor = HTTPField.Name("x-forwarded-for") ?? .from
}
