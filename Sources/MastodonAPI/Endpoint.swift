// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
public import HTTPTypes
public import Model

/// One operation of the client API: its method and path, who may use it, and its handler.
///
/// The initializer requires the access, so that no operation can be declared without it.
public struct Endpoint: Sendable {
    typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

    /// Who may use an operation.
    public enum Access: Sendable, Hashable {
        /// Everybody, without a token. A token is ignored.
        case open
        /// An app with its client id and secret, or an app that registers. A token is ignored.
        case client
        /// Everybody. A token is optional. If there is one, it must be valid and have the scope, and it decides what is
        /// visible.
        case everyone(Scope)
        /// Any token, also of an app that acts for itself. Nil requires no scope.
        case app(Scope?)
        /// A token of a person or of a group. Nil requires no scope.
        case person(Scope?)
    }

    /// The method.
    public let method: HTTPRequest.Method
    /// The path pattern: `/api/v1/statuses/:id`.
    public let path: String
    /// Who may use it.
    public let access: Access
    let handler: Handler
    /// The limits of a form with files; nil for an operation without files.
    var files: UploadReceiver.Limits?

    init(_ method: HTTPRequest.Method, _ path: String, _ access: Access, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.access = access
        self.handler = handler
    }

    /// Whether it is a stream of events.
    var isStream: Bool { path.hasPrefix("/api/v1/streaming") }

    /// Returns the same operation, accepting forms with files.
    func takingFiles(_ limits: UploadReceiver.Limits) -> Endpoint {
        var copy = self
        copy.files = limits
        return copy
    }

    static func get(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Endpoint {
        Endpoint(.get, path, access, handler)
    }

    static func post(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Endpoint {
        Endpoint(.post, path, access, handler)
    }

    static func put(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Endpoint {
        Endpoint(.put, path, access, handler)
    }

    static func patch(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Endpoint {
        Endpoint(.patch, path, access, handler)
    }

    static func delete(_ path: String, _ access: Access, _ handler: @escaping Handler) -> Endpoint {
        Endpoint(.delete, path, access, handler)
    }
}

extension Endpoint.Access {
    /// `public`, `client`, `app` or `user`, for the table of all operations.
    public var word: String {
        switch self {
        case .open, .everyone: "public"
        case .client: "client"
        case .app: "app"
        case .person: "user"
        }
    }

    /// The scope that a token needs.
    public var scope: Scope? {
        switch self {
        case .open, .client: nil
        case .everyone(let scope): scope
        case .app(let scope), .person(let scope): scope
        }
    }
}
