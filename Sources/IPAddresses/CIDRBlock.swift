// SPDX-License-Identifier: Apache-2.0

/// A range of addresses with a common prefix: `127.0.0.0/8`, `fd00::/8`, or one address.
public struct CIDRBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address.
    public let base: IPAddress
    /// How many leading bits all its addresses share.
    public let prefixLength: Int

    /// This machine.
    public static let loopback = ["127.0.0.0/8", "::1"].compactMap { CIDRBlock($0) }

    /// Reads `address/bits`, or an address alone.
    ///
    /// - Returns: `nil` when bits after the prefix are set: the writer meant another block than the one that is named.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        var length = base.bitCount
        if parts.count == 2 {
            guard let written = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                return nil
            }
            // A block of IPv4 addresses that was written in IPv6.
            length = base.isIPv4 && first.contains(":") ? written - 96 : written
        }
        guard (0...base.bitCount).contains(length) else { return nil }
        self.init(holding: base, prefixLength: length)
        guard self.base == base else { return nil }
    }

    /// The block with this many common bits that an address lies in.
    ///
    /// - Parameter prefixLength: from 0 to the address's number of bits.
    init(holding address: IPAddress, prefixLength: Int) {
        let rest = address.bitCount - prefixLength
        // A shift by all 128 bits gives 0, as it should.
        base = IPAddress(isIPv4: address.isIPv4, bits: (address.bits >> rest) << rest)
        self.prefixLength = prefixLength
    }

    /// Whether the address is one of them.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == base.isIPv4 && (address.bits ^ base.bits) >> (base.bitCount - prefixLength) == 0
    }

    /// `address/bits`.
    public var description: String { "\(base)/\(prefixLength)" }
}
