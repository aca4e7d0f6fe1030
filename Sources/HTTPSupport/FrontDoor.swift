// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
public import HTTPTypes
public import Hummingbird
public import IPAddresses
public import Limits
internal import Logging
public import Model
internal import NIOHTTP1

// What happens to every request, in this order:
//
//  1. One spelling: any other than the canonical path is not found.
//  2. For people: a limit for each address, forms only from our own pages, and who is signed in.
//  3. The route's own handler.
//  4. Any error becomes a status and a code, as a page or as a document.
//  5. Security headers, one line in the log, and the counts of the metrics page.
//
// It is one function rather than five middlewares: a document that is ready in memory is answered in microseconds, and
// each middleware would cost it a suspension.

/// What stands between the wire and the handlers.
public struct FrontDoor: Sendable {
    /// Finds who holds a session's token; nil when it has ended.
    public typealias SessionLookup = @Sendable (_ token: String) async throws -> LocalAccount?
    /// Makes the page that says what went wrong. It cannot fail.
    public typealias ErrorPage =
        @Sendable (
            _ status: HTTPResponse.Status, _ code: String, _ request: Request, _ context: NodeContext
        ) async -> Response

    /// What the operator decides.
    public struct Settings: Sendable {
        /// `https://cafe.example`, without a path.
        public var origin: String
        /// Proxies whose `X-Forwarded-For` is believed; none unless the operator names them.
        public var trustedProxies: [CIDRBlock] = []
        /// Whether addresses are limited.
        public var limits = true
        /// Of one address, for pages.
        public var reading = RateLimitRule.reading
        /// Of one address, for forms.
        public var writing = RateLimitRule.writing

        /// Who counts requests.
        public var metrics: any MetricsFactory = MetricsSystem.factory

        /// - Parameter origin: scheme, host and port.
        public init(origin: String) {
            self.origin = origin
        }

        /// Whether people reach the node over https.
        public var isSecure: Bool { origin.hasPrefix("https://") }
    }

    /// The name of the session's cookie, without its protecting prefix.
    public static let sessionCookie = "session"
    /// How many clients each of the two limits knows at once.
    private static let rememberedClients = 20_000

    private let settings: Settings
    private let session: SessionLookup
    private let errorPage: ErrorPage
    private let headers: SecurityHeaders
    private let addresses: ClientAddress
    private let sameOrigin: SameOrigin
    private let metrics: RequestMetrics
    private let reading: RateLimiter<CIDRBlock, ContinuousClock.Instant>
    private let writing: RateLimiter<CIDRBlock, ContinuousClock.Instant>

    /// Wires it.
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
    }

    /// Answers a request by its route; the answer has all headers.
    func answer(_ request: Request, _ context: NodeContext, by route: Route) async throws -> Response {
        let start = ContinuousClock.now
        let isPage = Self.isPage(route.kind, request)
        var context = context
        var response: Response
        do {
            guard PathRules.isCanonical(request.uri.string) else { throw RequestError.notFound }
            if route.kind == .client { context.remoteAddress = addresses.resolve(request, peer: context.peer) }
            if isPage { try await welcome(request, &context) }
            response = try await route.handler(request, context)
        } catch let error as HTTPParserError {
            // The framing is broken: the connection cannot go on, and the server says so itself.
            throw error
        } catch {
            response = await refusal(error, request, context, asPage: isPage)
        }
        headers.add(to: &response.headers)
        CrossOrigin.add(to: &response.headers, path: request.uri.path)
        let duration = ContinuousClock.now - start
        metrics.count(isPage ? .pages : route.kind.programs, response.status, took: duration)
        RequestLog.write(request, context, status: response.status, isPage: isPage, took: duration)
        return response
    }

    /// Answers a request that no route is for.
    func answerUnknown(
        _ request: Request, _ context: NodeContext, allowed: [HTTPRequest.Method]
    ) async throws -> Response {
        if let preflight = CrossOrigin.preflight(request) { return preflight }
        let error: RequestError = allowed.isEmpty ? .notFound : .methodNotAllowed
        let isPage =
            !PathRules.isForPrograms(request.uri.path) && Negotiation.acceptsPage(request.headers[.accept])
            && !Negotiation.prefersDocument(request.headers[.accept])
        let route = Route(request.method, "", kind: isPage ? .page : .document) { _, _ in throw error }
        var response = try await answer(request, context, by: route)
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

    private func welcome(_ request: Request, _ context: inout NodeContext) async throws {
        context.remoteAddress = addresses.resolve(request, peer: context.peer)
        if settings.limits { try count(request, of: context.remoteAddress) }
        guard sameOrigin.admits(request) else { throw RequestError.crossSite }
        let token = Cookies.read(Self.sessionCookie, request, secure: settings.isSecure)
        guard let token, !token.isEmpty, token.utf8.count <= 200 else { return }
        context.session = try await session(token)
        if context.session != nil { context.sessionToken = token }
    }

    /// Takes a token of the client; one without an address is not limited.
    private func count(_ request: Request, of client: String?) throws {
        guard let subscriber = client.flatMap({ IPAddress($0) })?.subscriber else { return }
        let isReading = request.method == .get || request.method == .head
        let status = (isReading ? reading : writing).take(subscriber, at: .now)
        guard status.isAllowed else { throw RequestError.tooMany(retryAfterSeconds: status.retryAfterSeconds) }
    }

    private func refusal(
        _ error: any Error, _ request: Request, _ context: NodeContext, asPage: Bool
    ) async -> Response {
        let face = ErrorResponses.publicFace(of: error)
        if face.status.kind == .serverError { RequestLog.failure(error, context) }
        var response =
            asPage
            ? await errorPage(face.status, face.code, request, context)
            : ErrorResponses.document(face.status, code: face.code)
        response.status = face.status
        if let seconds = (error as? any PublicError)?.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

extension Route.Kind {
    /// Which face answers when it is no page.
    fileprivate var programs: RequestMetrics.Face { self == .client ? .clients : .documents }
}

extension RateLimitRule {
    /// Pages: far more than a person reads.
    public static let reading = RateLimitRule.steady(burst: 500, every: .milliseconds(20))
    /// Forms: more than a person sends.
    public static let writing = RateLimitRule.steady(burst: 60, every: .seconds(1))
}
