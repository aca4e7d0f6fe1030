// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Limits
internal import Logging
internal import Model
internal import Services

/// Handles the requests of client apps: authenticates the token, checks the scope and the rate limit, and turns every
/// error into a response.
struct APIPipeline: Sendable {
    private typealias Standing = RateLimitStatus<Timestamp>

    private let requests = RateLimiter<String, Timestamp>(.window(300, per: .minutes(5)), capacity: 50_000)
    private let strangers = RateLimiter<String, Timestamp>(.window(7_500, per: .minutes(5)), capacity: 50_000)
    let badTokens: BadTokenLimit
    private let uploads = RateLimiter<String, Timestamp>(.window(30, per: .minutes(30)), capacity: 50_000)
    private let limits: Bool
    private let kept: ResponseCache<Kept>

    /// A cached response, and the identity for which its requests are counted.
    private struct Kept: Sendable {
        var response: Response
        var identity: AppIdentity?
        /// The size of the body in bytes; nil when the response may not be cached.
        var size: Int?
    }

    init(limits: Bool, database: Database) {
        self.limits = limits
        badTokens = BadTokenLimit(isOn: limits)
        kept = ResponseCache { try? await database.version() }
    }

    /// - Throws: only ``BrokenBody``; then the connection cannot be used any more.
    func respond(
        _ request: Request, _ context: NodeContext, by endpoint: Endpoint, of api: MastodonAPI
    ) async throws -> Response {
        var status: Standing?
        var response: Response
        do {
            let now = api.services.clock.now
            func count(_ identity: AppIdentity?) throws {
                if identity != nil { context.confirmToken() }
                status = self.count(endpoint, identity, context, at: now)
                if let status, !status.isAllowed {
                    throw APIError.tooMany(retryAfterSeconds: status.retryAfterSeconds)
                }
            }
            if let key = Self.key(of: request, endpoint) {
                var isCounted = false
                let kept = try await kept.value(for: key, now: now.milliseconds, size: \.size) {
                    let identity = try await identity(of: request, context, for: endpoint, api)
                    try count(identity)
                    isCounted = true
                    let response = try await self.respond(request, context, by: endpoint, of: api, as: identity)
                    var made = response.made()
                    // A response that is not cached is compressed later, with less effort.
                    if response.sizeToKeep != nil { await Compression.apply(to: &made, for: request, effort: .kept) }
                    return Kept(response: made, identity: identity, size: response.sizeToKeep)
                }
                if !isCounted { try count(kept.identity) }
                response = kept.response
            } else {
                let identity = try await identity(of: request, context, for: endpoint, api)
                try count(identity)
                response = try await respond(request, context, by: endpoint, of: api, as: identity).made()
            }
        } catch let error as BrokenBody {
            throw error
        } catch {
            // The headers tell of the limit that struck, which may be another one than that of all requests.
            if case .tooMany(let struck)? = error as? ServiceError {
                status = Standing(
                    limit: struck.limit, remaining: 0, resetAt: struck.resetAt, isAllowed: false, retryAfter: .zero)
            }
            let language = ErrorLanguage(preferredBy: request.headers[.acceptLanguage])
            response = refusal(error, context, of: endpoint, in: language).made()
        }
        if let status { Self.tell(status, &response.headers) }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "private, no-store" }
        return response
    }

    /// Returns the cache key of a request: its address, its token and
    /// whether it is compressed. Nil for an operation that does more than read,
    /// and for one without tokens.
    ///
    /// Nil also for a request that may have parameters in its body (see ``SentParameters``). They are not in the
    /// address, so its response would be sent to others who ask for the same address without them.
    private static func key(of request: Request, _ endpoint: Endpoint) -> String? {
        guard endpoint.method == .get, endpoint.access != .open, endpoint.access != .client else { return nil }
        guard request.headers[.contentType] == nil else { return nil }
        let coding = Compression.isWanted(by: request) ? "\ngzip" : ""
        return "\(request.uri.string)\n\(request.headers[.authorization] ?? "")\(coding)"
    }

    private func respond(
        _ request: Request, _ context: NodeContext, by endpoint: Endpoint, of api: MastodonAPI,
        as identity: AppIdentity?
    ) async throws -> APIResponse {
        try await read(request, of: endpoint, api) { parameters, files in
            try await endpoint.handler(
                APIRequest(
                    api: api, request: request, context: context, parameters: parameters, identity: identity,
                    files: files))
        }
    }

    /// Reads the parameters. Uploaded files exist until `use` returns.
    private func read(
        _ request: Request, of endpoint: Endpoint, _ api: MastodonAPI,
        use: (SentParameters, [UploadedFile]) async throws -> APIResponse
    ) async throws -> APIResponse {
        guard let limits = endpoint.files, let uploads = api.uploads, UploadReceiver.isForm(request) else {
            return try await use(try await SentParameters(request), [])
        }
        return try await uploads.receive(request, limits: limits) { form in
            try await use(SentParameters(query: request, form: form.fields), form.files)
        }
    }

    // MARK: - Authentication

    private func identity(
        of request: Request, _ context: NodeContext, for endpoint: Endpoint, _ api: MastodonAPI
    ) async throws -> AppIdentity? {
        let access = endpoint.access
        if access == .open || access == .client { return nil }
        guard let token = Self.token(of: request, orQuery: endpoint.isStream) else {
            guard case .everyone = access else {
                throw badTokens.refusal(from: context.network, at: api.services.clock.now)
            }
            return nil
        }
        guard let identity = try await api.services.identity(ofToken: token) else {
            throw badTokens.refusal(from: context.network, at: api.services.clock.now)
        }
        if let scope = access.scope, !identity.scopes.cover(scope) { throw APIError.outOfScope }
        if identity.isPending, case .person = access { throw APIError.pending }
        if case .person = access, identity.account == nil { throw APIError.userNeeded }
        return identity
    }

    /// Returns the token of the header.
    ///
    /// - Parameter orQuery: whether it may also be in the query. Only streams need that, because browsers cannot set
    ///   headers there. Addresses are logged on the way and remembered, and tokens should not be.
    static func token(of request: Request, orQuery: Bool = false) -> String? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 200 else { return "" }
            return String(parts[1])
        }
        guard orQuery else { return nil }
        return Query(request)["access_token"].map { String($0.prefix(200)) }
    }

    // MARK: - Rate limits

    private func count(
        _ endpoint: Endpoint, _ identity: AppIdentity?, _ context: NodeContext, at now: Timestamp
    ) -> Standing? {
        guard limits else { return nil }
        guard let account = identity?.account else {
            return strangers.take("network:\(context.network ?? "")", at: now)
        }
        let isUpload = endpoint.method == .post && endpoint.path.hasSuffix("/media")
        return (isUpload ? uploads : requests).take("\(account)", at: now)
    }

    private static func tell(_ status: Standing, _ headers: inout HTTPFields) {
        let values = [
            ("X-RateLimit-Limit", String(status.limit)), ("X-RateLimit-Remaining", String(status.remaining)),
            ("X-RateLimit-Reset", status.resetAt.withMilliseconds),
        ]
        for (name, value) in values {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
    }

    // MARK: - Errors

    private func refusal(
        _ error: any Error, _ context: NodeContext, of endpoint: Endpoint, in language: ErrorLanguage
    ) -> APIResponse {
        switch ErrorResponses.shown(error) {
        case let error as APIError: return error.respond(in: language)
        case let error as AuthorizationError: return error.respond()
        case let error as ServiceError: return APIError(error).respond(in: language)
        case let shown as any PublicError:
            if shown is DatabaseOutage { log(error, context) }
            var response = APIResponse(status: shown.status) { writer in
                var text = shown.code.replacing("_", with: " ")
                if shown.status == .contentTooLarge {
                    text = endpoint.files == nil ? "The request is too large" : "The file is too large"
                }
                writer.object { $0.field("error", language.translated(text)) }
            }
            if let seconds = shown.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
            return response
        default:
            log(error, context)
            return APIResponse(status: .internalServerError) { writer in
                writer.object { $0.field("error", "Internal error (\(context.requestID))") }
            }
        }
    }
    private func log(_ error: any Error, _ context: NodeContext) {
        context.logger.error("request failed", metadata: ["error.text": "\(String(describing: error).prefix(500))"])
    }
}
