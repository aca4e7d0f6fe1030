// SPDX-License-Identifier: Apache-2.0

public import Federation
public import HTTPSupport
internal import Model
internal import Storage

/// Server to server: everything that peers ask of this node, and where they put what they say.
public struct FederationAPI: Sendable {
    let documents: Documents
    let gate: InboxGate
    let version: String

    /// Wires it.
    ///
    /// - Parameters:
    ///   - gate: the one that takes activities in, so that all count and remember together.
    ///   - version: of this program, as NodeInfo says it.
    public init(federation: Federation, gate: InboxGate, software version: String) {
        documents = Documents(federation: federation, fetch: AuthorizedFetch(gate: gate, federation: federation))
        self.gate = gate
        self.version = version
    }

    /// Every address.
    public var routes: [Route] {
        InboxRoutes(documents: documents, gate: gate).routes
            + ActorRoutes(documents: documents).routes
            + CollectionRoutes(documents: documents).routes
            + ObjectRoutes(documents: documents).routes
            + WellKnownRoutes(documents: documents, version: version).routes
    }

    /// Forgets ready answers as soon as accounts or settings change; returns when the database is closed or the task is
    /// cancelled. Without it they are forgotten by age alone.
    public func followChanges() async {
        for await change in ChangeFeed(documents.federation.database).changes() where change == .settingsChanged {
            documents.cache.forgetAll()
        }
    }
}
