// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
public import Vocabulary

/// Posts, events and actors by their address, for a member who asks for one: fetched when they are not known, and kept.
///
/// Nobody else decides whether the object is wanted here: the member's question is the reason to keep it.
public struct PostResolver: Sendable {
    private let database: Database
    private let objects: ObjectFetcher

    init(database: Database, objects: ObjectFetcher) {
        self.database = database
        self.objects = objects
    }

    /// The post, event or actor behind an id or a page's address: the known row, or fetched and stored.
    ///
    /// - Throws: `.notAPost` for anything else, and for an id of ours that names none of them.
    public func resolve(_ iri: IRI) async throws(FederationError) -> Fetched {
        if let known = try await objects.known(iri) { return known }
        guard !objects.identifiers.isLocal(iri) else { throw .notAPost }
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await objects.fetch(iri, budget: &budget)
        if document.family == .actor {
            let actors = objects.actors
            return .account(try await actors.take(try actors.read(document), budget: &budget).id)
        }
        let gathered = try await objects.gather(document, budget: &budget)
        let stored: Result<Fetched, FederationError>
        do {
            stored = try await database.write { tx in try ObjectStore.insert(gathered, in: tx) }
        } catch {
            throw .storage
        }
        return try stored.get()
    }
}
