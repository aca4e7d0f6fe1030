// SPDX-License-Identifier: Apache-2.0

import Database
public import Model
import Storage
import Vocabulary

/// Resolves `@name@host` to an account.
public struct HandleResolver: Sendable {
    private let actors: ActorResolver

    /// - Parameter actors: this resolver uses its loader and its identifiers.
    init(actors: ActorResolver) {
        self.actors = actors
    }

    private var identifiers: LocalIdentifiers { actors.identifiers }

    /// The account with this handle.
    ///
    /// A local handle needs no request. The account may have another host than the handle, when the handle's host only
    /// points to it. It is shown under the proved name (see ``ActorResolver``).
    ///
    /// - Throws: `.fetch(.notFound)` when no account has the handle.
    public func resolve(_ handle: Handle) async throws(FederationError) -> Account {
        let isOurs = handle.host.isEmpty || handle.host == identifiers.host
        let wanted = isOurs ? Handle(name: handle.name, host: "") : handle
        let known = try await actors.database.read { db throws(DatabaseError) in
            try Accounts.byHandle(wanted, in: db)
        }
        if let known {
            guard known.deletedAt == nil else { throw .tombstoned }
            return known.isLocal ? known : try await actors.resolve(known.iri)
        }
        guard !isOurs else { throw .fetch(.notFound) }
        var budget = FetchBudget(FetchBudget.resolve)
        let answer = try await actors.fetcher.webfinger(handle.name, host: handle.host, budget: &budget)
        guard let iri = WebFinger.selfLink(in: answer) else { throw .notAnActor }
        guard !identifiers.isLocal(iri) else { throw .localIdentifier }
        return try await actors.locate(iri, budget: &budget)
    }
}
