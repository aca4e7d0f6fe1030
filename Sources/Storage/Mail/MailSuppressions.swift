// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// An address to which no e-mail is sent.
public struct SuppressedAddress: Sendable, Hashable {
    /// Why nothing is sent to an address.
    public enum Reason: String, Sendable, Hashable {
        /// A mail server refused the address.
        case refused
        /// An e-mail came back.
        case bounced
        /// A steward put it on the list.
        case steward
    }

    /// The address, in lower case.
    public let address: String
    /// Why nothing is sent there.
    public let reason: Reason
    /// What the mail server said.
    public let detail: String
    /// Since when.
    public let since: Timestamp
}

/// The one list of addresses to which no e-mail is sent (table `mail_suppression`).
public enum MailSuppressions {
    /// The form in which addresses are stored and compared.
    static func key(_ address: String) -> String { MailAddress.canonical(address).lowercased() }

    /// Puts an address on the list. An address that is on it already keeps its reason.
    public static func add(
        _ address: String, _ reason: SuppressedAddress.Reason, _ detail: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail_suppression (address, reason, detail, created_at)
            VALUES (\(key(address)), \(reason.rawValue), \(detail), \(now))
            ON CONFLICT (address) DO NOTHING
            """)
    }

    /// Takes an address off the list.
    ///
    /// - Returns: whether it was on it.
    public static func remove(_ address: String, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM mail_suppression WHERE address = \(key(address))") > 0
    }

    /// The entry of an address; nil when it is not on the list.
    public static func find(_ address: String, in db: some Queryable) throws(DatabaseError) -> SuppressedAddress? {
        let row = try db.row(
            "SELECT address, reason, detail, created_at FROM mail_suppression WHERE address = \(key(address))")
        guard let row else { return nil }
        return try entry(row)
    }

    /// A page of the list in the order of the addresses.
    ///
    /// - Parameter last: the last address of the page before.
    public static func list(
        after last: String? = nil, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [SuppressedAddress] {
        let rows = try db.rows(
            """
            SELECT address, reason, detail, created_at FROM mail_suppression WHERE address > \(last ?? "")
            ORDER BY address LIMIT \(limit)
            """)
        var entries: [SuppressedAddress] = []
        for row in rows { entries.append(try entry(row)) }
        return entries
    }

    /// How many addresses are on the list.
    public static func count(in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS n FROM mail_suppression")?.count("n") ?? 0
    }

    private static func entry(_ row: Row) throws(DatabaseError) -> SuppressedAddress {
        SuppressedAddress(
            address: try row.text("address"),
            reason: SuppressedAddress.Reason(rawValue: try row.text("reason")) ?? .refused,
            detail: try row.text("detail"), since: try row.time("created_at"))
    }
}
