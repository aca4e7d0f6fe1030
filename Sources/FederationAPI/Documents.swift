// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// What all routes for peers share: who may ask, what an answer looks like, what is left of the deleted.
struct Documents: Sendable {
    let federation: Federation
    let fetch: AuthorizedFetch
    let cache = DocumentCache()

    var identifiers: LocalIdentifiers { federation.identifiers }

    /// A route that answers with a document. A node that federates with nobody shows nobody anything.
    func route(_ path: String, _ handler: @escaping Route.Handler) -> Route {
        let isOff = federation.community.mode == .off
        return Route.document(path) { request, context in
            guard !isOff else { throw RequestError.notFound }
            return try await handler(request, context)
        }
    }

    // MARK: - Answers

    /// What everybody may see.
    func open(_ json: JSON) -> Response { open(json.serialized()) }

    /// What everybody may see, in its own bytes.
    func open(_ body: [UInt8]) -> Response { Self.activity(body, cache: "public, max-age=60") }

    /// What only the one who signed may see.
    func closed(_ json: JSON) -> Response { Self.activity(json.serialized(), cache: "private, no-store") }

    /// What is left of something deleted. Spec: ActivityPub §6.4.
    func gone(_ stone: StoredTombstone) -> Response {
        gone(stone.iri, formerType: stone.formerType, at: stone.deletedAt)
    }

    /// What is left of something deleted.
    func gone(_ iri: IRI, formerType: String, at instant: Timestamp) -> Response {
        let document = Tombstone.document(id: iri, formerType: formerType, deleted: instant.milliseconds)
        return Self.activity(document.serialized(), status: .gone, cache: "public, max-age=60")
    }

    private static func activity(_ body: [UInt8], status: HTTPResponse.Status = .ok, cache: String) -> Response {
        let headers: HTTPFields = [.vary: "Accept, Signature, Signature-Input", .cacheControl: cache]
        return Answers.json(body, contentType: ActivityMediaType.activity, status: status, headers: headers)
    }

    // MARK: - Actors

    /// What an actor's address leads to.
    enum Found: Sendable {
        case account(Account)
        case gone(formerType: String, at: Timestamp)
    }

    /// The actor with this id, as far as strangers may know of it: neither one that waits for a steward's word, nor one
    /// that a steward suspended.
    func actor(_ iri: IRI) async throws -> Found {
        try await federation.database.read { db in
            guard let account = try Accounts.byIRI(iri, in: db) else {
                guard let stone = try Tombstones.find(iri, in: db) else { throw RequestError.notFound }
                return .gone(formerType: stone.formerType, at: stone.deletedAt)
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

    /// The id that the path of a request names, written exactly as we write it.
    ///
    /// - Throws: ``RequestError/notFound`` for a name that is none.
    func person(_ context: NodeContext) throws -> IRI { identifiers.person(try name(context)) }

    /// As ``person(_:)``, for a group.
    func group(_ context: NodeContext) throws -> IRI { identifiers.group(try name(context)) }

    /// A number as it stands in our ids: no sign and no leading zero.
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
    /// The word on the wire.
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
