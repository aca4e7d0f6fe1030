// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// A client app's request to subscribe to pushes.
public struct PushRequest: Sendable, Hashable {
    /// The URL of the push service.
    public var endpoint: IRI
    /// The public keys for the encryption.
    public var keys: PushKeys
    /// The access token itself. Apps use it to find the account that a push belongs to.
    public var accessToken = ""
    /// Whether the app reads the standard content encoding (RFC 8291).
    public var isStandard = false
    /// The notification types that it wants.
    public var alerts: Set<String> = []
    /// The senders whose notifications it wants.
    public var policy: PushSubscription.Policy = .all

    /// Creates the value with the defaults for omitted options.
    public init(endpoint: IRI, keys: PushKeys) {
        self.endpoint = endpoint
        self.keys = keys
    }

    /// - Returns: nil when the endpoint is not an absolute URL.
    public init?(endpoint text: String, keys: PushKeys) {
        guard let endpoint = IRI(text) else { return nil }
        self.init(endpoint: endpoint, keys: keys)
    }
}

/// The table `push_subscription`: one subscription for each token. When a token is revoked, its subscription is
/// deleted.
public enum PushSubscriptions {
    /// Stores the subscription of a token. It replaces an earlier one and keeps its id.
    public static func put(
        _ request: PushRequest, token: ID<AccessToken>, account: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> PushSubscription {
        let known = try byToken(token, in: tx)?.id
        let id: ID<PushSubscription>
        if let known { id = known } else { id = try nextID(in: tx) }
        let row = try tx.row(
            """
            INSERT INTO push_subscription (id, token_id, account_id, endpoint, p256dh, auth, access_token, standard, alerts,
                policy, created_at, failures)
            VALUES (\(id), \(token), \(account), \(request.endpoint), \(request.keys.point), \(request.keys.secret),
                \(request.accessToken), \(request.isStandard), \(text(request.alerts)), \(request.policy), \(now), 0)
            ON CONFLICT (token_id) DO UPDATE SET account_id = excluded.account_id, endpoint = excluded.endpoint,
                p256dh = excluded.p256dh, auth = excluded.auth, access_token = excluded.access_token,
                standard = excluded.standard,
                alerts = excluded.alerts, policy = excluded.policy, failures = 0
            RETURNING \(columns)
            """)
        guard let row else { throw DatabaseError(.other, "the subscription was not stored") }
        return try read(row)
    }

    /// The subscription of a token.
    public static func byToken(
        _ token: ID<AccessToken>, in db: some Queryable
    ) throws(DatabaseError) -> PushSubscription? {
        guard let row = try db.row("SELECT \(columns) FROM push_subscription WHERE token_id = \(token)") else {
            return nil
        }
        return try read(row)
    }

    /// Changes the options of a token's subscription.
    ///
    /// - Parameters:
    ///   - alerts: nil leaves them unchanged.
    ///   - policy: nil leaves it unchanged.
    /// - Returns: the changed subscription; nil when the token has none.
    public static func change(
        token: ID<AccessToken>, alerts: Set<String>?, policy: PushSubscription.Policy?, in tx: Transaction
    ) throws(DatabaseError) -> PushSubscription? {
        if let alerts {
            try tx.run("UPDATE push_subscription SET alerts = \(text(alerts)) WHERE token_id = \(token)")
        }
        if let policy {
            try tx.run("UPDATE push_subscription SET policy = \(policy) WHERE token_id = \(token)")
        }
        return try byToken(token, in: tx)
    }

    /// Deletes the subscription of a token with its queued pushes.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(token: ID<AccessToken>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM push_subscription WHERE token_id = \(token)") == 1
    }

    /// Deletes the subscriptions of an account.
    public static func removeAll(of account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM push_subscription WHERE account_id = \(account)")
    }

    /// Deletes a subscription that its push service no longer knows, unless the app has renewed it in the meantime.
    ///
    /// - Parameter endpoint: the URL that the push service rejected.
    public static func expire(
        _ id: ID<PushSubscription>, endpoint: IRI, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("DELETE FROM push_subscription WHERE id = \(id) AND endpoint = \(endpoint)")
    }

    private static func nextID(in tx: Transaction) throws(DatabaseError) -> ID<PushSubscription> {
        let row = try tx.row("UPDATE push_counter SET last = last + 1 WHERE id = 1 RETURNING last")
        guard let row else { throw DatabaseError(.other, "the counter of subscriptions is gone") }
        return try row.id("last")
    }

    /// Records a successful push and resets the failures.
    public static func reached(_ id: ID<PushSubscription>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE push_subscription SET failures = 0 WHERE id = \(id) AND failures > 0")
    }

    /// Records a push that was given up. After ten failures in a row the subscription is deleted, because its endpoint
    /// is probably dead.
    public static func missed(_ id: ID<PushSubscription>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE push_subscription SET failures = failures + 1 WHERE id = \(id)")
        try tx.run("DELETE FROM push_subscription WHERE id = \(id) AND failures >= 10")
    }

    static let columns: SQL =
        "id, account_id, endpoint, p256dh, auth, access_token, standard, alerts, policy"

    static func read(_ row: Row) throws(DatabaseError) -> PushSubscription {
        var subscription = PushSubscription(
            id: try row.id("id"), account: try row.id("account_id"), endpoint: try row.iri("endpoint"),
            keys: PushKeys(point: try row.bytes("p256dh"), secret: try row.bytes("auth")),
            isStandard: try row.bool("standard"))
        subscription.accessToken = try row.text("access_token")
        subscription.alerts = Set(try row.text("alerts").split(separator: " ").map(String.init))
        subscription.policy = try row.choice("policy")
        return subscription
    }

    /// The names with a space on both sides of each, so that SQL can search for one name.
    private static func text(_ alerts: Set<String>) -> String {
        let names = PushSubscription.alertNames.filter(alerts.contains)
        return names.isEmpty ? "" : " " + names.joined(separator: " ") + " "
    }
}

extension PushSubscription.Policy: SQLBindable {}

/// The server's VAPID key for push services. It is created once, because every subscription depends on it.
public enum PushServerKeys {
    /// The key; nil before it was created.
    public static func current(in db: some Queryable) throws(DatabaseError) -> PushServerKey? {
        guard let row = try db.row("SELECT private_pem, public_key FROM push_key WHERE id = 1") else { return nil }
        return PushServerKey(privatePEM: try row.text("private_pem"), publicKey: try row.text("public_key"))
    }

    /// Stores the key, unless one exists.
    ///
    /// - Returns: the stored key.
    public static func keep(_ key: PushServerKey, in tx: Transaction) throws(DatabaseError) -> PushServerKey {
        try tx.run(
            """
            INSERT INTO push_key (id, private_pem, public_key) VALUES (1, \(key.privatePEM), \(key.publicKey))
            ON CONFLICT (id) DO NOTHING
            """)
        return try current(in: tx) ?? key
    }
}
