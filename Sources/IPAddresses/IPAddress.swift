// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// An IPv4 or IPv6 address without port or zone.
///
/// An IPv4-mapped IPv6 address (`::ffff:0:0/96`) is treated as the IPv4 address, so that it cannot bypass rules for
/// IPv4.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether the address has 32 bits (IPv4) and not 128 bits (IPv6).
    public let isIPv4: Bool
    /// The address as a number; IPv4 uses the low 32 bits.
    let bits: UInt128

    private static let mappedPrefix: UInt128 = 0xFFFF

    /// Makes an address from its bytes.
    ///
    /// - Parameter bytes: 4 or 16 bytes in network order; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let number = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let isMapped = bytes.count == 16 && number >> 32 == Self.mappedPrefix
        isIPv4 = bytes.count == 4 || isMapped
        bits = isMapped ? number & 0xFFFF_FFFF : number
    }

    init(isIPv4: Bool, bits: UInt128) {
        self.isIPv4 = isIPv4
        self.bits = bits
    }

    /// Parses four plain decimal numbers, or an IPv6 address with or without brackets. Other notations and zones are
    /// refused.
    public init?(_ text: some StringProtocol) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let plain = isBracketed ? String(text.dropFirst().dropLast()) : String(text)
        guard plain.utf8.count <= 45 else { return nil }
        let family = plain.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard !(isBracketed && family == AF_INET), inet_pton(family, plain, &bytes) == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// The number of bits of the address: 32 or 128.
    var bitCount: Int { isIPv4 ? 32 : 128 }

    /// The 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        stride(from: bitCount - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> $0) }
    }

    /// The block that belongs to one network subscriber: a single IPv4 address, or the first 64 bits of an IPv6
    /// address.
    ///
    /// Rate limits count per subscriber block, because a subscriber can send from every address of the block.
    public var subscriber: CIDRBlock { CIDRBlock(holding: self, prefixLength: isIPv4 ? 32 : 64) }

    /// The network in which the address is: the first 24 bits of an IPv4 address, or 48 bits of an IPv6 address.
    ///
    /// A customer of a hosting company can often use many addresses of such a network.
    public var network: CIDRBlock { CIDRBlock(holding: self, prefixLength: isIPv4 ? 24 : 48) }

    /// The usual notation; IPv6 without brackets.
    public var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
