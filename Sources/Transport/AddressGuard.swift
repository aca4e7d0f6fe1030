// SPDX-License-Identifier: Apache-2.0

public import IPAddresses

// Every outgoing connection is checked twice. The first check comes when a name was resolved: all of its addresses must
// be permitted. The second comes when the socket is connected: the address that it reached must be permitted. The
// second check protects against a DNS name that changes between the two (DNS rebinding).

/// Decides which addresses this node may contact: public ones, over https.
///
/// Spec: the IANA registries of special-purpose IPv4 and IPv6 addresses; RFC 6761 for the names.
public struct AddressGuard: Sendable {
    /// The blocks where plain http, any port and otherwise forbidden addresses are allowed, for tests.
    public let insecureBlocks: [CIDRBlock]

    /// - Parameter insecureBlocks: blocks without restrictions. They change nothing for addresses outside of them.
    public init(insecureBlocks: [CIDRBlock] = []) {
        self.insecureBlocks = insecureBlocks
    }

    /// Whether the address is in one of the insecure blocks.
    public func isOpened(_ address: IPAddress) -> Bool {
        insecureBlocks.contains { $0.contains(address) }
    }

    /// Whether the address may be contacted at all.
    public func permits(_ address: IPAddress) -> Bool {
        isOpened(address) || Self.isPublic(address)
    }

    /// Whether the address may be contacted with this scheme and port.
    ///
    /// Outside of the insecure blocks only https is permitted, on port 443 or on a port above 1023 that belongs to no
    /// other known service.
    public func permits(scheme: String, port: Int, address: IPAddress) -> Bool {
        if isOpened(address) { return true }
        return scheme == "https" && Self.isWebPort(port) && Self.isPublic(address)
    }

    /// Whether a host with this name is permitted only inside the insecure blocks. This is so for IP addresses in place
    /// of a name, and for names that mean this machine, the local network or another network.
    func isOnlyForOpened(_ host: String) -> Bool {
        if IPAddress(host) != nil { return true }
        return Self.inwardNames.contains { host == $0 || host.hasSuffix("." + $0) }
    }

    private static let inwardNames = ["localhost", "local", "onion", "internal", "home.arpa", "alt", "invalid"]

    static func isPublic(_ address: IPAddress) -> Bool {
        guard address.isIPv4 else {
            return globalIPv6.contains { $0.contains(address) } && !specialIPv6.contains { $0.contains(address) }
        }
        return !specialIPv4.contains { $0.contains(address) }
    }

    private static func isWebPort(_ port: Int) -> Bool {
        port == 443 || (port >= 1024 && !otherServices.contains(port))
    }

    /// Ports above 1023 of services that an https request could harm, or whose response could leak information.
    private static let otherServices: Set<Int> = [
        1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
        5672, 5900, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 7001, 8086, 8500, 9042,
        9092, 9200, 9300, 10080, 10250, 11211, 15672, 27017,
    ]

    private static let specialIPv4 = blocks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ])

    /// The only IPv6 block for public unicast addresses.
    private static let globalIPv6 = blocks(["2000::/3"])

    /// Blocks inside it that are not public: protocols and tunnels, documentation, benchmarks, AS112.
    private static let specialIPv6 = blocks([
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ])

    private static func blocks(_ texts: [String]) -> [CIDRBlock] { texts.compactMap { CIDRBlock($0) } }
}
