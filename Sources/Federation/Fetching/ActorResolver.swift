// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
import Storage
public import Vocabulary

/// Known, stale and unknown actors to rows.
///
/// The network comes first and the database second; a chain makes at most six requests. An actor of this node is never
/// fetched and never overwritten.
///
/// It is the only part of `Fetching` that writes: who an actor is and which keys it has. That is no fact of an
/// activity, so it may be stored while an activity is gathered.
public struct ActorResolver: Sendable {
    /// How long a document is believed without asking again.
    public static let maxAge = Duration.days(1)

    let database: ReadOnlyDatabase
    private let writer: Database
    let fetcher: DocumentFetcher
    let identifiers: LocalIdentifiers
    let ids: IDMaker
    let clock: any Clock

    /// Wires it.
    public init(
        database: Database, loader: any DocumentLoader, identifiers: LocalIdentifiers, ids: IDMaker,
        clock: any Clock, mode: FederationMode = .open
    ) {
        self.database = ReadOnlyDatabase(database)
        writer = database
        self.identifiers = identifiers
        self.ids = ids
        self.clock = clock
        fetcher = DocumentFetcher(
            database: self.database, loader: loader, identifiers: identifiers, mode: mode)
    }

    /// The account behind an actor's id; a stale one is renewed, or given as it was when its host has nothing better to
    /// say.
    ///
    /// A suspended account is given too: what it may do is for the caller to ask.
    ///
    /// - Throws: `.tombstoned` for one that is no more, `.localIdentifier` for one of ours that does not exist.
    public func resolve(_ iri: IRI, maxAge: Duration = Self.maxAge) async throws(FederationError) -> Account {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await resolve(iri, maxAge: maxAge, budget: &budget)
    }

    /// The same, its document fetched anew.
    public func refresh(_ iri: IRI) async throws(FederationError) -> Account {
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await actor(iri, budget: &budget)
        guard document.id == iri else { throw .identifierMismatch }
        return try await take(document, budget: &budget)
    }

    /// The account to which a directory's link leads, under whichever id its origin gives it.
    func locate(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> Account {
        let known = try await database.read { db throws(DatabaseError) in try Accounts.byIRI(iri, in: db) }
        if known != nil { return try await resolve(iri, budget: &budget) }
        return try await take(try await actor(iri, budget: &budget), budget: &budget)
    }

    func resolve(
        _ iri: IRI, maxAge: Duration = Self.maxAge, budget: inout FetchBudget
    ) async throws(FederationError) -> Account {
        let known = try await database.read { db throws(DatabaseError) in try Accounts.byIRI(iri, in: db) }
        if let known {
            guard known.deletedAt == nil else { throw .tombstoned }
            if isFresh(known, maxAge: maxAge) { return known }
        }
        guard !identifiers.isLocal(iri) else { throw .localIdentifier }
        do throws(FederationError) {
            let document = try await actor(iri, budget: &budget)
            guard document.id == iri else { throw FederationError.identifierMismatch }
            return try await take(document, budget: &budget)
        } catch {
            guard let known, !Self.isGone(error) else { throw error }
            return known
        }
    }

    /// Whether what we have of an actor is believed without asking again.
    func isFresh(_ account: Account, maxAge: Duration = Self.maxAge) -> Bool {
        account.isLocal || (account.fetchedAt.map { $0 + maxAge > clock.now } ?? false)
    }

    /// Whether a known account must not be used any more.
    private static func isGone(_ refusal: FederationError) -> Bool {
        switch refusal {
        case .fetch(.gone), .fetch(.blockedHost), .tombstoned, .blockedHost: true
        default: false
        }
    }

    // MARK: - From document to row

    /// The actor's document, believed.
    func actor(_ iri: IRI, budget: inout FetchBudget) async throws(FederationError) -> ActorDocument {
        guard !identifiers.isLocal(iri) else { throw .localIdentifier }
        return try read(try await fetcher.fetch(iri, budget: &budget))
    }

    func read(_ document: Document) throws(FederationError) -> ActorDocument {
        guard document.family != .tombstone else { throw .tombstoned }
        do {
            return try ActorDocument(document)
        } catch {
            throw .notAnActor
        }
    }

    /// Stores what an actor's own origin says of it.
    func take(_ document: ActorDocument, budget: inout FetchBudget) async throws(FederationError) -> Account {
        let iri = document.id
        let (known, isGone) = try await database.read { db throws(DatabaseError) in
            let known = try Accounts.byIRI(iri, in: db)
            let tombstone = try Tombstones.find(iri, in: db)
            return (known, known?.deletedAt != nil || tombstone != nil)
        }
        guard !isGone else { throw .tombstoned }
        let now = clock.now
        let draft = try ActorToAccount.read(
            document, id: known?.id ?? ids.make(at: now), host: known?.host ?? iri.authority, at: now)
        var remote = draft
        // The name is proved on first sight, and again when it changes.
        if known?.username != draft.account.username {
            remote.account.host = try await provenHost(of: draft.account, budget: &budget)
        }
        return try await store(remote, at: now)
    }

    private func store(_ remote: RemoteActor, at now: Timestamp) async throws(FederationError) -> Account {
        let stored: Account?
        do {
            stored = try await writer.write { tx in
                let id = try Accounts.upsertRemote(remote.account, in: tx)
                for (position, key) in remote.keys.enumerated() {
                    let store = position == 0 ? Keys.rememberOnly : Keys.remember
                    try store(key.id.string, id, key.publicPEM, now, tx)
                }
                try Peers.touch(remote.account.iri.authority, at: now, in: tx)
                return try Accounts.byID(id, in: tx)
            }
        } catch {
            throw .storage
        }
        guard let stored else { throw .storage }
        return stored
    }

    // MARK: - Names

    /// The host of the actor's handle: the one whose directory leads back to the actor.
    ///
    /// A host may hand its names to another (`social.cafe.example` to `cafe.example`): then that other's directory must
    /// lead to the actor too. A host without a directory is taken at the address's word.
    ///
    /// - Throws: `.handleMismatch` when the directory gives the name to another actor.
    private func provenHost(of account: Account, budget: inout FetchBudget) async throws(FederationError) -> String {
        let own = account.iri.authority
        guard account.kind != .application, account.kind != .service else { return own }
        guard let answer = try await directory(account.username, host: own, budget: &budget) else { return own }
        guard Self.leads(answer, to: account.iri) else { throw .handleMismatch }
        guard let subject = WebFinger.subject(of: answer), subject.host != own else { return own }
        guard subject.host != identifiers.host, subject.name.lowercased() == account.username.lowercased(),
            let other = try await directory(subject.name, host: subject.host, budget: &budget),
            Self.leads(other, to: account.iri), let confirmed = WebFinger.subject(of: other),
            confirmed.host == subject.host
        else { return own }
        return subject.host
    }

    private func directory(
        _ name: String, host: String, budget: inout FetchBudget
    ) async throws(FederationError) -> JSON? {
        do {
            return try await fetcher.webfinger(name, host: host, budget: &budget)
        } catch .fetch, .blockedHost {
            return nil
        }
    }

    /// Whether a directory's answer names the actor; Lemmy names a person and a group of one name.
    static func leads(_ answer: JSON, to actor: IRI) -> Bool {
        (answer["links"]?.array ?? []).contains { link in
            link["rel"]?.string == "self" && link["href"]?.string.flatMap(IRI.init) == actor
                && (ActivityMediaType.matches(link["type"]?.string))
        }
    }
}
