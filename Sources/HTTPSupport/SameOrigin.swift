// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// Whether a form comes from one of our own pages.
///
/// Every browser names the origin of a form that another site sends, and none lets that site choose the name. A client
/// that names none is no browser, so it carries nobody's cookies but its own.
struct SameOrigin {
    /// `https://cafe.example`.
    let origin: String

    func admits(_ request: Request) -> Bool {
        guard ![.get, .head, .options].contains(request.method) else { return true }
        if let site = request.headers[Self.fetchSite], site != "same-origin", site != "none" { return false }
        guard let from = request.headers[.origin] else { return true }
        if from == origin { return true }
        // The node under another of its names, such as 127.0.0.1: the page and the form have the same one.
        guard let host = request.head.authority else { return false }
        return from == "http://\(host)" || from == "https://\(host)"
    }

    private static let fetchSite = HTTPField.Name("sec-fetch-site") ?? .from
}
