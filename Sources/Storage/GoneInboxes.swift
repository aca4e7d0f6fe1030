// SPDX-License-Identifier: Apache-2.0

public import Database
public import Vocabulary

/// Inboxes that answered 410: no later activity is addressed to them, until their owner's document names one again.
public enum GoneInboxes {
    /// Takes the inbox away from the accounts of other nodes that have it, as their own or as their host's shared one.
    public static func forget(_ inbox: IRI, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE account SET shared_inbox = NULL WHERE shared_inbox = \(inbox) AND host <> ''")
        try tx.run("UPDATE account SET inbox = NULL WHERE inbox = \(inbox) AND host <> ''")
    }
}
