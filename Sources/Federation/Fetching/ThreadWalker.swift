// SPDX-License-Identifier: Apache-2.0

public import Database
import Model
import Storage
public import Vocabulary

/// The way from a reply up to the first post of its thread, so that the reply is shown where it belongs.
public struct ThreadWalker: Sendable {
    /// How many posts are fetched on the way, at the most.
    public static let limit = 12

    private let database: Database
    private let posts: PostResolver

    /// Wires it.
    public init(database: Database, posts: PostResolver) {
        self.database = database
        self.posts = posts
    }

    /// Fetches what is unknown from `iri` upwards and stores it, the oldest first.
    ///
    /// Ends at what is known, at what cannot be had, after `limit` posts, and where the way leads in a circle. What was
    /// reached is kept: a thread without its root is still better than a reply alone.
    public func climb(from iri: IRI, limit: Int = Self.limit) async {
        var budget = FetchBudget(FetchBudget.thread)
        var found: [GatheredObject] = []
        var seen: Set<IRI> = []
        var next: IRI? = iri
        while let current = next, found.count < min(limit, Self.limit), seen.insert(current).inserted {
            guard let object = await step(current, budget: &budget),
                seen.insert(object.iri).inserted || object.iri == current
            else { break }
            found.append(object)
            next = object.inReplyTo
        }
        guard !found.isEmpty else { return }
        let chain = Array(found.reversed())
        // Safe to lose: the reply that asked is stored all the same, and adopted when its parents come.
        _ = try? await database.write { tx in
            for object in chain { _ = try PostResolver.store(object, in: tx) }
        }
    }

    /// One unknown ancestor; nil at the end of the way.
    private func step(_ iri: IRI, budget: inout FetchBudget) async -> GatheredObject? {
        do {
            guard try await posts.known(iri) == nil else { return nil }
            let document = try await posts.fetch(iri, budget: &budget)
            return try await posts.gather(document, budget: &budget)
        } catch {
            return nil
        }
    }
}
