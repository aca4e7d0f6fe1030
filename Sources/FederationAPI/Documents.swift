// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// What all routes for peers share: access, response headers, and tombstones.
struct Documents: Sendable {
    let federation: Federation
    let fetch: AuthorizedFetch
    let cache = DocumentCache()
    private let headers: SecurityHeaders

    init(federation: Federation, fetch: AuthorizedFetch) {
        self.federation = federation
        self.fetch = fetch
        headers = SecurityHeaders(secure: federation.community.origin.scheme == "https")
    }

    var identifiers: LocalIdentifiers { federation.identifiers }

    /// A route that responds with a document. When federation is off, every request gets a 404.
    func route(_ path: String, _ handler: @escaping Route.Handler) -> Route {
        let isOff = federation.community.mode == .off
        return Route.document(path) { request, context in
            guard !isOff else { throw RequestError.notFound }
            return try await handler(request, context)
        }
    }

    /// A route whose responses are cached. They depend on nothing but the key.
    func cachedRoute(
        _ path: String, key: @escaping @Sendable (Request) -> String, _ make: @escaping Route.Handler
    ) -> Route {
        var route = route(path) { request, context in
            try await ready(key(request), path: request.uri.path) { try await make(request, context) }
        }
        route.ready = { [cache] in cache.response(key($0)) }
        return route
    }

    /// The ready response of a path, or the one that `make` creates. A ready response has all its headers, so it is not
    /// changed again.
    func ready(
        _ key: String, path: String, make: @Sendable () async throws -> Response
    ) async throws -> Response {
        try await cache.response(key) {
            var response = try await make()
            headers.complete(&response.headers, path: path)
            return response
        }
    }

    // MARK: - Responses

    /// The response for a public document.
    func open(_ json: JSON) -> Response { open(json.serialized()) }

    /// The response for a public document, in the form for the server that signed the request. A request without a
    /// signature gets the neutral form.
    ///
    /// The form is no secret, so a signature is verified only for a server whose software is not known yet.
    func open(_ json: JSON, for request: Request, _ context: NodeContext) async -> Response {
        let documents = federation.documents
        guard documents.dependOnReader(json), let host = fetch.claimedHost(of: request) else { return open(json) }
        var isProved = false
        if await documents.families.isUnasked(host) {
            isProved = await fetch.signer(of: request, context)?.iri.authority == host
        }
        let rendered = await documents.document(json, for: host, isProved: isProved)
        return rendered == json ? open(json) : closed(rendered)
    }

    /// The response for a document that only the signer of the request may see, in the form for the signer's server.
    func closed(_ json: JSON, for signer: Account) async -> Response {
        closed(await federation.documents.document(json, for: signer.iri.authority, isProved: true))
    }

    /// The response for a public document from its stored bytes.
    func open(_ body: [UInt8]) -> Response { Self.activity(body, cache: "public, max-age=60") }

    /// The response for a document that only the signer of the request may see.
    func closed(_ json: JSON) -> Response { Self.activity(json.serialized(), cache: "private, no-store") }

    /// The tombstone of a deleted object. Spec: ActivityPub §6.4.
    ///
    /// - Parameter isClosed: whether only the signer of the request may see it.
    func gone(_ tombstone: StoredTombstone, isClosed: Bool = false) -> Response {
        gone(tombstone.iri, formerType: tombstone.formerType, at: tombstone.deletedAt, isClosed: isClosed)
    }

    /// The tombstone of a deleted object.
    func gone(_ iri: IRI, formerType: String, at instant: Timestamp, isClosed: Bool = false) -> Response {
        let document = Tombstone.document(id: iri, formerType: formerType, deleted: instant.milliseconds)
        let cache = isClosed ? "private, no-store" : "public, max-age=60"
        return Self.activity(document.serialized(), status: .gone, cache: cache)
    }

    private static func activity(_ body: [UInt8], status: HTTPResponse.Status = .ok, cache: String) -> Response {
        let headers: HTTPFields = [.vary: "Accept, Signature, Signature-Input", .cacheControl: cache]
        return Responses.json(body, contentType: ActivityMediaType.activity, status: status, headers: headers)
    }

    // MARK: - Actors

    /// The result of looking up an actor.
    enum Found: Sendable {
        case account(Account)
        case gone(formerType: String, at: Timestamp)
    }

    /// The actor with this id. A member who waits for approval and an actor that a steward suspended count as not
    /// found.
    func actor(_ iri: IRI) async throws -> Found {
        try await federation.database.read { db in
            guard let account = try Accounts.byIRI(iri, in: db) else {
                guard let tombstone = try Tombstones.find(iri, in: db) else { throw RequestError.notFound }
                return .gone(formerType: tombstone.formerType, at: tombstone.deletedAt)
            }
            guard account.isLocal, account.suspendedAt == nil else { throw RequestError.notFound }
            if let deletedAt = account.deletedAt {
                return .gone(formerType: account.kind.wireName, at: deletedAt)
            }
            if let local = try LocalAccounts.byID(account.id, in: db), local.approvedAt == nil {
                throw RequestError.notFound
            }
            return .account(account)
        }
    }

    /// The id of the person in the path of a request.
    ///
    /// - Throws: ``RequestError/notFound`` when the path does not contain a valid name.
    func person(_ context: NodeContext) throws -> IRI { identifiers.person(try name(context)) }

    /// The id of the group in the path of a request; otherwise like ``person(_:)``.
    func group(_ context: NodeContext) throws -> IRI { identifiers.group(try name(context)) }

    /// The numeric id in the path of a request. It must have no sign and no leading zero, as in the ids that this node
    /// makes.
    func number<Thing>(_ context: NodeContext) throws -> ID<Thing> {
        guard let text = context.parameter("id"), let id = ID<Thing>(text), id.description == text else {
            throw RequestError.notFound
        }
        return id
    }

    private func name(_ context: NodeContext) throws -> String {
        let isPlain = { (byte: UInt8) in
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F || byte == 0x2D || byte == 0x2E
        }
        guard let name = context.parameter("name"), name.utf8.count <= 255, name.utf8.allSatisfy(isPlain) else {
            throw RequestError.notFound
        }
        return name
    }
}

extension Account.Kind {
    /// The type name in ActivityStreams.
    var wireName: String {
        switch self {
        case .person: "Person"
        case .group: "Group"
        case .application: "Application"
        case .service: "Service"
        case .organization: "Organization"
        }
    }
}
