// SPDX-License-Identifier: Apache-2.0

public import Database
public import Vocabulary

/// Inboxes that returned 410. No later activity is sent to them, until the owner's actor document names an inbox again.
public enum GoneInboxes {
    /// Sets `inbox` and `shared_inbox` to NULL in the rows of remote accounts that use this inbox.
    public static func forget(_ inbox: IRI, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE account SET shared_inbox = NULL WHERE shared_inbox = \(inbox) AND host <> ''")
        try tx.run("UPDATE account SET inbox = NULL WHERE inbox = \(inbox) AND host <> ''")
    }
}
