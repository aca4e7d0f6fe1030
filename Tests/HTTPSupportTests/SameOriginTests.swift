// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import HTTPSupport

@Suite("Forms from other sites")
struct SameOriginTests {
    private static let rule = SameOrigin(origin: "https://cafe.example")

    /// Values of `Sec-Fetch-Site`, and whether a form with this value is accepted.
    private static let sites: [(String?, Bool)] = [
        (nil, true), ("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false),
        ("Same-Origin", false), ("same-origin, same-origin", false),
    ]
    /// Values of `Origin`, and whether a form with this value is accepted when the request was sent to
    /// `127.0.0.1:8080`.
    private static let origins: [(String?, Bool)] = [
        (nil, true), ("https://cafe.example", true), ("http://127.0.0.1:8080", true), ("https://127.0.0.1:8080", true),
        ("http://127.0.0.1", false), ("http://127.0.0.1:80800", false), ("null", false), ("", false),
        ("http://cafe.example", false), ("https://cafe.example/", false), ("https://cafe.example.evil.example", false),
        ("https://evil.example", false), ("https://CAFE.example", false), ("//cafe.example", false),
    ]

    @Test("a form is taken when neither header names another site", arguments: sites.indices, origins.indices)
    func headers(site: Int, origin: Int) {
        let (site, isOwnSite) = Self.sites[site]
        let (origin, isOwnOrigin) = Self.origins[origin]
        for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
            let request = Self.request(method, site: site, origin: origin)
            #expect(Self.rule.admits(request) == (isOwnSite && isOwnOrigin), "\(method)")
        }
        for method in [HTTPRequest.Method.get, .head, .options] {
            #expect(Self.rule.admits(Self.request(method, site: site, origin: origin)), "\(method)")
        }
    }

    @Test("without a name of its own in the request, only the configured origin counts")
    func noAuthority() {
        let own = Self.request(.post, site: nil, origin: "https://cafe.example", authority: nil)
        let other = Self.request(.post, site: nil, origin: "http://", authority: nil)
        #expect(Self.rule.admits(own) && !Self.rule.admits(other))
    }

    @Test(
        "a form has to carry the token of its visitor, whole",
        arguments: [
            ("0f", "0f", true), ("0f", "0e", false), ("0", "0f", false), ("0f0", "0f", false), ("", "0f", false),
            ("0f", "", false), ("", "", false), ("0F", "0f", false), ("é", "é", true), ("e\u{301}", "é", false),
        ])
    func token(sent: String, expected: String, isTaken: Bool) {
        var refusal: RequestError?
        do throws(RequestError) {
            try SameOrigin.require(token: sent, expected: expected)
        } catch {
            refusal = error
        }
        #expect(refusal == (isTaken ? nil : .crossSite))
    }

    private static func request(
        _ method: HTTPRequest.Method, site: String?, origin: String?, authority: String? = "127.0.0.1:8080"
    ) -> Request {
        var fields = HTTPFields()
        if let site, let name = HTTPField.Name("Sec-Fetch-Site") { fields[name] = site }
        if let origin { fields[.origin] = origin }
        let head = HTTPRequest(
            method: method, scheme: "https", authority: authority, path: "/posts", headerFields: fields)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }
}
