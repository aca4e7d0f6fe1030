// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// An IPv4 or IPv6 address without port or zone.
///
/// An IPv4 address inside IPv6 (`::ffff:0:0/96`) is the IPv4 address, so that no rule can be passed in that disguise.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether it has 32 bits; otherwise it has 128.
    public let isIPv4: Bool
    /// The address as a number, in the low 32 bits or in all of them.
    let bits: UInt128

    private static let mappedPrefix: UInt128 = 0xFFFF

    /// - Parameter bytes: four or sixteen, in network order; `nil` for any other count.
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

    /// How many bits the address has: 32 or 128.
    var bitCount: Int { isIPv4 ? 32 : 128 }

    /// Four or sixteen, in network order.
    public var bytes: [UInt8] {
        stride(from: bitCount - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> $0) }
    }

    /// The addresses that one subscriber of a network has: an IPv4 address alone, or the first 64 bits of an IPv6 one.
    ///
    /// Limits count by this, because a subscriber can send from any address of the block.
    public var subscriber: CIDRBlock { CIDRBlock(holding: self, prefixLength: isIPv4 ? 32 : 64) }

    /// As programs print it; IPv6 without brackets.
    public var description: String {
        var text = [CChar](repeating: 0, count: 64)
        guard inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
