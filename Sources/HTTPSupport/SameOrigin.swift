// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// Checks that a form comes from a page of this node. This is the node's only protection against cross-site request
/// forgery (CSRF).
///
/// A form is accepted when both of these conditions hold:
///
/// 1. The browser names no other site. Every browser sends the origin of the page with a cross-site form, in
/// `Sec-Fetch-Site` or, if it is older, in `Origin`, and no page can change these headers. A client that sends neither
/// is not a browser, so it has no cookies of a user. ``RequestPipeline`` checks this for every request to a page,
/// before it reads the body.
/// 2. The form contains the CSRF token of its visitor, which another site cannot know. The handler of the page checks
/// this after it has read the form, with ``require(token:expected:)``.
public struct SameOrigin: Sendable {
    /// For example `https://cafe.example`.
    let origin: String

    /// Checks the first condition.
    func admits(_ request: Request) -> Bool {
        guard ![.get, .head, .options].contains(request.method) else { return true }
        if let site = request.headers[Self.fetchSite], site != "same-origin", site != "none" { return false }
        guard let from = request.headers[.origin] else { return true }
        if from == origin { return true }
        // The client uses another name of this node, such as 127.0.0.1. Then the page and the form have the same
        // origin.
        guard let host = request.head.authority else { return false }
        return from == "http://\(host)" || from == "https://\(host)"
    }

    /// Checks the second condition.
    ///
    /// The comparison takes the same time wherever two tokens of the same length differ.
    ///
    /// - Parameters:
    ///   - token: the token in the form; empty when there is none.
    ///   - expected: the token of the visitor.
    /// - Throws: ``RequestError/crossSite``, also when no token is expected.
    public static func require(token: String, expected: String) throws(RequestError) {
        let (sent, known) = (Array(token.utf8), Array(expected.utf8))
        guard !known.isEmpty, sent.count == known.count,
            zip(sent, known).reduce(0 as UInt8, { $0 | ($1.0 ^ $1.1) }) == 0
        else { throw .crossSite }
    }

    private static let fetchSite = HTTPField.Name("sec-fetch-site") ?? .from
}
