// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird

/// A method and path pattern of this node, and its handler.
public struct Route: Sendable {
    /// The audience of the response.
    public enum Kind: Sendable {
        /// People: errors are pages, the session is read, and the rate limits by address apply.
        case page
        /// Programs: errors are `{"error": code}`, and there is no session.
        case document
        /// Client apps: the handler responds to errors itself and has its own rate limits. There is no session.
        case client
        /// People or programs: `Accept` decides.
        case negotiated
    }

    /// Responds to one request.
    public typealias Handler = @Sendable (Request, NodeContext) async throws -> Response

    /// The method.
    public let method: HTTPRequest.Method
    /// The path pattern: `/users/:name`, `/@{name}`, `/calendar/{id}.ics`.
    public let path: String
    /// The audience.
    public let kind: Kind
    /// The handler.
    public let handler: Handler
    /// Finds a document that is ready in memory; nil when the handler must run. The response must have all its headers,
    /// see ``SecurityHeaders/complete(_:path:)``, and it may depend on nothing but the target of the request.
    ///
    /// It is not `async`, because each suspension would cost as much as finding the response.
    public var ready: (@Sendable (Request) -> Response?)?
    /// How requests are admitted when the node has much to do.
    let admission: AdmissionRule

    /// How the class of a request is found.
    enum AdmissionRule: Sendable {
        /// Health checks never wait.
        case always
        /// All requests are of one class.
        case fixed(RequestClass)
        /// The token or session of the request decides.
        case byToken
    }

    /// Creates the value.
    public init(
        _ method: HTTPRequest.Method, _ path: String, kind: Kind = .page, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.kind = kind
        self.handler = handler
        admission =
            if ["/livez", "/readyz"].contains(path) {
                .always
            } else if method == .post, path.hasSuffix("/inbox") {
                .fixed(.inbox)
            } else {
                kind == .document ? .fixed(.strangers) : .byToken
            }
    }

    /// A page to read. `HEAD` is supported too.
    public static func get(_ path: String, _ handler: @escaping Handler) -> Route { Route(.get, path, handler) }

    /// A document for programs. `HEAD` is supported too.
    public static func document(_ path: String, _ handler: @escaping Handler) -> Route {
        Route(.get, path, kind: .document, handler)
    }

    /// The target of a form.
    public static func post(_ path: String, _ handler: @escaping Handler) -> Route { Route(.post, path, handler) }
}
