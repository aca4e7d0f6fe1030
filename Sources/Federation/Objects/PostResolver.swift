// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
public import Vocabulary

/// Resolves the address of a post, event or actor that a member looks up. An unknown object is fetched and stored.
///
/// There is no check for relevance here: the member's request is the reason to store the object.
public struct PostResolver: Sendable {
    private let database: Database
    private let objects: ObjectFetcher
    /// How long a member waits for the posts above an answer. Those that did not come are found with the next answer.
    private static let threadPatience = Duration.seconds(8)

    init(database: Database, objects: ObjectFetcher) {
        self.database = database
        self.objects = objects
    }

    /// The post, event or actor behind an id or a page's address. It is read from the database, or fetched and stored.
    ///
    /// A page that leads to no document is the page of a stored object when the owner of that object said so.
    ///
    /// - Throws: `.notAPost` for every other kind of object, and for a local id that names no post, event or actor.
    public func resolve(_ iri: IRI) async throws(FederationError) -> Fetched {
        if let known = try await objects.known(iri) { return known }
        guard !objects.identifiers.isLocal(iri) else { throw .notAPost }
        if let known = try await objects.knownPage(iri) { return known }
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await objects.fetch(iri, budget: &budget)
        if document.family == .actor {
            let actors = objects.actors
            return .account(try await actors.take(try actors.read(document), budget: &budget).id)
        }
        // An answer is shown in its discussion, so the posts above it are stored too.
        let within = ObjectFetcher(actors: objects.actors.serving(.member, within: Self.threadPatience))
        let gathered = await within.gatherThread(try await objects.gather(document, budget: &budget))
        let stored: Result<Fetched, FederationError>
        do {
            let (ids, clock) = (objects.ids, objects.clock)
            stored = try await database.write { tx in
                for object in gathered.before {
                    _ = try ObjectStore.insert(object.numbered(by: ids, at: clock.now), in: tx)
                }
                return try ObjectStore.insert(gathered.object.numbered(by: ids, at: clock.now), in: tx)
            }
        } catch {
            throw .storage
        }
        return try stored.get()
    }
}
