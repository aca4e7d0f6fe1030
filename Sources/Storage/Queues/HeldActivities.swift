// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What an unknown host has sent, while the node holds it.
public struct HeldHost: Sendable, Hashable {
    /// The host, with its port when it has one.
    public var host: String
    /// How many activities are held.
    public var count: Int
    /// When the first and the last of them came.
    public var firstAt: Timestamp
    /// When the last of them came.
    public var lastAt: Timestamp
    /// Some of the accounts that sent them; five at most.
    public var senders: [Account] = []
}

/// The activities of unknown hosts, which a node in quarantine holds until a moderator decides about the host.
///
/// They are parked rows of the table `received`, whose outcome names the host. Nothing of them is applied.
public enum HeldActivities {
    /// The most activities that are held for one host, and for all hosts together.
    public static let limits = (host: 100, all: 2_000)

    static func outcome(_ host: String) -> String { "held:\(host)" }

    /// Whether one more activity of a host may be held.
    public static func hasRoom(for host: String, in db: some Queryable) throws(DatabaseError) -> Bool {
        let row = try db.row(
            """
            SELECT (SELECT count(*) FROM received WHERE state = 'parked' AND outcome = \(outcome(host))) AS own,
                (SELECT count(*) FROM received WHERE state = 'parked' AND outcome >= 'held:' AND outcome < 'held;') AS whole
            """)
        guard let row else { return false }
        let (own, whole) = (try row.count("own"), try row.count("whole"))
        return own < limits.host && whole < limits.all
    }

    /// The hosts whose activities are held, the latest first; at most a hundred. Two statements.
    public static func hosts(in db: some Queryable) throws(DatabaseError) -> [HeldHost] {
        let rows = try db.rows(
            """
            SELECT outcome, count(*) AS activities, min(received_at) AS first_at, max(received_at) AS last_at
            FROM received WHERE state = 'parked' AND outcome >= 'held:' AND outcome < 'held;'
            GROUP BY outcome ORDER BY max(received_at) DESC, outcome LIMIT 100
            """)
        var hosts: [HeldHost] = []
        for row in rows {
            hosts.append(
                HeldHost(
                    host: String(try row.text("outcome").dropFirst(5)), count: try row.count("activities"),
                    firstAt: try row.time("first_at"), lastAt: try row.time("last_at")))
        }
        guard !hosts.isEmpty else { return [] }
        let senders = try db.rows(
            """
            SELECT y.outcome, \(AccountRow.plain)
            FROM (SELECT z.outcome, z.signer_id, row_number() OVER (PARTITION BY z.outcome ORDER BY z.last_id DESC) AS place
                  FROM (SELECT x.outcome, x.signer_id, max(x.id) AS last_id FROM received x
                        WHERE x.state = 'parked' AND x.outcome IN (\(list: hosts.map { outcome($0.host) }))
                        GROUP BY x.outcome, x.signer_id) z) y
            JOIN account a ON a.id = y.signer_id
            WHERE y.place <= 5 ORDER BY y.outcome, y.place
            """)
        for row in senders {
            let host = String(try row.text("outcome").dropFirst(5))
            guard let index = hosts.firstIndex(where: { $0.host == host }) else { continue }
            hosts[index].senders.append(try AccountRow.read(row))
        }
        return hosts
    }

    /// Lets the activities of a host and its subdomains be processed.
    ///
    /// - Returns: how many there are.
    @discardableResult
    public static func release(_ host: String, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Int {
        let released = try tx.changed(
            """
            UPDATE received SET state = 'waiting', outcome = '', run_at = \(now), attempts = 0 WHERE \(isHeld(for: host))
            """)
        if released > 0 { tx.announce(.inboxWaits) }
        return released
    }

    /// Deletes the activities of a host and its subdomains.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public static func drop(_ host: String, in tx: Transaction) throws(DatabaseError) -> Int {
        try tx.changed("DELETE FROM received WHERE \(isHeld(for: host))")
    }

    private static func isHeld(for host: String) -> SQL {
        """
        state = 'parked' AND outcome >= 'held:' AND outcome < 'held;'
        AND (outcome = \(outcome(host)) OR outcome LIKE \("held:%.\(host)"))
        """
    }
}
