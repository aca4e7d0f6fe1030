// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// How other servers find this node: WebFinger, host-meta and NodeInfo. Everybody may read these documents, also
/// scripts of other sites.
///
/// Spec: RFC 7033 (WebFinger), RFC 6415 (host-meta), NodeInfo 2.0 and 2.1, FEP-d556, FEP-2677.
struct WellKnownRoutes: Sendable {
    let documents: Documents
    let version: String

    private var identifiers: LocalIdentifiers { documents.identifiers }
    private var community: Community { documents.federation.community }

    var routes: [Route] {
        [
            // The whole target is the key, because peers nearly always write the same query in the same way.
            documents.cachedRoute("/.well-known/webfinger", key: { $0.uri.string }) { request, _ in
                try await webFinger(request)
            },
            documents.route("/.well-known/host-meta") { request, _ in hostMeta(request) },
            documents.route("/.well-known/host-meta.json") { _, _ in hostMetaJSON },
            documents.route("/.well-known/nodeinfo") { _, _ in
                let json = NodeInfo.discovery(origin: identifiers.origin, application: identifiers.instanceActor)
                return Self.open(json.serialized(), "application/json")
            },
            documents.cachedRoute("/nodeinfo/2.0", key: { $0.uri.path }) { _, _ in try await nodeInfo(.v20) },
            documents.cachedRoute("/nodeinfo/2.1", key: { $0.uri.path }) { _, _ in try await nodeInfo(.v21) },
        ]
    }

    private static func open(_ body: [UInt8], _ contentType: String) -> Response {
        let headers: HTTPFields = [.accessControlAllowOrigin: "*", .cacheControl: "public, max-age=60"]
        return Responses.json(body, contentType: contentType, headers: headers)
    }

    // MARK: - WebFinger

    private func webFinger(_ request: Request) async throws -> Response {
        guard let resource = Query(request.uri.query ?? "")["resource"], !resource.isEmpty else {
            throw RequestError.malformed(code: "missing_resource")
        }
        guard let account = try await account(resource) else { throw RequestError.notFound }
        return Self.open(document(account).serialized(), WebFinger.mediaType)
    }

    private func account(_ resource: String) async throws -> Account? {
        guard let iri = try await actorIRI(resource), case .account(let account) = try await documents.actor(iri) else {
            return nil
        }
        return account
    }

    /// The id of the requested actor, which may not exist.
    private func actorIRI(_ resource: String) async throws -> IRI? {
        let host = identifiers.host
        if ["acct:\(host)@\(host)", "\(host)@\(host)"].contains(resource.lowercased()) {
            return identifiers.instanceActor
        }
        switch WebFinger.parse(resource: resource) {
        case .account(let name, host): return try await named(name)
        case .address(let iri) where iri.isSameOrigin(as: identifiers.origin): return try await addressed(iri)
        default: return nil
        }
    }

    private func addressed(_ iri: IRI) async throws -> IRI? {
        if iri.query == nil, iri.fragment == nil, iri.path.isEmpty || iri.path == "/" {
            return identifiers.instanceActor
        }
        switch identifiers.parse(iri) {
        case .person, .group, .instanceActor: return iri
        case .profile(let name): return try await named(name)
        default: return nil
        }
    }

    private func named(_ name: String) async throws -> IRI? {
        try await documents.federation.database.read { db in
            try Accounts.byHandle(Handle(name: name, host: ""), in: db)?.iri
        }
    }

    private func document(_ account: Account) -> JSON {
        let kind = ActorKind(rawValue: account.kind.wireName) ?? .service
        let isNode = account.kind == .application
        let page = isNode ? identifiers.origin : account.url ?? identifiers.page(of: account.handle)
        var links = [
            WebFinger.Link.actor(account.iri, kind: kind),
            WebFinger.Link(rel: "http://webfinger.net/rel/profile-page", type: "text/html", href: page),
        ]
        if let icon = account.icon { links.append(WebFinger.Link(rel: "http://webfinger.net/rel/avatar", href: icon)) }
        if !isNode {
            links.append(
                WebFinger.subscribeLink(template: "\(identifiers.origin.origin)/authorize_interaction?uri={uri}"))
        }
        return WebFinger.document(
            subject: "acct:\(account.username)@\(identifiers.host)",
            aliases: page == account.iri ? [page] : [account.iri, page], links: links)
    }

    // MARK: - host-meta

    private var template: String {
        "\(identifiers.origin.origin)/.well-known/webfinger?resource={uri}"
    }

    private func hostMeta(_ request: Request) -> Response {
        if (request.headers[.accept] ?? "").contains("json") { return hostMetaJSON }
        let document = """
            <?xml version="1.0" encoding="UTF-8"?>
            <XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
              <Link rel="lrdd" template="\(template)"/>
            </XRD>
            """
        var response = Self.open(Array(document.utf8), "application/xrd+xml; charset=utf-8")
        Vary.add("Accept", to: &response.headers)
        return response
    }

    private var hostMetaJSON: Response {
        let json: JSON = ["links": [["rel": "lrdd", "template": JSON(template)]]]
        return Self.open(json.serialized(), "application/json")
    }

    // MARK: - NodeInfo

    private func nodeInfo(_ schema: NodeInfo.Version) async throws -> Response {
        let now = documents.federation.clock.now
        let counts = try await documents.federation.database.read { db in
            try Accounts.counts(activeSince: now - .days(30), halfYear: now - .days(180), in: db)
        }
        return Self.open(describe(counts).document(schema).serialized(), NodeInfo.mediaType(schema))
    }

    private func describe(_ counts: NodeCounts) -> NodeInfo {
        let usage = NodeInfo.Usage(
            users: Int64(counts.members), activeMonth: Int64(counts.activeMonth),
            activeHalfyear: Int64(counts.activeHalfYear), localPosts: Int64(counts.localPosts))
        var info = NodeInfo(
            software: "troquet", version: version, openRegistrations: isOpen, usage: usage)
        info.metadata = [
            "nodeName": JSON(community.name), "nodeDescription": JSON(community.tagline),
            "localEvents": JSON(Int64(counts.localEvents)), "features": ["groups", "events"],
            "federation": ["enabled": true],
        ]
        return info
    }

    /// Whether a person can register without an invitation.
    private var isOpen: Bool { community.registration == .open || community.registration == .approval }
}
