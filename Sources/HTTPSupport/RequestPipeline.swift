// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
public import HTTPTypes
public import Hummingbird
public import IPAddresses
public import Limits
internal import Logging
public import Model
internal import NIOHTTP1

// The pipeline of every request, in this order:
//
//  1. A path that is not in its canonical form is not found.
//  2. A document that is ready in memory is sent at once, without the next steps: it was stored after it had passed them.
//  3. For pages: the rate limit of the client's address and the same-origin check.
//  4. Admission: when too many requests of its class are handled already, the request waits for a second at most.
//  5. For pages: the session. Then the handler of the route runs.
//  6. An error becomes a status and a code, as a page or as a document.
//  7. A document is compressed if the client wants that. Security headers are added, one log line is written, and the
//     request is counted for the metrics page.
//
// This is one function and not five middlewares, because a document that is ready in memory is sent within microseconds
// and each middleware would cost a suspension.

/// The request pipeline around the handlers of all routes.
public struct RequestPipeline: Sendable {
    /// Finds the account of a session token; nil when the session has ended.
    public typealias SessionLookup = @Sendable (_ token: String) async throws -> LocalAccount?
    /// Makes the error page. It cannot fail.
    public typealias ErrorPage =
        @Sendable (
            _ status: HTTPResponse.Status, _ code: String, _ request: Request, _ context: NodeContext
        ) async -> Response

    /// The settings that the operator chooses.
    public struct Settings: Sendable {
        /// `https://cafe.example`, without a path.
        public var origin: String
        /// The proxies whose `X-Forwarded-For` is trusted; none by default.
        public var trustedProxies: [CIDRBlock] = []
        /// Whether the rate limits are on. Without them, requests also wait longer for a place.
        public var limits = true
        /// The rate limit of one address for reading pages.
        public var reading = RateLimitRule.reading
        /// The rate limit of one address for sending forms.
        public var writing = RateLimitRule.writing
        /// How many requests are handled at once.
        public var admission = AdmissionLimits()

        /// The factory for the request metrics.
        public var metrics: any MetricsFactory = MetricsSystem.factory

        /// - Parameter origin: the scheme, host and port of this node.
        public init(origin: String) {
            self.origin = origin
        }

        /// Whether the node is reached over https.
        public var isSecure: Bool { origin.hasPrefix("https://") }
    }

    /// The name of the session cookie, without the prefix `__Host-`.
    public static let sessionCookie = "session"
    /// How many clients each of the two rate limiters remembers.
    private static let rememberedClients = 20_000

    /// The value of `Retry-After` in a 503 that names no other: five seconds.
    private static let pause = "5"

    private let settings: Settings
    private let session: SessionLookup
    private let errorPage: ErrorPage
    private let headers: SecurityHeaders
    private let addresses: ClientAddress
    private let sameOrigin: SameOrigin
    private let metrics: RequestMetrics
    private let reading: RateLimiter<CIDRBlock, ContinuousClock.Instant>
    private let writing: RateLimiter<CIDRBlock, ContinuousClock.Instant>
    private let admission: Admission

    /// Creates the pipeline.
    public init(_ settings: Settings, session: @escaping SessionLookup, errorPage: @escaping ErrorPage) {
        self.settings = settings
        self.session = session
        self.errorPage = errorPage
        headers = SecurityHeaders(secure: settings.isSecure)
        addresses = ClientAddress(trusted: settings.trustedProxies)
        sameOrigin = SameOrigin(origin: settings.origin)
        metrics = RequestMetrics(settings.metrics)
        reading = RateLimiter(settings.reading, capacity: Self.rememberedClients)
        writing = RateLimiter(settings.writing, capacity: Self.rememberedClients)
        admission = Admission(
            settings.limits ? settings.admission : settings.admission.patient, metrics: settings.metrics)
    }

    /// The same endpoint, whose requests wait for a place like those of the routes.
    public func admitting(_ endpoint: WebSocketEndpoint) -> WebSocketEndpoint { endpoint.admitted(by: admission) }

    /// Responds to a request with the handler of its route, and adds all headers.
    func respond(_ request: Request, _ context: NodeContext, by route: Route) async throws -> Response {
        let start = ContinuousClock.now
        let isPage = Self.isPage(route.kind, request)
        if !isPage, let response = route.ready?(request) {
            record(response, to: request, context, asPage: false, kind: route.kind, since: start)
            return response
        }
        var context = context
        if route.kind == .negotiated { context.wantsDocument = !isPage }
        var response: Response
        var isShed = false
        do {
            guard PathRules.isCanonical(request.uri.string) else { throw RequestError.notFound }
            if !isPage { context.remoteAddress = addresses.resolve(request, peer: context.peer) }
            if isPage { try welcome(request, &context) }
            response = try await admit(request, &context, by: route, isPage: isPage, at: start)
        } catch let error as BrokenBody where error.cause is HTTPParserError {
            // The HTTP framing is broken, so the connection cannot be used any more. The server responds by itself.
            throw error.cause
        } catch let error as HTTPParserError {
            throw error
        } catch {
            isShed = error is Overloaded
            response = await refusal(error, request, context, asPage: isPage)
        }
        if response.status == .serviceUnavailable, response.headers[.retryAfter] == nil {
            response.headers[.retryAfter] = Self.pause
        }
        // `PageCache` compresses pages, as far as they are. Others, such as a form that was refused, contain what was sent
        // and a form token, so they are never compressed. Neither is a document that is kept ready: the first response
        // is the same as those that follow.
        if !isPage, route.ready == nil { await Compression.apply(to: &response, for: request) }
        headers.complete(&response.headers, path: request.uri.path)
        record(response, to: request, context, asPage: isPage, kind: route.kind, since: start, isLogged: !isShed)
        return response
    }

    /// Counts a response and logs it.
    ///
    /// - Parameter isLogged: false under overload, because there would be thousands of lines a second.
    private func record(
        _ response: Response, to request: Request, _ context: NodeContext, asPage isPage: Bool, kind: Route.Kind,
        since start: ContinuousClock.Instant, isLogged: Bool = true
    ) {
        let duration = ContinuousClock.now - start
        metrics.count(isPage ? .pages : kind.programs, response.status, took: duration)
        if isLogged { RequestLog.write(request, context, status: response.status, isPage: isPage, took: duration) }
    }

    /// Waits for a place, finds the session of a page, and calls the handler.
    ///
    /// The place is held until the response is ready, not until it is sent: a stream or a file takes none.
    private func admit(
        _ request: Request, _ context: inout NodeContext, by route: Route, isPage: Bool,
        at start: ContinuousClock.Instant
    ) async throws -> Response {
        let kind: RequestClass
        var token: String?
        switch route.admission {
        case .always: return try await route.handler(request, context)
        case .fixed(let fixed): kind = fixed
        case .byToken:
            token = isPage ? sessionToken(of: request) : route.kind == .client ? Self.bearer(request) : nil
            context.credential = token.map { Credential($0, admission) }
            kind = admission.kind(of: context.credential, at: start)
        }
        let turn = try await admission.enter(kind, at: start)
        defer { turn.end() }
        if isPage, let token { try await findSession(token, &context) }
        guard request.method != .get, request.method != .head else { return try await route.handler(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: PausingBody(body: request.body, turn: turn))
        return try await route.handler(request, context)
    }

    /// Responds to a request for which there is no route.
    func respondToUnknown(
        _ request: Request, _ context: NodeContext, allowed: [HTTPRequest.Method]
    ) async throws -> Response {
        if let preflight = CrossOrigin.preflight(request) { return preflight }
        let error: RequestError = allowed.isEmpty ? .notFound : .methodNotAllowed
        let isPage =
            !PathRules.isForPrograms(request.uri.path) && Negotiation.acceptsPage(request.headers[.accept])
            && !Negotiation.prefersDocument(request.headers[.accept])
        let route = Route(request.method, "", kind: isPage ? .page : .document) { _, _ in throw error }
        var response = try await respond(request, context, by: route)
        if response.status == .methodNotAllowed {
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }

    private static func isPage(_ kind: Route.Kind, _ request: Request) -> Bool {
        switch kind {
        case .page: true
        case .document, .client: false
        case .negotiated: !Negotiation.prefersDocument(request.headers[.accept])
        }
    }

    private func welcome(_ request: Request, _ context: inout NodeContext) throws {
        context.remoteAddress = addresses.resolve(request, peer: context.peer)
        if settings.limits { try count(request, of: context.remoteAddress) }
        guard sameOrigin.admits(request) else { throw RequestError.crossSite }
    }

    private func findSession(_ token: String, _ context: inout NodeContext) async throws {
        context.session = try await session(token)
        guard context.session != nil else { return }
        context.sessionToken = token
        context.confirmToken()
    }

    private func sessionToken(of request: Request) -> String? {
        let token = Cookies.read(Self.sessionCookie, request, secure: settings.isSecure)
        guard let token, !token.isEmpty, token.utf8.count <= 200 else { return nil }
        return token
    }

    /// The token of an app, whatever the scheme in front of it.
    private static func bearer(_ request: Request) -> String? {
        guard let header = request.headers[.authorization], header.utf8.count <= 250 else { return nil }
        return header.split(separator: " ").last.map(String.init)
    }

    /// Takes a token from the client's rate limit. A client without an IP address is not limited.
    private func count(_ request: Request, of client: String?) throws {
        guard let subscriber = client.flatMap({ IPAddress($0) })?.subscriber else { return }
        let isReading = request.method == .get || request.method == .head
        let status = (isReading ? reading : writing).take(subscriber, at: .now)
        guard status.isAllowed else { throw RequestError.tooMany(retryAfterSeconds: status.retryAfterSeconds) }
    }

    private func refusal(
        _ error: any Error, _ request: Request, _ context: NodeContext, asPage: Bool
    ) async -> Response {
        let failure = ErrorResponses.statusAndCode(of: error)
        if failure.status.kind == .serverError, !(error is Overloaded) { RequestLog.failure(error, context) }
        var response =
            asPage
            ? await errorPage(failure.status, failure.code, request, context)
            : ErrorResponses.document(failure.status, code: failure.code)
        response.status = failure.status
        if let seconds = (ErrorResponses.shown(error) as? any PublicError)?.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

extension Route.Kind {
    /// How the request is counted when the response is not a page.
    fileprivate var programs: RequestMetrics.Face { self == .client ? .clients : .documents }
}

extension RateLimitRule {
    /// The rate limit for pages: far more than a person reads.
    public static let reading = RateLimitRule.steady(burst: 500, every: .milliseconds(20))
    /// The rate limit for forms: more than a person sends.
    public static let writing = RateLimitRule.steady(burst: 60, every: .seconds(1))
}
