// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The public half of an actor's key, as its owner published it.
public struct StoredKey: Sendable, Hashable {
    /// What signatures name; mostly the actor's id with `#main-key`, though not everywhere an address.
    public var keyID: String
    /// Whose.
    public var account: ID<Account>
    /// Whose, on the wire.
    public var actor: IRI
    /// SubjectPublicKeyInfo, PEM.
    public var publicPEM: String
    /// When its owner last said so.
    public var fetchedAt: Timestamp
}

/// With what an account of this node signs.
public struct SigningKey: Sendable, Hashable {
    /// What the signature names.
    public var keyID: String
    /// PKCS #8, PEM.
    public var privatePEM: String
}

/// Actors' keys: ours with both halves, theirs with the public one.
public enum Keys {
    /// The key that a signature names.
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

    /// Stores a key that its owner's document names, in place of what was known under the same id.
    ///
    /// A key of this node is never replaced.
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

    /// Stores the one key that its owner's document names, and forgets the account's others: they were withdrawn.
    public static func rememberOnly(
        keyID: String, account: ID<Account>, publicPEM: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            "DELETE FROM actor_key WHERE account_id = \(account) AND key_id <> \(keyID) AND private_pem IS NULL")
        try remember(keyID: keyID, account: account, publicPEM: publicPEM, at: now, in: tx)
    }

    /// Stores both halves of a key of this node.
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
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// With what an account of this node signs: the key that it was given last.
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
