// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// The documents of people, groups and the instance actor. They need no signature: two nodes that both required one
/// could never fetch each other's keys.
struct ActorRoutes: Sendable {
    let documents: Documents

    var routes: [Route] {
        [
            actor("/users/:name") { try documents.person($0) }, actor("/groups/:name") { try documents.group($0) },
            actor("/actor") { _ in documents.identifiers.instanceActor },
        ]
    }

    /// The cached response for an actor: its document, or a tombstone when it was deleted.
    func document(_ iri: IRI) async throws -> Response {
        try await documents.ready(iri.path, path: iri.path) { try await make(iri) }
    }

    /// The path is the cache key, so that a cached response is found before the path is parsed.
    private func actor(_ path: String, id: @escaping @Sendable (NodeContext) throws -> IRI) -> Route {
        documents.cachedRoute(path, key: { $0.uri.path }) { _, context in try await make(id(context)) }
    }

    private func make(_ iri: IRI) async throws -> Response {
        switch try await documents.actor(iri) {
        case .gone(let formerType, let instant): documents.gone(iri, formerType: formerType, at: instant)
        case .account(let account): documents.open(try await describe(account))
        }
    }

    private func describe(_ account: Account) async throws -> JSON {
        let keyID = documents.identifiers.keyID(of: account.iri)
        let key = try await documents.federation.database.read { db in try Keys.publicKey(keyID.string, in: db) }
        guard let key else { throw RequestError.notFound }
        return AccountToActor.document(account, publicPEM: key.publicPEM, identifiers: documents.identifiers)
    }
}
