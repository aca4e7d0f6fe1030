// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The newest timeline item of each account, so that the first page of a home timeline finds the nearest accounts
    /// in one small table instead of looking for each of them in the index of all timeline items.
    static let newestItems = Migration(15, "newest_entries") { _ in
        """
        CREATE TABLE newest_entry (
            account_id \(.key) REFERENCES account (id) ON DELETE CASCADE,
            entry_id \(.integer) NOT NULL
        )\(.strict)
        """
        """
        INSERT INTO newest_entry (account_id, entry_id)
        SELECT e.account_id, max(e.id) FROM entry e GROUP BY e.account_id
        """
    }
}
