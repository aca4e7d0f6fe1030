// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// The number of a machine: an IPv4 or IPv6 address without port or zone.
///
/// An IPv4 address inside IPv6 (`::ffff:0:0/96`) is the IPv4 address, so that no rule can be passed in that disguise.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four or sixteen, in network order.
    public let bytes: [UInt8]

    /// - Parameter bytes: four or sixteen, in network order; `nil` for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let isMapped = bytes.count == 16 && bytes.prefix(12).elementsEqual(Self.mappedPrefix)
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// Reads four plain decimal numbers or an IPv6 address, with or without brackets; no other spelling, no zone.
    public init?(_ text: some StringProtocol) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let plain = isBracketed ? String(text.dropFirst().dropLast()) : String(text)
        guard plain.utf8.count <= 45 else { return nil }
        let family = plain.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard !(isBracketed && family == AF_INET), inet_pton(family, plain, &bytes) == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// The address of a socket; `nil` for a socket in the file system.
    init?(_ address: SocketAddress) {
        // Safe: sockaddr_in and sockaddr_in6 are at least 16 and 28 bytes; their addresses begin at 4 and 8.
        let bytes: [UInt8]? =
            switch address {
            case .v4: address.withSockAddr { start, _ in Self.copy(start, from: 4, count: 4) }
            case .v6: address.withSockAddr { start, _ in Self.copy(start, from: 8, count: 16) }
            case .unixDomainSocket: nil
            }
        guard let bytes else { return nil }
        self.init(bytes: bytes)
    }

    /// As programs print it; IPv6 without brackets.
    public var description: String {
        var text = [CChar](repeating: 0, count: 64)
        let family = isIPv4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var isIPv4: Bool { bytes.count == 4 }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func copy(_ start: UnsafePointer<sockaddr>, from offset: Int, count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(start) + offset, count: count))
    }
}

/// A range of addresses: `127.0.0.0/8`, `fd00::/8`, or one address.
public struct NetworkBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address.
    public let base: NetworkAddress
    /// How many leading bits all its addresses share.
    public let prefixLength: Int

    /// Reads `address/bits`, or an address alone.
    ///
    /// - Returns: `nil` when bits after the prefix are set: the writer meant another block than the one that is named.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = NetworkAddress(first) else { return nil }
        var length = base.bytes.count * 8
        if parts.count == 2 {
            guard let written = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                return nil
            }
            // A block of IPv4 addresses that was written in IPv6.
            length = base.isIPv4 && first.contains(":") ? written - 96 : written
        }
        guard (0...base.bytes.count * 8).contains(length), Self.isZero(base.bytes, after: length) else { return nil }
        self.base = base
        prefixLength = length
    }

    /// Whether the address is one of them.
    public func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = prefixLength / 8
        for position in 0..<whole where address.bytes[position] != base.bytes[position] { return false }
        let rest = prefixLength % 8
        // Safe: with a rest the prefix is shorter than the address, so there is a byte at `whole`.
        return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> (8 - rest) == 0
    }

    /// `address/bits`.
    public var description: String { "\(base)/\(prefixLength)" }

    private static func isZero(_ bytes: [UInt8], after length: Int) -> Bool {
        for position in bytes.indices {
            let kept = min(max(length - position * 8, 0), 8)
            if bytes[position] & UInt8(truncatingIfNeeded: 0xFF >> kept) != 0 { return false }
        }
        return true
    }
}
