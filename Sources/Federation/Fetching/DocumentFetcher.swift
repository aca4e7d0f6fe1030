// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

// Whose word is a document? That of the address that served it, and of nobody else:
//
//  - It is believed when its `id` is the address from which it finally came.
//  - Otherwise it only names a document: it is dropped, and the `id` is fetched once and for all.
//  - No address of this node is ever fetched, and no `id` of this node believed.
//
// Spec: FEP-fe34; CVE-2024-23832, CVE-2024-25623, CVE-2024-52591 are what happens without.

/// How many requests one thing is worth. One value goes through a whole chain, so that a chain ends.
struct FetchBudget: Sendable {
    private(set) var left: Int

    /// Requests for one actor or object with all that it needs.
    static let resolve = 6
    /// Requests for a thread with all of its authors.
    static let thread = 24

    init(_ limit: Int) {
        left = limit
    }

    /// Takes one.
    mutating func spend() throws(FederationError) {
        guard left > 0 else { throw .tooManyFetches }
        left -= 1
    }
}

/// Documents that may be believed.
struct DocumentFetcher: Sendable {
    let database: ReadOnlyDatabase
    let loader: any DocumentLoader
    let identifiers: LocalIdentifiers
    let mode: FederationMode

    /// The document named by `iri`, as its own origin serves it.
    ///
    /// - Throws: `.identifierMismatch` when the origin does not stand by it.
    func fetch(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> Document {
        let first = try await load(iri, budget: &budget)
        guard let id = first.document.id else { throw .identifierMismatch }
        guard !identifiers.isLocal(id) else { throw .localIdentifier }
        if id.withoutFragment == first.finalURL.withoutFragment { return first.document }
        let second = try await load(id, budget: &budget)
        guard second.document.id == id, second.finalURL.withoutFragment == id.withoutFragment else {
            throw .identifierMismatch
        }
        return second.document
    }

    private func load(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> RemoteDocument {
        guard !identifiers.isLocal(iri) else { throw .localIdentifier }
        try await admit(iri.authority)
        try budget.spend()
        let answer: RemoteDocument
        do {
            answer = try await loader.load(iri.withoutFragment)
        } catch {
            throw .fetch(error)
        }
        guard !identifiers.isLocal(answer.finalURL) else { throw .localIdentifier }
        if answer.finalURL.authority != iri.authority { try await admit(answer.finalURL.authority) }
        return answer
    }

    /// The directory's answer about a name.
    func webfinger(_ name: String, host: String, budget: inout FetchBudget) async throws(FederationError) -> JSON {
        guard host != identifiers.host else { throw .localIdentifier }
        try await admit(host)
        try budget.spend()
        do {
            return try await loader.webfinger(name, host: host)
        } catch {
            throw .fetch(error)
        }
    }

    /// Asks whether the node talks with the host; a decision about a domain holds for what is below it.
    func admit(_ host: String) async throws(FederationError) {
        let candidates = Self.domains(of: host)
        let policy = try await database.read { db throws(DatabaseError) in
            for candidate in candidates {
                if let state = try Peers.state(of: candidate, in: db), state.policy != .unset { return state.policy }
            }
            return PeerPolicy.unset
        }
        guard mode.admits(policy) else { throw .blockedHost }
    }

    /// The host with its port, the host, and every domain above it.
    static func domains(of host: String) -> [String] {
        var domains = [host]
        var rest = host[...]
        if let colon = rest.lastIndex(of: ":"), rest[rest.index(after: colon)...].allSatisfy(\.isNumber) {
            rest = rest[..<colon]
            domains.append(String(rest))
        }
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if rest.contains(".") { domains.append(String(rest)) }
        }
        return domains
    }
}

/// The database for those who only read: whoever fetches and gathers holds this, and so cannot store a fact.
struct ReadOnlyDatabase: Sendable {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Reads; whatever goes wrong is `.storage`.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (Snapshot) throws(DatabaseError) -> T
    ) async throws(FederationError) -> T {
        do {
            return try await database.read(body)
        } catch {
            throw .storage
        }
    }
}
