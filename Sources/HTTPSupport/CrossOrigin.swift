// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// CORS: client apps that run in a browser on another site may read responses that do not depend on cookies.
///
/// Spec: Fetch Standard, CORS protocol.
enum CrossOrigin {
    private static let methods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let exposed = "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id"

    /// Whether other sites may send requests to this path.
    static func isOpen(_ path: String) -> Bool {
        path.hasPrefix("/api/") || path.hasPrefix("/.well-known/") || path.hasPrefix("/nodeinfo/")
            || path.hasPrefix("/@") || path.hasPrefix("/users/")
            || ["/oauth/token", "/oauth/revoke", "/oauth/userinfo"].contains(path)
    }

    /// Adds the CORS headers to a response.
    static func add(to headers: inout HTTPFields, path: String) {
        guard isOpen(path) else { return }
        set("access-control-allow-origin", "*", &headers)
        set("access-control-expose-headers", exposed, &headers)
    }

    /// The response to a preflight request; nil for any other request. It does not depend on the origin of the request.
    static func preflight(_ request: Request) -> Response? {
        guard request.method == .options, isOpen(request.uri.path) else { return nil }
        var headers: HTTPFields = [:]
        add(to: &headers, path: request.uri.path)
        set("access-control-allow-methods", methods, &headers)
        let asked = HTTPField.Name("access-control-request-headers").flatMap { request.headers[$0] } ?? "*"
        set("access-control-allow-headers", asked, &headers)
        set("access-control-max-age", "86400", &headers)
        return Response(status: .noContent, headers: headers)
    }

    private static func set(_ name: String, _ value: String, _ headers: inout HTTPFields) {
        if let name = HTTPField.Name(name) { headers[name] = value }
    }
}
