// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What we know of another host.
public struct PeerState: Sendable, Hashable {
    /// The host with its port when it has one, lower case.
    public var host: String
    /// What a steward decided.
    public var policy: PeerPolicy
    /// Why, in the steward's words.
    public var note: String
    /// When we first heard of it.
    public var firstSeen: Timestamp
    /// When it last took what we sent; nil when it never did.
    public var lastSuccess: Timestamp?
    /// When it began to fail; nil while it does not.
    public var firstFailure: Timestamp?
    /// How often in a row it failed.
    public var failures: Int
    /// Before this instant nothing is sent to it.
    public var restUntil: Timestamp
    /// Which signatures it last accepted: `cavage` or `rfc9421`; nil when we have not learnt it.
    public var scheme: String?
    /// When that must be learnt anew.
    public var schemeUntil: Timestamp
}

/// Other hosts: what was decided about them, and how they are.
public enum Peers {
    /// What we know of a host.
    public static func state(of host: String, in db: some Queryable) throws(DatabaseError) -> PeerState? {
        guard let row = try db.row("SELECT \(columns) FROM peer WHERE host = \(host)") else { return nil }
        return try read(row)
    }

    /// All hosts, by name.
    public static func list(in db: some Queryable) throws(DatabaseError) -> [PeerState] {
        var peers: [PeerState] = []
        for row in try db.rows("SELECT \(columns) FROM peer") { peers.append(try read(row)) }
        // Here and not in SQL: the engines collate differently.
        return peers.sorted { $0.host < $1.host }
    }

    /// What was decided, by host; hosts about which nothing was are left out.
    public static func policies(in db: some Queryable) throws(DatabaseError) -> [String: PeerPolicy] {
        var policies: [String: PeerPolicy] = [:]
        for row in try db.rows("SELECT host, policy FROM peer WHERE policy <> 'unset'") {
            policies[try row.text("host")] = try row.choice("policy")
        }
        return policies
    }

    /// Notes that a host exists; a known one stays as it is.
    public static func touch(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO peer (host, policy, note, first_seen_at, failures, rest_until, scheme_until)
            VALUES (\(host), 'unset', '', \(now), 0, 0, 0)
            ON CONFLICT (host) DO NOTHING
            """)
    }

    /// Stores what a steward decides about a host, known or not.
    public static func setPolicy(
        _ host: String, _ policy: PeerPolicy, note: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run("UPDATE peer SET policy = \(policy), note = \(note) WHERE host = \(host)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// The host took what we sent: its failures are forgotten.
    public static func succeeded(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run(
            """
            UPDATE peer SET last_success_at = \(now), first_failure_at = NULL, failures = 0, rest_until = 0
            WHERE host = \(host)
            """)
    }

    /// The host failed once more.
    ///
    /// - Parameter rest: nothing is sent to it before this instant.
    public static func failed(
        _ host: String, at now: Timestamp, restUntil rest: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run(
            """
            UPDATE peer SET failures = failures + 1, first_failure_at = coalesce(first_failure_at, \(now)),
                rest_until = \(rest)
            WHERE host = \(host)
            """)
    }

    /// Remembers which signatures a known host accepts; of an unknown one nothing is remembered.
    ///
    /// - Parameter scheme: `cavage` or `rfc9421`.
    public static func rememberScheme(
        _ host: String, _ scheme: String, until: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE peer SET scheme = \(scheme), scheme_until = \(until) WHERE host = \(host)")
    }

    private static let columns: SQL =
        """
        host, policy, note, first_seen_at, last_success_at, first_failure_at, failures, rest_until, scheme,
        scheme_until
        """

    private static func read(_ row: Row) throws(DatabaseError) -> PeerState {
        PeerState(
            host: try row.text("host"), policy: try row.choice("policy"), note: try row.text("note"),
            firstSeen: try row.time("first_seen_at"), lastSuccess: try row.timeOrNil("last_success_at"),
            firstFailure: try row.timeOrNil("first_failure_at"), failures: try row.count("failures"),
            restUntil: try row.time("rest_until"), scheme: try row.textOrNil("scheme"),
            schemeUntil: try row.time("scheme_until"))
    }
}

extension Peers {
    /// How many hosts we know.
    public static func count(in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS n FROM peer")?.count("n") ?? 0
    }
}
