// SPDX-License-Identifier: Apache-2.0

import Database
import Model
public import Storage
import Vocabulary

// A key id is only a claim. It is believed when both ends say so: the key names its owner, and the owner's own
// document, fetched from the owner's origin, lists the key under exactly that id, fragment included, with the same
// text.

extension ActorResolver {
    /// How often a key may be asked for anew: signatures that fail are cheap to make.
    public static let keyRefreshPause = Duration.minutes(5)

    /// The key that a signature names: the known one, or the one that its owner lists.
    ///
    /// - Throws: `.keyMismatch` when the owner does not list it, `.ownerMismatch` when it claims an owner of another
    ///   origin, `.localIdentifier` for a key of this node.
    public func key(_ keyID: String) async throws(FederationError) -> StoredKey {
        let iri = try remoteKeyID(keyID)
        if let known = try await stored(iri) { return known }
        return try await fetchKey(iri)
    }

    /// The key as its owner lists it now; asked too soon, the known one.
    ///
    /// - Throws: as ``key(_:)``; then the known key stays as it was.
    public func refreshKey(_ keyID: String) async throws(FederationError) -> StoredKey {
        let iri = try remoteKeyID(keyID)
        if let known = try await stored(iri), known.fetchedAt + Self.keyRefreshPause > clock.now { return known }
        return try await fetchKey(iri)
    }

    private func remoteKeyID(_ keyID: String) throws(FederationError) -> IRI {
        guard keyID.utf8.count <= IRI.limitBytes else { throw .tooLong("keyId") }
        guard let iri = IRI(keyID) else { throw .keyMismatch }
        guard !identifiers.isLocal(iri) else { throw .localIdentifier }
        return iri
    }

    private func stored(_ keyID: IRI) async throws(FederationError) -> StoredKey? {
        try await database.read { db throws(DatabaseError) in try Keys.publicKey(keyID.string, in: db) }
    }

    private func fetchKey(_ keyID: IRI) async throws(FederationError) -> StoredKey {
        var budget = FetchBudget(FetchBudget.resolve)
        let document = try await fetcher.fetch(keyID, budget: &budget)
        let owner: ActorDocument
        if document.family == .actor || document.family == .tombstone {
            owner = try read(document)
            guard ActorToAccount.keys(of: owner).contains(where: { $0.id == keyID }) else { throw .keyMismatch }
        } else {
            owner = try await self.owner(of: document, keyID: keyID, budget: &budget)
        }
        guard owner.id.isSameOrigin(as: keyID) else { throw .ownerMismatch }
        _ = try await take(owner, budget: &budget)
        guard let key = try await stored(keyID), key.actor == owner.id else { throw .keyMismatch }
        return key
    }

    /// The actor that a key served on its own names, when that actor lists the very same key.
    private func owner(
        of document: Document, keyID: IRI, budget: inout FetchBudget
    ) async throws(FederationError) -> ActorDocument {
        guard let key = try? KeyDocument(document), key.id == keyID else { throw .keyMismatch }
        guard key.owner.isSameOrigin(as: keyID) else { throw .ownerMismatch }
        let owner = try await actor(key.owner, budget: &budget)
        guard owner.id == key.owner else { throw .ownerMismatch }
        let listed = ActorToAccount.keys(of: owner).first { $0.id == keyID }
        guard let listed, listed.publicPEM == ActorToAccount.pem(of: key) else { throw .keyMismatch }
        return owner
    }
}
