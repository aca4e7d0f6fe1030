// SPDX-License-Identifier: Apache-2.0

import IPAddresses
import Testing
import Vocabulary

@testable import Transport

@Suite("Address guard")
struct AddressGuardTests {
    @Test(
        "an address that is not public is refused",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.31.196.1",
            "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255",
            "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1",
            "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1",
            "2001:db8::1", "2002:7f00:1::", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1",
            "fe80::1", "fec0::1", "ff02::1", "4000::1",
        ])
    func refused(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!AddressGuard().permits(address))
        #expect(!AddressGuard().permits(scheme: "https", port: 443, address: address))
    }

    @Test(
        "a public address is permitted",
        arguments: [
            "1.1.1.1", "5.5.5.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
            "223.255.255.255", "::ffff:5.5.5.1", "2001:200::1", "2606:4700::1111", "2a01:4f8::1",
        ])
    func permitted(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard().permits(address))
    }

    @Test(
        "a public address is spoken to over https at a port of the web",
        arguments: [
            ("https", 443, true), ("https", 8443, true), ("https", 3000, true), ("https", 65_535, true),
            ("http", 80, false), ("http", 443, false), ("https", 80, false), ("https", 22, false), ("https", 25, false),
            ("https", 1023, false), ("https", 6379, false), ("https", 5432, false), ("ftp", 443, false),
        ])
    func ways(scheme: String, port: Int, isPermitted: Bool) throws {
        let address = try #require(IPAddress("5.5.5.1"))
        #expect(AddressGuard().permits(scheme: scheme, port: port, address: address) == isPermitted)
    }

    @Test("an opened block allows everything inside it and nothing beside it")
    func opened() throws {
        let block = try #require(CIDRBlock("127.0.1.0/24"))
        let addressGuard = AddressGuard(insecureBlocks: [block])
        let inside = try #require(IPAddress("127.0.1.9"))
        let disguised = try #require(IPAddress("::ffff:127.0.1.9"))
        let beside = try #require(IPAddress("127.0.2.1"))
        #expect(addressGuard.permits(scheme: "http", port: 6379, address: inside))
        #expect(addressGuard.permits(scheme: "http", port: 80, address: disguised))
        #expect(!addressGuard.permits(scheme: "http", port: 80, address: beside))
        #expect(!addressGuard.permits(beside))
    }

    @Test(
        "an odd spelling of this machine is no identifier at all",
        arguments: [
            "https://[::1%25lo]/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
            "https://localhost./", "https://①②⑦.⓪.⓪.①/", "unix:/var/run/x", "https://user@5.5.5.1/",
            "https://evil.test/\r\nHost: x", "file:///etc/passwd", "gopher://evil.test/", "data:text/html,x",
        ])
    func identifiers(text: String) {
        #expect(IRI(text) == nil)
    }

    @Test(
        "a host that is an address, or a name for what is near, needs an opened block",
        arguments: [
            ("localhost", true), ("a.localhost", true), ("printer.local", true), ("x.onion", true),
            ("metadata.internal", true), ("router.home.arpa", true), ("127.0.0.1", true), ("5.5.5.1", true),
            ("[2606:4700::1111]", true), ("peer.test", false), ("notlocalhost", false), ("local.example", false),
        ])
    func names(host: String, isOnlyForOpened: Bool) {
        #expect(AddressGuard().isOnlyForOpened(host) == isOnlyForOpened)
    }
}
