// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Which kinds of e-mails a member wants (table `mail_choice`). It has a row for each kind about which the member has
/// decided; a kind without a row is wanted.
public enum MailChoices {
    private static let keyName = "mail_link_key"

    /// What a member has decided, by the name of the kind.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> [String: Bool] {
        var choices: [String: Bool] = [:]
        for row in try db.rows("SELECT kind, is_wanted FROM mail_choice WHERE account_id = \(account)") {
            choices[try row.text("kind")] = try row.bool("is_wanted")
        }
        return choices
    }

    /// Stores a decision; it replaces the former one.
    public static func set(
        _ kind: String, _ isWanted: Bool, of account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail_choice (account_id, kind, is_wanted) VALUES (\(account), \(kind), \(isWanted))
            ON CONFLICT (account_id, kind) DO UPDATE SET is_wanted = excluded.is_wanted
            """)
    }

    /// The secret with which the links are signed that switch off e-mails; nil before the first such link.
    public static func linkKey(in db: some Queryable) throws(DatabaseError) -> String? {
        try Settings.value(keyName, in: db)
    }

    /// The same secret; the first caller's is stored.
    public static func linkKey(orStore key: String, in tx: Transaction) throws(DatabaseError) -> String {
        if let known = try linkKey(in: tx) { return known }
        // Of two transactions that come here at the same time, the second waits and finds the key of the first.
        try tx.run("INSERT INTO setting (key, value) VALUES (\(keyName), \(key)) ON CONFLICT (key) DO NOTHING")
        return try linkKey(in: tx) ?? key
    }
}
