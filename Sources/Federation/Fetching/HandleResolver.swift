// SPDX-License-Identifier: Apache-2.0

public import Database
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

    /// Whether an account with this handle can only be on another server.
    public func isElsewhere(_ handle: Handle) -> Bool {
        !handle.host.isEmpty && handle.host != identifiers.host
    }

    /// The stored accounts with these handles, without those that were deleted. No server is asked.
    public func known(
        _ handles: [Handle], in db: some Queryable
    ) throws(DatabaseError) -> [Handle: Account] {
        let stored = handles.map { isElsewhere($0) ? $0 : Handle(name: $0.name, host: "") }
        let accounts = try Accounts.byHandles(stored, in: db)
        var found: [Handle: Account] = [:]
        for (handle, stored) in zip(handles, stored) {
            found[handle] = accounts.first {
                $0.host == stored.host && $0.handle.foldedName == stored.foldedName && $0.deletedAt == nil
            }
        }
        return found
    }

    /// The account with this handle.
    ///
    /// A local handle needs no request. The account may have another host than the handle, when the handle's host only
    /// points to it. It is shown under the proved name (see ``ActorResolver``).
    ///
    /// - Throws: `.fetch(.notFound)` when no account has the handle.
    public func resolve(_ handle: Handle) async throws(FederationError) -> Account {
        let isOurs = !isElsewhere(handle)
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
