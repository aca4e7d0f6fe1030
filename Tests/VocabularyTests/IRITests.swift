// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

@Suite("IRI")
struct IRITests {
    @Test(
        "a spelling becomes one normal form",
        arguments: [
            ("https://node.example/users/ana", "https://node.example/users/ana"),
            ("HTTPS://NODE.Example/Users/Ana", "https://node.example/Users/Ana"),
            ("https://node.example:443/x", "https://node.example/x"), ("http://node.example:80", "http://node.example"),
            ("http://node.example:443/", "http://node.example:443/"),
            ("https://node.example:8443/x?a=b#c", "https://node.example:8443/x?a=b#c"),
            ("https://node.example?x", "https://node.example?x"),
            ("https://node.example#main-key", "https://node.example#main-key"),
            ("http://localhost:3000/a", "http://localhost:3000/a"), ("https://192.0.2.7/x", "https://192.0.2.7/x"),
            ("http://192.0.2.7:8080/x#y", "http://192.0.2.7:8080/x#y"),
            ("https://0.0.0.255:9/", "https://0.0.0.255:9/"), ("https://node.example:80", "https://node.example:80"),
            ("https://[2001:DB8:0:0:0:0:0:1]/x", "https://[2001:db8::1]/x"),
            ("https://[::ffff:192.0.2.1]:8080/", "https://[::ffff:c000:201]:8080/"),
            ("https://[::]/", "https://[::]/"), ("https://[1:0:0:2:0:0:0:3]/", "https://[1:0:0:2::3]/"),
            ("https://[1:2:3:4:5:6:7:0]/", "https://[1:2:3:4:5:6:7:0]/"),
            ("https://bücher.example/ü", "https://xn--bcher-kva.example/ü"),
            ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
            ("https://straße.example/", "https://xn--strae-oqa.example/"),
            ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
            ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
            ("https://a_b.example/", "https://a_b.example/"), ("https://e.test/a@b:c", "https://e.test/a@b:c"),
            ("https://e.test/#@victim.test", "https://e.test/#@victim.test"),
            ("https://e.test/a%2Fb%00", "https://e.test/a%2Fb%00"),
            ("https://e.test//x/../y", "https://e.test//x/../y"),
            ("https://e.test/見出し", "https://e.test/見出し"), ("https://8.example/", "https://8.example/"),
            ("https://0xcafe.example/", "https://0xcafe.example/"),
        ])
    func normalises(spelling: String, normal: String) {
        #expect(IRI(spelling)?.string == normal)
        #expect(IRI(normal)?.string == normal)
    }

    @Test(
        "a spelling that two readers could understand differently is refused",
        arguments: [
            "", "node.example", "/users/ana", "//victim.test/x", "https:", "https:/victim.test", "https:victim.test",
            "https:///victim.test", "https://", "https:///", "https://?x", "https://#x", "https://:443/",
            "ftp://victim.test/", "javascript:alert(1)", "data:text/html,x", "acct:a@b.test", "did:key:z6Mk",
            "https//victim.test", "https;//victim.test/", " https://victim.test/", "https://victim.test/ ",
            "https://ana@victim.test/", "https://ana:pw@victim.test/", "https://victim.test@evil.test/",
            "https://victim.test:000443@evil.test/", "https://a@b@c.test/", "https://@victim.test/",
            "https://victim.test:0/", "https://victim.test:65536/", "https://victim.test:000443/",
            "https://victim.test:/", "https://victim.test:8a/", "https://victim.test:8:9/", "https://192.0.2.256/",
            "https://192.0.2.07/", "https://192.0.2/", "https://192.0.2.7.8/", "https://192.0.2./", "https://a..test/x",
            "https://victim.test:-1/", "https://victim.test:+443/",
            "https://victim.test:443x/",
            "https://victim.test:99999999999999999999/", "https://victim.test:80:80/", "https://victim.test:４４３/",
            "https://victim.test./", "https://.victim.test/", "https://victim..test/", "https://./", "https://../",
            "https://victim%2etest/", "https://%76ictim.test/", "https://victim.test%00.evil.test/",
            "https://victim.test\\@evil.test/", "https:\\\\victim.test\\x", "https://victim.test\\x",
            "https://e.test/a\\b",
            "https://victim test/", "https://victim.test/a b", "https://victim.test/\t", "https://victim.test/\n",
            "https://victim\n.test/", "https://victim\t.test/", "https://victim.test/\0", "https://victim.test/\u{7F}",
            "https://victim.test/\u{85}", "https://victim.test/\u{A0}", "https://victim.test/\u{2028}",
            "https://victim.test/\u{202E}gpj", "https://victim.test/\u{200B}", "https://victim.test/\u{FEFF}",
            "https://vic\u{200D}tim.test/", "https://vic\u{AD}tim.test/", "https://victim。test/",
            "https://victim．test/",
            "https://ｖictim.test/", "https://vi\u{FB01}tim.test/", "https://victim.test\u{FF0F}x/", "https://a／b.test/",
            "https://-victim.test/", "https://victim-.test/", "https://vic!tim.test/", "https://vic*tim.test/",
            "https://{foo:/", "https://<victim>.test/", "https://☃.test/", "https://2130706433/", "https://0x7f000001/",
            "https://0x7f.1/", "https://017700000001/", "https://127.1/", "https://127.0.0.01/", "https://127.0.0.256/",
            "https://127.0.0.1.1/", "https://1.2.3.0x4/", "https://victim.0x1/", "https://victim.127/", "https://[::1/",
            "https://::1/", "https://[::1%25eth0]/", "https://[::1%eth0]/", "https://[]/", "https://[:]/",
            "https://[:::]/", "https://[::1::]/", "https://[1:2:3:4:5:6:7]/", "https://[1:2:3:4:5:6:7:8:9]/",
            "https://[1:2:3:4:5:6:7:8::]/", "https://[12345::]/", "https://[::g]/", "https://[::1]x/",
            "https://[::1]x:80/",
            "https://[::127.0.0.01]/", "https://[1.2.3.4::]/", "https://[v1.x]/", "https://[victim.test]/",
            "https://[::1]]/",
        ])
    func refuses(spelling: String) {
        #expect(IRI(spelling) == nil)
    }

    @Test("an identifier is at most 2048 bytes, a host 253, a label 63")
    func lengths() {
        let base = "https://e.test/"
        #expect(IRI(base + String(repeating: "x", count: 2048 - base.utf8.count)) != nil)
        #expect(IRI(base + String(repeating: "x", count: 2049 - base.utf8.count)) == nil)
        #expect(IRI(base + String(repeating: "x", count: 70_000)) == nil)
        #expect(IRI("https://" + String(repeating: "a", count: 63) + ".test/") != nil)
        #expect(IRI("https://" + String(repeating: "a", count: 64) + ".test/") == nil)
        #expect(IRI("https://" + String(repeating: "a.", count: 126) + "a/") != nil)
        #expect(IRI("https://" + String(repeating: "a.", count: 127) + "a/") == nil)
        #expect(IRI("https://" + String(repeating: "ü", count: 900) + "/") == nil)
    }

    @Test("the parts are where they should be")
    func parts() throws {
        let iri = try #require(IRI("https://Node.Example:8443/users/ana?page=1&x=?#main-key"))
        #expect(iri.scheme == "https")
        #expect(iri.host == "node.example")
        #expect(iri.port == 8443)
        #expect(iri.authority == "node.example:8443")
        #expect(iri.origin == "https://node.example:8443")
        #expect(iri.pathAndQuery == "/users/ana?page=1&x=?")
        #expect(iri.path == "/users/ana")
        #expect(iri.query == "page=1&x=?")
        #expect(iri.fragment == "main-key")
        #expect(iri.withoutFragment.string == "https://node.example:8443/users/ana?page=1&x=?")
        #expect(iri.withFragment("key").string == "https://node.example:8443/users/ana?page=1&x=?#key")
    }

    @Test("an address without path asks for the root")
    func emptyPath() throws {
        let bare = try #require(IRI("http://node.example?x=1"))
        #expect(bare.pathAndQuery == "/?x=1")
        #expect(bare.path == "/" && bare.query == "x=1" && bare.fragment == nil && bare.port == 80)
        let address = try #require(IRI("https://[::1]:8080"))
        #expect(address.host == "[::1]" && address.authority == "[::1]:8080" && address.path == "/")
        #expect(address.withoutFragment == address)
    }

    @Test("a request target holds only what HTTP carries")
    func requestTarget() {
        #expect(IRI("https://e.test/a%20b?c=\"é|\"")?.requestTarget == "/a%20b?c=%22%C3%A9%7C%22")
        #expect(IRI("https://e.test/plain?x")?.requestTarget == "/plain?x")
    }

    @Test(
        "an origin is scheme, host and port",
        arguments: [
            ("https://a.test/x", "https://A.test:443/y#z", true), ("https://a.test/", "http://a.test/", false),
            ("https://a.test/", "https://a.test:8443/", false), ("https://a.test/", "https://b.a.test/", false),
        ])
    func origins(a: String, b: String, same: Bool) throws {
        #expect(try #require(IRI(a)).isSameOrigin(as: try #require(IRI(b))) == same)
    }

    @Test("our own identifiers are built under an origin")
    func appending() throws {
        let origin = try #require(IRI("https://cafe.example"))
        #expect(origin.appending(path: "g/berlin").string == "https://cafe.example/g/berlin")
        #expect(
            origin.appending(path: "/g/berlin").appending(path: "inbox").string == "https://cafe.example/g/berlin/inbox"
        )
        #expect(origin.appending(path: "a b\n\\c").string == "https://cafe.example/abc")
    }

    @Test("comparison is of bytes, not of what looks alike")
    func bytes() throws {
        let composed = try #require(IRI("https://e.test/\u{E9}"))
        let decomposed = try #require(IRI("https://e.test/e\u{301}"))
        #expect(composed != decomposed)
        #expect((composed < decomposed) != (decomposed < composed))
        #expect(try #require(IRI("https://a.test/")) < (try #require(IRI("https://b.test/"))))
    }

    @Test("Public is what the specification says")
    func asPublic() {
        #expect(IRI.asPublic == IRI("https://www.w3.org/ns/activitystreams#Public"))
        #expect(IRI.asPublic.host == "www.w3.org" && IRI.asPublic.fragment == "Public")
    }
}

@Suite("IRI from a row")
struct StoredIRITests {
    @Test(
        "what was normalised before is taken over with all its parts",
        arguments: [
            "https://Cafe.example", "https://cafe.example/", "http://127.0.0.1:8080/users/lina#main-key",
            "https://cafe.example:8443/a?b=c:d#e", "https://[2001:db8::1]/x", "https://[2001:db8::1]:444/x",
            "https://bücher.example/é?q=1", "http://cafe.example:80/a:b", "https://cafe.example?x=1:2",
        ])
    func roundTrip(spelling: String) throws {
        let read = try #require(IRI(spelling))
        let stored = try #require(IRI.stored(read.string))
        #expect(stored == read)
        #expect(stored.host == read.host)
        #expect(stored.authority == read.authority)
        #expect(stored.port == read.port)
        #expect(stored.origin == read.origin)
        #expect(stored.pathAndQuery == read.pathAndQuery)
        #expect(stored.fragment == read.fragment)
    }

    @Test(
        "what cannot have been one is refused",
        arguments: [
            "", "https://", "https:///x", "ftp://cafe.example/", "cafe.example", "https://a:/x", "https://a:99999/",
        ])
    func refused(text: String) {
        #expect(IRI.stored(text) == nil)
    }
}

@Suite("Host")
struct HostTests {
    @Test(
        "one name has one normal form",
        arguments: [
            ("NODE.test", "node.test"), ("node.test", "node.test"), ("Bücher.test", "xn--bcher-kva.test"),
            ("nod/e.test", nil), ("node.test.", nil), ("node.test:443", nil), ("node。test", nil), ("ｎode.test", nil),
            ("a-b.c_d.test", "a-b.c_d.test"), ("-a.test", nil), ("a-.test", nil), ("a.-test", nil), ("a.test-", nil),
            ("a..test", nil), (".test", nil), ("_a.test", "_a.test"), ("a.1test", "a.1test"),
            ("192.0.2.7", "192.0.2.7"),
            ("no\u{200D}de.test", nil), ("node.test%00.evil.test", nil), ("-ü.test", nil), ("", nil),
        ] as [(String, String?)])
    func normalises(text: String, normal: String?) {
        #expect(Host.normalise(text) == normal)
    }

    @Test("an authority is a host and a port")
    func split() throws {
        let plain = try #require(Host.split("Node.test", defaultPort: 443))
        #expect(plain.host == "node.test" && plain.port == 443)
        let ported = try #require(Host.split("node.test:8080", defaultPort: 443))
        #expect(ported.host == "node.test" && ported.port == 8080)
        #expect(Host.split("node.test:x", defaultPort: 443) == nil)
    }
}
