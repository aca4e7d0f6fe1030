// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Model

/// The table `setting`: settings that change while the server runs, by name.
public enum Settings {
    /// The value of a setting; nil when it was never set.
    public static func value(_ key: String, in db: some Queryable) throws(DatabaseError) -> String? {
        try db.row("SELECT value FROM setting WHERE key = \(key)")?.text("value")
    }

    /// Sets a value; it replaces the former one.
    public static func set(_ key: String, _ value: String, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO setting (key, value) VALUES (\(key), \(value))
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """)
        tx.announce(Change.settingsChanged.rawValue)
    }
}
