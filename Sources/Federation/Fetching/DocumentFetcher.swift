// SPDX-License-Identifier: Apache-2.0

import Database
import Limits
import Model
import Storage
import Vocabulary

// A document is trusted only when the address of its own id served it:
//
//  - It is trusted when its `id` is the address that finally served it, after redirects.
//  - Otherwise only its `id` is used: the document is dropped, and the `id` is fetched once.
//  - An address of this node is never fetched, and a document with an `id` of this node is never trusted.
//
// Spec: FEP-fe34. CVE-2024-23832, CVE-2024-25623 and CVE-2024-52591 are attacks that were possible without these rules.

/// How many requests may be made for one object. The same value is passed through a whole chain of fetches, so that the
/// chain ends.
struct FetchBudget: Sendable {
    private(set) var left: Int

    /// Requests for one actor or object with everything that it needs.
    static let resolve = 6
    /// Requests for a thread with all of its authors.
    static let thread = 24

    init(_ limit: Int) {
        left = limit
    }

    /// Uses one request.
    mutating func spend() throws(FederationError) {
        guard left > 0 else { throw .tooManyFetches }
        left -= 1
    }
}

/// Fetches documents and checks that they can be trusted.
struct DocumentFetcher: Sendable {
    let database: ReadOnlyDatabase
    let loader: any DocumentLoader
    let identifiers: LocalIdentifiers
    let mode: FederationMode
    /// When all requests must be over; nil when only the loader limits each of them. A request that would begin later
    /// is not made.
    private var deadline: ContinuousClock.Instant?

    init(
        database: ReadOnlyDatabase, loader: any DocumentLoader, identifiers: LocalIdentifiers, mode: FederationMode
    ) {
        self.database = database
        self.loader = loader
        self.identifiers = identifiers
        self.mode = mode
    }

    /// The same fetcher for another purpose, whose requests must be over at an instant.
    func serving(_ purpose: FetchPurpose, until deadline: ContinuousClock.Instant) -> DocumentFetcher {
        var other = DocumentFetcher(
            database: database, loader: loader.serving(purpose), identifiers: identifiers, mode: mode)
        other.deadline = deadline
        return other
    }

    /// The document named by `iri`, as its own origin serves it.
    ///
    /// - Throws: `.identifierMismatch` when the origin serves a document with another id.
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
        let answer = try await inTime { [loader] () async throws(FetchError) in
            try await loader.load(iri.withoutFragment)
        }
        guard !identifiers.isLocal(answer.finalURL) else { throw .localIdentifier }
        if answer.finalURL.authority != iri.authority { try await admit(answer.finalURL.authority) }
        return answer
    }

    /// The WebFinger response for a name.
    func webfinger(_ name: String, host: String, budget: inout FetchBudget) async throws(FederationError) -> JSON {
        guard host != identifiers.host else { throw .localIdentifier }
        try await admit(host)
        try budget.spend()
        return try await inTime { [loader] () async throws(FetchError) in
            try await loader.webfinger(name, host: host)
        }
    }

    /// Makes a request, and cancels it at the deadline. Then it counts as a host that did not respond.
    private func inTime<Value: Sendable>(
        _ request: @escaping @Sendable () async throws(FetchError) -> Value
    ) async throws(FederationError) -> Value {
        do {
            guard let deadline else { return try await request() }
            guard deadline > .now else { throw DeadlinePassed() }
            return try await withDeadline(deadline, request)
        } catch let error as FetchError {
            throw .fetch(error)
        } catch {
            throw .fetch(.unavailable(status: nil))
        }
    }

    /// Checks that the host is not blocked. A policy for a domain also applies to its subdomains.
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

    /// The host with its port, the host, and all of its parent domains.
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

/// A database that can only read. The code that fetches and gathers holds this type, so that it cannot store anything.
struct ReadOnlyDatabase: Sendable {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Runs a read. Every error is thrown as `.storage`.
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
