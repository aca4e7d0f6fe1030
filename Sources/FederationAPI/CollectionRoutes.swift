// SPDX-License-Identifier: Apache-2.0

internal import Federation
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Vocabulary

/// The collections of actors: outbox, followers, following, featured posts, moderators and upcoming events.
struct CollectionRoutes: Sendable {
    /// Makes one collection of an actor.
    typealias Maker = @Sendable (Collections, Account, CollectionView) async throws -> JSON

    let documents: Documents

    var routes: [Route] {
        let everybody: [(String, Maker)] = [
            ("outbox", { try await $0.outbox(of: $1, $2) }),
            ("followers", { try await $0.followers(of: $1, $2) }),
            ("following", { try await $0.following(of: $1, $2) }),
        ]
        let featured: [(String, Maker)] = [
            (
                "collections/featured",
                { collections, owner, _ in
                    collections.featured(of: owner)
                }
            )
        ]
        let groups: [(String, Maker)] = [
            ("collections/moderators", { collections, owner, _ in try await collections.moderators(of: owner) }),
            ("collections/upcoming", { collections, owner, view in try await collections.upcoming(of: owner, view) }),
        ]
        return under("/users/:name", everybody + featured) { try documents.person($0) }
            + under("/groups/:name", everybody + featured + groups) { try documents.group($0) }
            + under("/actor", everybody) { _ in documents.identifiers.instanceActor }
    }

    private func under(
        _ path: String, _ collections: [(String, Maker)], owner: @escaping @Sendable (NodeContext) throws -> IRI
    ) -> [Route] {
        collections.map { name, make in
            documents.route("\(path)/\(name)") { request, context in
                let iri = try owner(context)
                switch try await documents.actor(iri) {
                case .gone(let formerType, let instant):
                    return documents.gone(iri, formerType: formerType, at: instant)
                case .account(let account):
                    let view = CollectionView(query: request.uri.query)
                    let collection = try await make(documents.federation.collections, account, view)
                    return await documents.open(collection, for: request, context)
                }
            }
        }
    }
}
