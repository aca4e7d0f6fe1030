// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// Whether a form comes from one of our own pages: the node's one rule against forged requests (CSRF).
///
/// A form is taken when both halves hold.
///
/// 1. The browser names no other site. Every browser names the origin of a form that another site sends, in
///    `Sec-Fetch-Site` or, if it is an older one, in `Origin`, and none lets that site choose the name. A client that
///    names none is no browser, so it carries nobody's cookies but its own. ``FrontDoor`` asks this of every request to
///    a page, before anything of it is read.
/// 2. The form carries the token of its visitor, which another site cannot know. The page asks this when it has read
///    the form, with ``require(token:expected:)``.
public struct SameOrigin: Sendable {
    /// `https://cafe.example`.
    let origin: String

    /// The first half.
    func admits(_ request: Request) -> Bool {
        guard ![.get, .head, .options].contains(request.method) else { return true }
        if let site = request.headers[Self.fetchSite], site != "same-origin", site != "none" { return false }
        guard let from = request.headers[.origin] else { return true }
        if from == origin { return true }
        // The node under another of its names, such as 127.0.0.1: the page and the form have the same one.
        guard let host = request.head.authority else { return false }
        return from == "http://\(host)" || from == "https://\(host)"
    }

    /// The second half.
    ///
    /// How long it takes does not tell where two tokens differ.
    ///
    /// - Parameters:
    ///   - token: what the form carries; empty when it carries none.
    ///   - expected: the visitor's.
    /// - Throws: ``RequestError/crossSite``; also when no token is expected.
    public static func require(token: String, expected: String) throws(RequestError) {
        let (sent, known) = (Array(token.utf8), Array(expected.utf8))
        guard !known.isEmpty, sent.count == known.count,
            zip(sent, known).reduce(0 as UInt8, { $0 | ($1.0 ^ $1.1) }) == 0
        else { throw .crossSite }
    }

    private static let fetchSite = HTTPField.Name("sec-fetch-site") ?? .from
}
