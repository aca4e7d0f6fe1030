// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The visibility of a boost (`entry.visibility`; NULL when it is that of the post), and the default quote policy of
    /// a member.
    ///
    /// The post counts of groups count from now on what a group boosted, too, because this is what its page lists.
    static let boostVisibility = Migration(33, "boost visibility") { _ in
        "ALTER TABLE entry ADD COLUMN visibility TEXT"
        "ALTER TABLE local_account ADD COLUMN default_quote_policy TEXT NOT NULL DEFAULT 'public'"
        """
        UPDATE account SET post_count = post_count + (SELECT count(*) FROM boost b WHERE b.account_id = account.id)
        WHERE kind = 'group'
        """
    }
}
