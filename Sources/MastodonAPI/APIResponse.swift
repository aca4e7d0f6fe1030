// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird

/// The response to a client app.
struct APIResponse: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    /// Set by the few operations whose response is not JSON.
    var response: Response?
    private var body: [UInt8]

    /// Creates a JSON response from what `write` writes.
    init(status: HTTPResponse.Status = .ok, _ write: (inout JSONWriter) throws -> Void) rethrows {
        var writer = JSONWriter()
        try write(&writer)
        self.status = status
        body = writer.bytes
    }

    /// Creates a response with another content type.
    init(_ response: Response) {
        status = response.status
        body = []
        self.response = response
    }

    /// An empty object, the response of operations that return nothing.
    static var done: APIResponse { APIResponse { $0.object { _ in } } }
    /// An empty list.
    static var nothing: APIResponse { APIResponse { $0.array([0][..<0]) { _, _ in } } }

    /// Creates a response with one page of a list and the `Link` header of its neighbouring pages.
    ///
    /// - Parameter cursors: the first and the last id on the page, newest first; nil for an empty page.
    init<Items: Collection>(
        page items: Items, cursors: (newest: Int64, oldest: Int64)?, of call: APIRequest,
        _ write: (inout JSONWriter, Items.Element) -> Void
    ) {
        self.init { $0.array(items, write) }
        link(cursors, of: call)
    }

    /// Sets the `Link` header with the next and the previous page.
    mutating func link(_ cursors: (newest: Int64, oldest: Int64)?, of call: APIRequest) {
        link(older: cursors?.oldest, newer: cursors?.newest, of: call)
    }

    /// Says where the pages of a timeline before and after this one are, as far as there are any.
    mutating func link(older: Int64?, newer: Int64?, of call: APIRequest) {
        let base = call.rendering.origin + call.request.uri.path
        let kept = PageLinks.kept(of: call.request.uri.query ?? "")
        let links = [
            older.map { "<\(base)?\(kept)max_id=\($0)>; rel=\"next\"" },
            newer.map { "<\(base)?\(kept)min_id=\($0)>; rel=\"prev\"" },
        ].compactMap { $0 }
        if !links.isEmpty { headers[.link] = links.joined(separator: ", ") }
    }

    /// The size of the body in bytes when the response may be cached; nil for an error and for a response that is not
    /// JSON.
    var sizeToKeep: Int? { response == nil && status == .ok ? body.count : nil }

    func made() -> Response {
        if var response {
            response.headers.append(contentsOf: headers)
            return response
        }
        return Responses.json(body, contentType: "application/json; charset=utf-8", status: status, headers: headers)
    }
}

extension HTTPField.Name {
    /// The header with the neighbouring pages. Spec: RFC 8288.
    static let link = HTTPField.Name("Link") ?? .location
}

/// Makes the query of the neighbouring pages: the original query without the cursor parameters.
private enum PageLinks {
    private static let places: Set<Substring> = ["max_id", "min_id", "since_id"]

    static func kept(of query: String) -> String {
        query.split(separator: "&").filter { pair in
            let name = pair.split(separator: "=", maxSplits: 1).first ?? ""
            return !places.contains(name) && pair.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E }
        }.map { "\($0)&" }.joined()
    }
}
