// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPAddresses

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "an address is read and printed in its usual spelling",
        arguments: [
            ("1.2.3.4", "1.2.3.4"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
            ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:127.0.0.1", "127.0.0.1"), ("::ffff:7f00:1", "127.0.0.1"), ("::127.0.0.1", "::127.0.0.1"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func spellings(text: String, printed: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == printed)
        #expect(IPAddress(printed) == address)
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(address.bytes.count == (printed.contains(":") ? 16 : 4))
    }

    @Test(
        "a spelling that is no plain address is not read as one",
        arguments: [
            "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "①②⑦.⓪.⓪.①", "[127.0.0.1]", "[::1%25lo]",
            "fe80::1%lo", "", "1.2.3", "1.2.3.4.5", "::1::", "256.0.0.1", " 127.0.0.1", "[]", "[", "1.2.3.4:99",
            "nonsense", "[::1", "::1]", String(repeating: "0", count: 46),
        ])
    func noAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("bytes are an address when there are four or sixteen of them", arguments: 0...20)
    func counts(count: Int) {
        #expect((IPAddress(bytes: [UInt8](repeating: 9, count: count)) != nil) == (count == 4 || count == 16))
    }

    @Test("an IPv4 address is never equal to an IPv6 one with the same number")
    func families() throws {
        let (short, long) = (try #require(IPAddress("0.0.0.1")), try #require(IPAddress("::1")))
        #expect(short != long)
        #expect(short.isIPv4 && !long.isIPv4)
    }

    @Test(
        "a subscriber is one IPv4 address or a network of 64 bits",
        arguments: [
            ("1.2.3.4", "1.2.3.4/32"), ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"), ("::1", "::/64"),
            ("::ffff:1.2.3.4", "1.2.3.4/32"),
        ])
    func subscriber(text: String, block: String) throws {
        #expect(try #require(IPAddress(text)).subscriber.description == block)
    }
}

@Suite("CIDR blocks")
struct CIDRBlockTests {
    @Test(
        "a block is read when its address has no bits after the prefix",
        arguments: [
            ("127.0.0.0/8", "127.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"), ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"), ("::ffff:127.0.0.0/104", "127.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"),
            ("127.0.0.1/8", nil), ("10.0.0.0/33", nil), ("10.0.0.0/", nil), ("10.0.0.0/-1", nil), ("10.0.0.0/+8", nil),
            ("fd00::/129", nil), ("ten/8", nil), ("", nil), ("/8", nil), ("/", nil), ("::ffff:127.0.0.0/8", nil),
            ("1.2.3", nil), ("1.2.3.4/8/8", nil), ("::1/0", nil), ("10.0.0.0/99999999999999999999", nil),
        ] as [(String, String?)])
    func spellings(text: String, read: String?) {
        #expect(CIDRBlock(text)?.description == read)
    }

    @Test(
        "a block holds the addresses of its prefix and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true), ("::1", "::1", true),
            ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::", false), ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("::/0", "ff::1", true),
            ("::/0", "1.2.3.4", false), ("172.16.0.0/12", "172.15.255.255", false),
            ("172.16.0.0/12", "172.16.0.0", true), ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false), ("172.16.0.0/12", "::ac10:1", false),
            ("172.16.0.0/12", "::ffff:172.16.0.1", true),
        ])
    func members(block: String, address: String, isInside: Bool) throws {
        let block = try #require(CIDRBlock(block))
        #expect(block.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test("every block holds its first address, its last one, and neither neighbour", arguments: 1...128)
    func edges(length: Int) throws {
        let address = try #require(IPAddress("aaaa:5555:aaaa:5555:aaaa:5555:aaaa:5555"))
        let block = CIDRBlock(holding: address, prefixLength: length)
        let size = UInt128(1) << (128 - length)
        func neighbour(_ bits: UInt128) -> IPAddress { IPAddress(isIPv4: false, bits: bits) }
        #expect(block.contains(address) && block.contains(block.base))
        #expect(block.contains(neighbour(block.base.bits &+ (size - 1))))
        #expect(!block.contains(neighbour(block.base.bits &+ size)))
        #expect(!block.contains(neighbour(block.base.bits &- 1)))
        #expect(CIDRBlock(block.description) == block)
    }

    @Test(
        "an address belongs to a network of a hosting company: 24 bits of IPv4, 48 of IPv6",
        arguments: [
            ("203.0.113.77", "203.0.113.0/24"), ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ])
    func network(address: String, network: String) throws {
        #expect(try #require(IPAddress(address)).network.description == network)
    }

    @Test("this machine is the loopback network of both families")
    func loopback() {
        #expect(CIDRBlock.loopback.map(\.description) == ["127.0.0.0/8", "::1/128"])
    }
}
