// SPDX-License-Identifier: Apache-2.0

public import Database
public import HTTPSignatures
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
    private let limit: Int
    private var known: [ID<Account>: (identity: Task<Identity?, any Error>, lastUse: UInt64)] = [:]
    private var uses: UInt64 = 0

    /// - Parameter limit: how many keys are kept, 1 or more; one takes about 4 kB.
    public init(database: Database, limit: Int = 1024) {
        self.database = database
        self.limit = max(1, limit)
    }

    /// What the account signs with now; `nil` when it has no key of ours.
    ///
    /// - Throws: `DatabaseError`, or `KeyError` when the stored text is no key; then the next call tries again.
    public func identity(of account: ID<Account>) async throws -> Identity? {
        uses += 1
        if known[account] == nil {
            if known.count >= limit { forgetOldest() }
            known[account] = (read(account), uses)
        }
        known[account]?.lastUse = uses
        let reading = known[account]?.identity
        do {
            guard let identity = try await reading?.value else {
                known[account] = nil
                return nil
            }
            return identity
        } catch {
            known[account] = nil
            throw error
        }
    }

    /// Forgets all of them: a key may have been changed.
    public func forget() {
        known = [:]
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

    private func forgetOldest() {
        guard let oldest = known.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return }
        known[oldest] = nil
    }
}
