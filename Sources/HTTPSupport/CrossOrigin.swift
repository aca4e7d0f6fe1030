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
        prefixes.contains { path.utf8.starts(with: $0) } || pages.contains(path)
    }

    private static let prefixes = ["/api/", "/.well-known/", "/nodeinfo/", "/@", "/users/"].map { Array($0.utf8) }
    private static let pages: Set<String> = ["/oauth/token", "/oauth/revoke", "/oauth/userinfo"]

    /// Adds the CORS headers to a response that does not have them yet.
    static func add(to headers: inout HTTPFields, path: String) {
        guard isOpen(path), !headers.contains(exposedName) else { return }
        headers[.accessControlAllowOrigin] = "*"
        headers.append(HTTPField(name: exposedName, value: exposed))
    }

    private static let exposedName = HTTPField.Name("access-control-expose-headers") ?? .accessControlExposeHeaders

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
