// SPDX-License-Identifier: Apache-2.0

public import Database
public import HTTPSignatures
internal import Limits
public import Model
internal import Storage

/// The private keys of our actors, read once: to read one from its text costs as much as a signature.
public actor KeyStore {
    /// What an actor signs with.
    public struct Identity: Sendable {
        /// What the signature names.
        public let keyID: String
        /// The private half.
        public let key: PrivateKey
    }

    private let database: Database
    private var known: LRUCache<ID<Account>, Task<Identity?, any Error>>

    /// - Parameter limit: how many keys are kept, 1 or more; one takes about 4 kB.
    public init(database: Database, limit: Int = 1024) {
        self.database = database
        known = LRUCache(capacity: limit)
    }

    /// What the account signs with now; `nil` when it has no key of ours.
    ///
    /// - Throws: `DatabaseError`, or `KeyError` when the stored text is no key; then the next call tries again.
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

    /// Forgets all of them: a key may have been changed.
    public func forget() {
        known.removeAll()
    }

    private func read(_ account: ID<Account>) -> Task<Identity?, any Error> {
        let database = database
        // One task for all who ask at once; it is short and ends by itself.
        return Task {
            guard let stored = try await database.read({ db in try Keys.signing(for: account, in: db) }) else {
                return nil
            }
            return Identity(keyID: stored.keyID, key: try PrivateKey(pem: stored.privatePEM))
        }
    }
}
