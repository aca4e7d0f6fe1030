// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// People, groups and the node itself, for peers. Nobody has to sign: otherwise two nodes that both insist on it could
/// never learn each other's keys.
struct ActorRoutes: Sendable {
    let documents: Documents

    var routes: [Route] {
        [
            documents.route("/users/:name") { _, context in try await document(documents.person(context)) },
            documents.route("/groups/:name") { _, context in try await document(documents.group(context)) },
            documents.route("/actor") { _, _ in try await document(documents.identifiers.instanceActor) },
        ]
    }

    /// The ready answer for an actor: its document, or what is left of it.
    func document(_ iri: IRI) async throws -> Response {
        try await documents.cache.answer(iri.string) {
            switch try await documents.actor(iri) {
            case .gone(let formerType, let instant): return documents.gone(iri, formerType: formerType, at: instant)
            case .account(let account): return documents.open(try await describe(account))
            }
        }
    }

    private func describe(_ account: Account) async throws -> JSON {
        let keyID = documents.identifiers.keyID(of: account.iri)
        let key = try await documents.federation.database.read { db in try Keys.publicKey(keyID.string, in: db) }
        guard let key else { throw RequestError.notFound }
        return AccountToActor.document(account, publicPEM: key.publicPEM, identifiers: documents.identifiers)
    }
}
