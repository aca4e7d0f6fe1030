// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
public import HTTPTypes
public import Model

/// One operation of the client API: where it is, who may use it, and what answers.
///
/// There is no way to make one without saying who may use it.
public struct Endpoint: Sendable {
    typealias Handler = @Sendable (Call) async throws -> Answer

    /// Who may use it.
    public enum Access: Sendable, Hashable {
        /// Everybody, without a token. A token that is sent is not looked at.
        case open
        /// An app with its own id and secret, or one that makes itself known. A token is not looked at.
        case client
        /// Everybody; a token that is sent must be right and have the scope, and then decides what is seen.
        case everyone(Scope)
        /// Any token, also one of an app that speaks for itself; nil asks for no scope.
        case app(Scope?)
        /// A person's token, or one of a group; nil asks for no scope.
        case person(Scope?)
    }

    /// Which method.
    public let method: HTTPRequest.Method
    /// A pattern: `/api/v1/statuses/:id`.
    public let path: String
    /// Who may use it.
    public let access: Access
    let handler: Handler
    /// What a form with files may hold; nil when there is nothing to hand in here.
    var files: Uploads.Limits?

    init(_ method: HTTPRequest.Method, _ path: String, _ access: Access, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.access = access
        self.handler = handler
    }

    /// The same for forms with files.
    func takingFiles(_ limits: Uploads.Limits) -> Endpoint {
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
    /// `public`, `client`, `app` or `user`: for the table that lists all operations.
    public var word: String {
        switch self {
        case .open, .everyone: "public"
        case .client: "client"
        case .app: "app"
        case .person: "user"
        }
    }

    /// What a token must be allowed to.
    public var scope: Scope? {
        switch self {
        case .open, .client: nil
        case .everyone(let scope): scope
        case .app(let scope), .person(let scope): scope
        }
    }
}
