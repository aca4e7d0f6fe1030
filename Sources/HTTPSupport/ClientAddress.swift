// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
public import IPAddresses
public import NIOCore
internal import TextEncoding

/// Whose request it is when proxies stand in between.
public struct ClientAddress: Sendable {
    private let trusted: [CIDRBlock]

    /// - Parameter trusted: proxies whose `X-Forwarded-For` is believed. Everybody else's is ignored: it is text that the
    ///   sender chose.
    public init(trusted: [CIDRBlock]) {
        self.trusted = trusted
    }

    /// The last address of the chain that no trusted proxy has.
    public func resolve(_ request: Request, peer: SocketAddress?) -> String? {
        guard let direct = peer?.ipAddress else { return nil }
        guard !trusted.isEmpty, isTrusted(direct) else { return direct }
        var nearest = direct
        let hops = request.headers[values: Self.forwardedFor].flatMap { $0.split(separator: ",") }
        for hop in hops.suffix(20).reversed() {
            guard let address = IPAddress(hop.trimmingSpaces) else { break }
            nearest = address.description
            guard trusted.contains(where: { $0.contains(address) }) else { break }
        }
        return nearest
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return trusted.contains { $0.contains(address) }
    }

    private static let forwardedFor = HTTPField.Name("x-forwarded-for") ?? .from
}
