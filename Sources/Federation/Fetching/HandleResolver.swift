// SPDX-License-Identifier: Apache-2.0

import Database
public import Model
import Storage
import Vocabulary

/// `@name@host` to an account.
public struct HandleResolver: Sendable {
    private let actors: ActorResolver

    /// - Parameter actors: its loader is used, and its identifiers.
    init(actors: ActorResolver) {
        self.actors = actors
    }

    private var identifiers: LocalIdentifiers { actors.identifiers }

    /// The account that bears the handle.
    ///
    /// A handle of this node needs no network. The account may bear another host than was asked for, when that host
    /// only points to it: it is shown under the name that was proved (see ``ActorResolver``).
    ///
    /// - Throws: `.fetch(.notFound)` when nobody bears it.
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
