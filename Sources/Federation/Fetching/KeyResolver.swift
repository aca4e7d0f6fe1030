// SPDX-License-Identifier: Apache-2.0

import Database
import Model
public import Storage
import Vocabulary

// A key id in a signature is only a claim. A key is trusted when two things agree: the key names its owner, and the
// owner's document, fetched from the owner's origin, lists the key with the same id (fragment included) and the same
// PEM text.

extension ActorResolver {
    /// The shortest time between two fetches of one key. An attacker can send invalid signatures at no cost.
    public static let keyRefreshPause = Duration.minutes(5)

    /// The key that a signature names. It is read from the database, or fetched from its owner.
    ///
    /// - Throws: `.keyMismatch` when the owner does not list it, `.ownerMismatch` when it names an owner of another
    ///   origin, `.localIdentifier` for a key of this node.
    public func key(_ keyID: String) async throws(FederationError) -> StoredKey {
        let iri = try remoteKeyID(keyID)
        if let known = try await stored(iri) { return known }
        return try await fetchKey(iri)
    }

    /// Fetches the key from its owner again. Within ``keyRefreshPause`` of the last fetch it returns the stored key.
    ///
    /// - Throws: the same errors as ``key(_:)``. Then the stored key stays unchanged.
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

    /// The owner that is named by a key with a document of its own, when the owner's document lists the same key.
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
