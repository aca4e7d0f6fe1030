// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

@testable import Transport

@Suite("Reading what peers say")
struct ReadingTests {
    @Test(
        "a media type is read without its parameters",
        arguments: [
            ("application/jrd+json", "application/jrd+json"), (" Application/JSON ; charset=utf-8", "application/json"),
            ("", ""), (";", ""), ("\"", "\""),
        ])
    func mediaTypes(text: String, name: String) {
        #expect(MediaType(text).name == name)
    }

    @Test(
        "a Location leads to an address of the web or nowhere",
        arguments: [
            ("https://b.test/x#y", "https://b.test/x"), ("/c?d=e", "https://a.test/c?d=e"),
            ("c", "https://a.test/users/c"), ("../c", "https://a.test/c"), ("./c/../d", "https://a.test/users/d"),
            ("?page=2", "https://a.test/users/x?page=2"), ("//b.test/x", "https://b.test/x"),
            ("../../../../x", "https://a.test/x"), ("#z", "https://a.test/users/x?q"),
            ("file:///etc/passwd", nil), ("data:text/html,x", nil), ("ftp://b.test/", nil), ("/a b", nil),
            ("/a\r\nx: y", nil), ("http://2130706433/", nil), ("javascript:alert(1)", nil),
        ] as [(String, String?)])
    func locations(location: String, target: String?) throws {
        let base = try #require(IRI("https://a.test/users/x?q"))
        #expect(Redirect.target(location, from: base)?.string == target)
    }

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("120", .seconds(120)), ("0", .seconds(0)), ("999999999", .seconds(999_999_999)),
            ("Thu, 01 Jan 1970 00:01:40 GMT", .seconds(90)), ("Thu, 01 Jan 1970 00:00:00 GMT", .seconds(0)),
            ("-5", nil), ("1.5", nil), ("soon", nil), ("", nil), ("99999999999999999999", nil),
        ] as [(String, Duration?)])
    func retryAfter(text: String, wait: Duration?) {
        #expect(RetryAfter.parse(text, now: 10_000) == wait)
    }

    @Test(
        "a host-meta document tells where to ask, or nothing",
        arguments: [
            (
                "<XRD><Link rel=\"lrdd\" template=\"https://b.test/wf?r={uri}\"/></XRD>",
                "https://b.test/wf?r=acct%3Aa%40b"
            ),
            (
                "<Link template='https://b.test/{uri}?a=1&amp;b=2' type='x' rel='lrdd' />",
                "https://b.test/acct%3Aa%40b?a=1&b=2"
            ),
            ("<Link rel=\"other\" template=\"https://b.test/{uri}\"/>", nil),
            ("<Link rel=\"lrdd\" template=\"https://b.test/\"/>", nil),
            ("<Link rel=\"lrdd\" template=\"file:///{uri}\"/>", nil),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><Link rel=\"lrdd\" template=\"https://b.test/{uri}\"/>", nil),
            ("<Link rel=", nil), ("<Link rel=\"lrdd", nil), ("", nil), ("<Link", nil), ("<Link =\"\"=", nil),
        ] as [(String, String?)])
    func hostMeta(document: String, address: String?) {
        #expect(HostMeta.address(in: Array(document.utf8), resource: "acct:a@b")?.string == address)
    }

    @Test(
        "what is signed is what is on the wire",
        arguments: [
            ("https://a.test/x?y=z", "/x?y=z"), ("https://a.test", "/"), ("https://a.test?x", "/?x"),
            ("https://a.test/%2f%2F", "/%2f%2F"), ("https://a.test/100%", "/100%25"), ("https://a.test/%zz", "/%25zz"),
            ("https://a.test/a[b]", "/a%5Bb%5D"), ("https://a.test/é", "/%C3%A9"),
            ("https://a.test/%0d%0aX", "/%0d%0aX"),
        ])
    func wireTargets(text: String, target: String) throws {
        let iri = try #require(IRI(text))
        #expect(WireTarget.of(iri) == target)
    }
}
