// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The state of another server (table `peer`).
public struct PeerState: Sendable, Hashable {
    /// The host, lower case, with its port when it has one.
    public var host: String
    /// The policy that a steward set.
    public var policy: PeerPolicy
    /// The steward's reason for the policy.
    public var note: String
    /// When this server first met the host.
    public var firstSeen: Timestamp
    /// When it last accepted a delivery; nil when it never did.
    public var lastSuccess: Timestamp?
    /// When the current series of failures began; nil while there is none.
    public var firstFailure: Timestamp?
    /// The number of consecutive failures.
    public var failures: Int
    /// No delivery is sent to it before this instant.
    public var restUntil: Timestamp
    /// The signature scheme that it last accepted: `cavage` or `rfc9421`; nil when it is unknown.
    public var scheme: String?
    /// When `scheme` expires and must be determined again.
    public var schemeUntil: Timestamp
}

/// The table `peer`: policies for other hosts, and their delivery health.
public enum Peers {
    /// The state of a host; nil when it is unknown.
    public static func state(of host: String, in db: some Queryable) throws(DatabaseError) -> PeerState? {
        guard let row = try db.row("SELECT \(columns) FROM peer WHERE host = \(host)") else { return nil }
        return try read(row)
    }

    /// All hosts, by name.
    public static func list(in db: some Queryable) throws(DatabaseError) -> [PeerState] {
        var peers: [PeerState] = []
        for row in try db.rows("SELECT \(columns) FROM peer") { peers.append(try read(row)) }
        // Sorted in Swift and not in SQL, because the engines collate differently.
        return peers.sorted { $0.host < $1.host }
    }

    /// The hosts with a policy or a note, by name.
    public static func decided(in db: some Queryable) throws(DatabaseError) -> [PeerState] {
        var peers: [PeerState] = []
        for row in try db.rows("SELECT \(columns) FROM peer WHERE policy <> 'unset' OR note <> ''") {
            peers.append(try read(row))
        }
        return peers.sorted { $0.host < $1.host }
    }

    /// The policies by host. Hosts without a policy are left out.
    public static func policies(in db: some Queryable) throws(DatabaseError) -> [String: PeerPolicy] {
        var policies: [String: PeerPolicy] = [:]
        for row in try db.rows("SELECT host, policy FROM peer WHERE policy <> 'unset'") {
            policies[try row.text("host")] = try row.choice("policy")
        }
        return policies
    }

    /// What connects this server with some hosts: the follows in both directions and the seats of their people at local
    /// events. Two statements for each 500 hosts.
    public static func ties(
        with hosts: [String], in db: some Queryable
    ) throws(DatabaseError) -> (follows: Int, seats: Int) {
        var ties = (follows: 0, seats: 0)
        for hosts in hosts.inLists() {
            let follows = try db.row(
                """
                SELECT
                    (SELECT count(*) FROM account a JOIN follow f ON f.follower_id = a.id
                        WHERE a.host IN (\(list: Array(hosts))))
                    + (SELECT count(*) FROM account a JOIN follow f ON f.target_id = a.id
                        WHERE a.host IN (\(list: Array(hosts)))) AS n
                """)
            ties.follows += try follows?.count("n") ?? 0
            let seats = try db.row(
                """
                SELECT count(*) AS n FROM account a JOIN guest g ON g.account_id = a.id
                JOIN event v ON v.id = g.event_id AND v.is_local = \(true)
                WHERE a.host IN (\(list: Array(hosts))) AND g.state IN ('going', 'waiting')
                """)
            ties.seats += try seats?.count("n") ?? 0
        }
        return ties
    }

    /// The policy for a host: its own, or else that of the closest domain above it.
    public static func policy(of host: String, in db: some Queryable) throws(DatabaseError) -> PeerPolicy {
        let name = host.split(separator: ":").first.map(String.init) ?? host
        let labels = name.split(separator: ".")
        let domains = [host] + labels.indices.prefix(20).map { labels[$0...].joined(separator: ".") }
        var found: [String: PeerPolicy] = [:]
        for row in try db.rows("SELECT host, policy FROM peer WHERE host IN (\(list: Array(Set(domains)).sorted()))") {
            found[try row.text("host")] = try row.choice("policy")
        }
        return domains.lazy.compactMap { found[$0] }.first { $0 != .unset } ?? .unset
    }

    /// Stores a host when it is new; a known host is unchanged.
    public static func touch(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO peer (host, policy, note, first_seen_at, failures, rest_until, scheme_until)
            VALUES (\(host), 'unset', '', \(now), 0, 0, 0)
            ON CONFLICT (host) DO NOTHING
            """)
    }

    /// Stores a steward's policy for a host, known or not.
    public static func setPolicy(
        _ host: String, _ policy: PeerPolicy, note: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run("UPDATE peer SET policy = \(policy), note = \(note) WHERE host = \(host)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// Records a successful delivery and resets the host's failures.
    public static func succeeded(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run(
            """
            UPDATE peer SET last_success_at = \(now), first_failure_at = NULL, failures = 0, rest_until = 0
            WHERE host = \(host)
            """)
    }

    /// Records one more failure of the host.
    ///
    /// - Parameter rest: no delivery is sent to it before this instant.
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

    /// The hosts among these whose pause ``wake(_:at:in:)`` would end.
    public static func resting(
        _ hosts: some Collection<String>, at now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> [String] {
        guard !hosts.isEmpty else { return [] }
        let rows = try db.rows("SELECT host FROM peer WHERE host IN (\(list: Array(hosts))) AND \(mayWake(now))")
        return try rows.map { row throws(DatabaseError) in try row.text("host") }
    }

    /// Ends the pause of a host that has just proved that it works. Its deliveries are due at once. Its failures stay
    /// until a delivery succeeds, so only one of them tests the host.
    ///
    /// - Returns: whether there was such a pause. A host is woken once a minute at most, so that one that talks to us
    ///   but accepts nothing is not asked all the time.
    @discardableResult
    public static func wake(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Bool {
        let woken = try tx.changed(
            "UPDATE peer SET rest_until = 0, woken_at = \(now) WHERE host = \(host) AND \(mayWake(now))")
        guard woken == 1 else { return false }
        try tx.run("UPDATE delivery SET run_at = \(now) WHERE host = \(host) AND run_at > \(now)")
        tx.announce(.deliveriesWait)
        return true
    }

    private static func mayWake(_ now: Timestamp) -> SQL {
        "rest_until > \(now) AND (woken_at IS NULL OR woken_at < \(now - .minutes(1)) OR woken_at > \(now))"
    }

    /// Shortens all pauses by the amount by which the clock was set back.
    static func followClock(
        back amount: Duration, to now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE peer SET rest_until = rest_until - \(amount.milliseconds) WHERE rest_until > \(now)")
    }

    /// Stores which signature scheme a known host accepts. For an unknown host nothing is stored.
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

/// What is known about the software of another server.
public struct PeerSoftware: Sendable, Hashable {
    /// The name in its NodeInfo document; nil when it has none.
    public var name: String?
    /// When it was asked for this document the last time; nil when it never was.
    public var askedAt: Timestamp?
    /// The family that its activities show.
    public var seen: PeerFamily?

    /// Creates the value.
    public init(name: String? = nil, askedAt: Timestamp? = nil, seen: PeerFamily? = nil) {
        self.name = name
        self.askedAt = askedAt
        self.seen = seen
    }

    /// The family of the server: that of its software, otherwise the one that was seen.
    public var family: PeerFamily? { name.flatMap { PeerFamily(software: $0) } ?? seen }
}

extension Peers {
    /// What is known about the software of a host; nil for an unknown host.
    public static func software(of host: String, in db: some Queryable) throws(DatabaseError) -> PeerSoftware? {
        let row = try db.row("SELECT software, software_asked_at, seen_family FROM peer WHERE host = \(host)")
        guard let row else { return nil }
        let askedAt = try row.time("software_asked_at")
        return PeerSoftware(
            name: try row.textOrNil("software"), askedAt: askedAt.milliseconds == 0 ? nil : askedAt,
            seen: try row.textOrNil("seen_family").flatMap { PeerFamily(rawValue: $0) })
    }

    /// Stores the software of a host, known or not.
    ///
    /// - Parameter name: nil when the host did not say; then the name that it said before stays.
    public static func rememberSoftware(
        _ host: String, _ name: String?, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try touch(host, at: now, in: tx)
        try tx.run(
            """
            UPDATE peer SET software = coalesce(\(name), software), software_asked_at = \(now) WHERE host = \(host)
            """)
    }

    /// Stores the family that the first telling activity of a host shows. It matters only while the software of the host
    /// is not known.
    public static func saw(
        _ host: String, _ family: PeerFamily, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        guard try software(of: host, in: tx)?.seen == nil else { return }
        try touch(host, at: now, in: tx)
        try tx.run("UPDATE peer SET seen_family = \(family) WHERE host = \(host)")
    }

    /// The number of known hosts.
    public static func count(in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS n FROM peer")?.count("n") ?? 0
    }
}
