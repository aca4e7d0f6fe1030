// SPDX-License-Identifier: Apache-2.0

public import Database
public import HTTPSignatures
internal import Limits
public import Model
internal import Storage

/// Caches the private keys of local actors, because parsing a key costs as much as a signature.
public actor KeyStore {
    /// The key with which an actor signs.
    public struct Identity: Sendable {
        /// The key id in the signature.
        public let keyID: String
        /// The private key.
        public let key: PrivateKey
    }

    private let database: Database
    private var known: LRUCache<ID<Account>, Task<Identity?, any Error>>

    /// - Parameter limit: how many keys are kept, 1 or more. One key takes about 4 kB.
    public init(database: Database, limit: Int = 1024) {
        self.database = database
        known = LRUCache(capacity: limit)
    }

    /// The current key of the account; `nil` when this node has no private key for it.
    ///
    /// - Throws: `DatabaseError`, or `KeyError` when the stored text is not a valid key. The next call tries again.
    public func identity(of account: ID<Account>) async throws -> Identity? {
        let reading = known.value(for: account) ?? read(account)
        known.insert(reading, for: account)
        do {
            let identity = try await reading.value
            if identity == nil { known.removeValue(for: account) }
            return identity
        } catch {
            known.removeValue(for: account)
            throw error
        }
    }

    /// Removes all keys from the cache, because one may have changed.
    public func forget() {
        known.removeAll()
    }

    private func read(_ account: ID<Account>) -> Task<Identity?, any Error> {
        let database = database
        // All concurrent callers share one task. It is short and ends by itself.
        return Task {
            guard let stored = try await database.read({ db in try Keys.signing(for: account, in: db) }) else {
                return nil
            }
            return Identity(keyID: stored.keyID, key: try PrivateKey(pem: stored.privatePEM))
        }
    }
}
