// SPDX-License-Identifier: Apache-2.0

import Glibc
internal import HTTPTypes
public import Hummingbird
public import NIOCore
internal import TextEncoding

/// An IPv4 or IPv6 address as bytes.
struct AddressBytes: Hashable {
    /// 4 or 16 of them; an IPv4 address written as IPv6 has 4.
    let bytes: [UInt8]

    init?(_ text: some StringProtocol) {
        var buffer = [UInt8](repeating: 0, count: 16)
        let text = String(text)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Array(buffer.prefix(4))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            let isMapped = buffer.prefix(10).allSatisfy { $0 == 0 } && buffer[10] == 0xFF && buffer[11] == 0xFF
            bytes = isMapped ? Array(buffer.suffix(4)) : buffer
        } else {
            return nil
        }
    }

    /// What limits count by: the whole of an IPv4 address, the first 64 bits of an IPv6 one, since one subscriber has
    /// all the others.
    var network: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

/// A range of addresses: `10.0.0.0/8`, `::1`, `fd00::/8`.
public struct AddressBlock: Sendable, Hashable {
    private let bytes: [UInt8]
    private let bits: Int

    /// - Parameter text: an address, with or without the length of its prefix.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = AddressBytes(first) else { return nil }
        bytes = address.bytes
        guard let length = parts.dropFirst().first else {
            bits = address.bytes.count * 8
            return
        }
        guard let bits = Int(length), (0...(address.bytes.count * 8)).contains(bits) else { return nil }
        self.bits = bits
    }

    /// This machine.
    public static let loopback: [AddressBlock] = ["127.0.0.0/8", "::1"].compactMap { AddressBlock($0) }

    func contains(_ address: AddressBytes) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        let whole = bits / 8
        guard address.bytes.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
        guard bits % 8 != 0 else { return true }
        // Safe: a length that is no multiple of eight is smaller than the whole, so the byte is there.
        return (address.bytes[whole] ^ bytes[whole]) >> (8 - bits % 8) == 0
    }
}

/// Whose request it is when proxies stand in between.
public struct ClientAddress: Sendable {
    private let trusted: [AddressBlock]

    /// - Parameter trusted: proxies whose `X-Forwarded-For` is believed. Everybody else's is ignored: it is text that the
    ///   sender chose.
    public init(trusted: [AddressBlock]) {
        self.trusted = trusted
    }

    /// The last address of the chain that no trusted proxy has.
    public func resolve(_ request: Request, peer: SocketAddress?) -> String? {
        guard let direct = peer?.ipAddress else { return nil }
        guard !trusted.isEmpty, isTrusted(direct) else { return direct }
        var nearest = direct
        let hops = request.headers[values: Self.forwardedFor].flatMap { $0.split(separator: ",") }
        for hop in hops.suffix(20).reversed() {
            let text = String(hop.trimmingSpaces)
            guard AddressBytes(text) != nil else { break }
            nearest = text
            guard isTrusted(text) else { break }
        }
        return nearest
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = AddressBytes(text) else { return false }
        return trusted.contains { $0.contains(address) }
    }

    private static let forwardedFor = HTTPField.Name("x-forwarded-for") ?? .from
}
