// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
import Storage
public import Vocabulary

/// Resolves actor ids to account rows, and fetches unknown and stale actors.
///
/// The document is fetched before the database is written. Resolving one actor makes at most six requests. A local
/// actor is never fetched and never overwritten.
///
/// This is the only part of `Fetching` that writes: it stores actors and their keys. They are not the effect of an
/// activity, so they may be stored while an activity is gathered.
public struct ActorResolver: Sendable {
    /// How long a stored actor is used before its document is fetched again.
    public static let maxAge = Duration.days(1)

    let database: ReadOnlyDatabase
    private let writer: Database
    private(set) var fetcher: DocumentFetcher
    let identifiers: LocalIdentifiers
    let ids: IDMaker
    let clock: any Clock
    /// The time zone of the community, in which an event without a zone is read.
    let timeZone: String

    /// Creates the resolver.
    public init(
        database: Database, loader: any DocumentLoader, identifiers: LocalIdentifiers, ids: IDMaker,
        clock: any Clock, mode: FederationMode = .open, timeZone: String = "UTC"
    ) {
        self.database = ReadOnlyDatabase(database)
        writer = database
        self.identifiers = identifiers
        self.ids = ids
        self.clock = clock
        self.timeZone = timeZone
        fetcher = DocumentFetcher(
            database: self.database, loader: loader, identifiers: identifiers, mode: mode)
    }

    /// The same resolver for another purpose. Without this, requests are those that a member waits for.
    ///
    /// - Parameter limit: the time from now after which no request of this resolver goes on.
    func serving(_ purpose: FetchPurpose, within limit: Duration) -> ActorResolver {
        var other = self
        other.fetcher = fetcher.serving(purpose, until: .now + limit)
        return other
    }

    /// The account behind an actor's id. A stale account is fetched again; when its host gives no valid document, the
    /// stored account is returned.
    ///
    /// A suspended account is returned too. The caller checks what it may do.
    ///
    /// - Throws: `.tombstoned` for a deleted actor, `.localIdentifier` for a local id without an account.
    public func resolve(_ iri: IRI, maxAge: Duration = Self.maxAge) async throws(FederationError) -> Account {
        var budget = FetchBudget(FetchBudget.resolve)
        return try await resolve(iri, maxAge: maxAge, budget: &budget)
    }

    /// The account behind an actor's id, with its document fetched again.
    public func refresh(_ iri: IRI) async throws(FederationError) -> Account {
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await actor(iri, budget: &budget)
        guard document.id == iri else { throw .identifierMismatch }
        return try await take(document, budget: &budget)
    }

    /// The account behind a link of a WebFinger response. Its id may differ from the link: the document's origin
    /// decides.
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

    /// Whether a stored actor is recent enough to be used without a fetch.
    func isFresh(_ account: Account, maxAge: Duration = Self.maxAge) -> Bool {
        account.isLocal || (account.fetchedAt.map { $0 + maxAge > clock.now } ?? false)
    }

    /// Whether this error means that a known account must not be used any more.
    private static func isGone(_ refusal: FederationError) -> Bool {
        switch refusal {
        case .fetch(.gone), .fetch(.blockedHost), .tombstoned, .blockedHost: true
        default: false
        }
    }

    // MARK: - From document to row

    /// Fetches an actor's document and checks its id and origin.
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

    /// Stores an actor from a document that its own origin served.
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
        // The handle is proved when the actor is new, and again when its name changes.
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
                try CustomEmojis.remember(remote.emojis, of: remote.account.iri.authority, at: now, in: tx)
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

    /// The host of the actor's handle: the host whose WebFinger response points to the actor.
    ///
    /// A host may delegate its handles to another host (`social.cafe.example` to `cafe.example`). Then the WebFinger
    /// response of the other host must point to the actor too. When a host has no WebFinger, the host of the actor's id
    /// is used.
    ///
    /// - Throws: `.handleMismatch` when the WebFinger response gives the name to another actor.
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

    /// Whether a WebFinger response names the actor. It may name several: Lemmy allows a person and a group of the same
    /// name.
    static func leads(_ answer: JSON, to actor: IRI) -> Bool {
        (answer["links"]?.array ?? []).contains { link in
            link["rel"]?.string == "self" && link["href"]?.string.flatMap(IRI.init) == actor
                && (ActivityMediaType.matches(link["type"]?.string))
        }
    }
}
