// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The public key of an actor as its owner published it (table `actor_key`).
public struct StoredKey: Sendable, Hashable {
    /// The `keyId` of signatures. Mostly it is the actor's id with `#main-key`, but on some servers it is not an
    /// address.
    public var keyID: String
    /// The account that owns it.
    public var account: ID<Account>
    /// The IRI of the account that owns it.
    public var actor: IRI
    /// The public key: SubjectPublicKeyInfo, PEM.
    public var publicPEM: String
    /// When it was last fetched from its owner.
    public var fetchedAt: Timestamp
}

/// The private key with which a local account signs.
public struct SigningKey: Sendable, Hashable {
    /// The `keyId` of the signature.
    public var keyID: String
    /// The private key: PKCS #8, PEM.
    public var privatePEM: String
}

/// The table `actor_key`: key pairs of local accounts, and public keys of remote actors.
public enum Keys {
    /// The key with the `keyId` of a signature.
    public static func publicKey(
        _ keyID: String, in db: some Queryable
    ) throws(DatabaseError) -> StoredKey? {
        let row = try db.row(
            """
            SELECT k.key_id, k.account_id, a.iri, k.public_pem, k.fetched_at
            FROM actor_key k JOIN account a ON a.id = k.account_id WHERE k.key_id = \(keyID)
            """)
        guard let row else { return nil }
        return StoredKey(
            keyID: try row.text("key_id"), account: try row.id("account_id"), actor: try row.iri("iri"),
            publicPEM: try row.text("public_pem"), fetchedAt: try row.time("fetched_at"))
    }

    /// Stores a key that its owner's actor document names. It replaces a remote key with the same id.
    ///
    /// A local key is never replaced.
    public static func remember(
        keyID: String, account: ID<Account>, publicPEM: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO actor_key (key_id, account_id, public_pem, private_pem, fetched_at)
            VALUES (\(keyID), \(account), \(publicPEM), NULL, \(now))
            ON CONFLICT (key_id) DO UPDATE SET account_id = excluded.account_id, public_pem = excluded.public_pem,
                fetched_at = excluded.fetched_at
            WHERE actor_key.private_pem IS NULL
            """)
    }

    /// Stores the only key that its owner's actor document names, and deletes the account's other public keys, because
    /// they were withdrawn.
    public static func rememberOnly(
        keyID: String, account: ID<Account>, publicPEM: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            "DELETE FROM actor_key WHERE account_id = \(account) AND key_id <> \(keyID) AND private_pem IS NULL")
        try remember(keyID: keyID, account: account, publicPEM: publicPEM, at: now, in: tx)
    }

    /// Stores the key pair of a local account.
    ///
    /// - Throws: `.uniqueViolation` when there is a key with this id.
    public static func insertLocal(
        keyID: String, account: ID<Account>, pair: KeyPair, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO actor_key (key_id, account_id, public_pem, private_pem, fetched_at)
            VALUES (\(keyID), \(account), \(pair.publicPEM), \(pair.privatePEM), \(now))
            """)
        tx.announce(.settingsChanged)
        tx.announce(.keysChanged)
    }

    /// The signing key of a local account: the one that was added last.
    public static func signing(
        for account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> SigningKey? {
        let row = try db.row(
            """
            SELECT key_id, private_pem FROM actor_key WHERE account_id = \(account) AND private_pem IS NOT NULL
            ORDER BY fetched_at DESC, key_id DESC LIMIT 1
            """)
        guard let row else { return nil }
        return SigningKey(keyID: try row.text("key_id"), privatePEM: try row.text("private_pem"))
    }
}
