// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The moves of accounts, with their `Move` activities.
public enum Moves {
    /// Records the account to which an account moved.
    ///
    /// - Returns: whether it is new: the first move, or a move to another target.
    @discardableResult
    public static func record(
        _ account: ID<Account>, target: IRI, activity: IRI, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            INSERT INTO move (account_id, target_iri, activity_iri, created_at)
            VALUES (\(account), \(target), \(activity), \(now))
            ON CONFLICT (account_id) DO UPDATE SET target_iri = excluded.target_iri,
                activity_iri = excluded.activity_iri, created_at = excluded.created_at
            WHERE move.target_iri <> excluded.target_iri
            """) == 1
    }
}
