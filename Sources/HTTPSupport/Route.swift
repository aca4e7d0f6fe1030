// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird

/// One address of this node and what answers there.
public struct Route: Sendable {
    /// For whom the answer is.
    public enum Kind: Sendable {
        /// People: errors are pages, the session is read, limits count.
        case page
        /// Programs: errors are `{"error": code}`, there is no session.
        case document
        /// Client apps: the handler answers errors itself, and sets its own limits; there is no session.
        case client
        /// Either: `Accept` decides.
        case negotiated
    }

    /// Answers one request.
    public typealias Handler = @Sendable (Request, NodeContext) async throws -> Response

    /// Which method.
    public let method: HTTPRequest.Method
    /// A pattern: `/users/:name`, `/@{name}`, `/calendar/{id}.ics`.
    public let path: String
    /// For whom.
    public let kind: Kind
    /// What answers.
    public let handler: Handler

    /// Creates the value.
    public init(
        _ method: HTTPRequest.Method, _ path: String, kind: Kind = .page, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.kind = kind
        self.handler = handler
    }

    /// Something to read; `HEAD` is answered too.
    public static func get(_ path: String, _ handler: @escaping Handler) -> Route { Route(.get, path, handler) }

    /// Something for programs to read; `HEAD` is answered too.
    public static func document(_ path: String, _ handler: @escaping Handler) -> Route {
        Route(.get, path, kind: .document, handler)
    }

    /// Something to do.
    public static func post(_ path: String, _ handler: @escaping Handler) -> Route { Route(.post, path, handler) }
}
