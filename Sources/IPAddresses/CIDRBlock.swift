// SPDX-License-Identifier: Apache-2.0

/// A range of addresses with a common prefix, such as `127.0.0.0/8` or `fd00::/8`, or one address.
public struct CIDRBlock: Hashable, Sendable, CustomStringConvertible {
    /// The first address.
    public let base: IPAddress
    /// The number of leading bits that all addresses of the block share.
    public let prefixLength: Int

    /// The loopback addresses.
    public static let loopback = ["127.0.0.0/8", "::1"].compactMap { CIDRBlock($0) }

    /// Parses `address/bits` or a single address.
    ///
    /// - Returns: `nil` for invalid text, and when bits after the prefix are set, because it is then unclear which
    ///   block was meant.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        var length = base.bitCount
        if parts.count == 2 {
            guard let written = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                return nil
            }
            // This is a block of IPv4 addresses in IPv6 notation, so its prefix is 96 bits longer.
            length = base.isIPv4 && first.contains(":") ? written - 96 : written
        }
        guard (0...base.bitCount).contains(length) else { return nil }
        self.init(holding: base, prefixLength: length)
        guard self.base == base else { return nil }
    }

    /// The block with this prefix length that contains an address.
    ///
    /// - Parameter prefixLength: from 0 to the number of bits of the address.
    init(holding address: IPAddress, prefixLength: Int) {
        let rest = address.bitCount - prefixLength
        // Shifting by all 128 bits gives 0, which is correct here.
        base = IPAddress(isIPv4: address.isIPv4, bits: (address.bits >> rest) << rest)
        self.prefixLength = prefixLength
    }

    /// Whether the block contains the address.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == base.isIPv4 && (address.bits ^ base.bits) >> (base.bitCount - prefixLength) == 0
    }

    /// The block as `address/bits`.
    public var description: String { "\(base)/\(prefixLength)" }
}
