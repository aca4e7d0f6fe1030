// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Who may not post in a group (`group_ban`), what was taken out of a group or waits for its moderators
    /// (`group_removal`), discussions that are closed (`thread_lock`), and deletions of accounts of which other servers
    /// are still to be told (`farewell`).
    ///
    /// It also drops the text of activities about objects that were deleted before that was done at once.
    static let moderation = Migration(27, "moderation") { _ in
        """
        CREATE TABLE group_ban (
            group_id \(.integer) NOT NULL REFERENCES account (id),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            activity_iri TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            expires_at \(.integer),
            PRIMARY KEY (group_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX group_ban_account ON group_ban (account_id)"
        "CREATE INDEX group_ban_end ON group_ban (expires_at) WHERE expires_at IS NOT NULL"
        """
        CREATE TABLE group_removal (
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            group_id \(.integer) NOT NULL REFERENCES account (id),
            state TEXT NOT NULL CHECK (state IN ('held', 'removed', 'suspended')),
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (post_id, group_id)
        )\(.strict)
        """
        "CREATE INDEX group_removal_group ON group_removal (group_id, state, post_id)"
        """
        CREATE TABLE thread_lock (
            thread_id \(.key) REFERENCES post (id) ON DELETE CASCADE,
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        """
        CREATE TABLE farewell (
            account_id \(.key) REFERENCES account (id),
            activity_id \(.integer) NOT NULL,
            after_host TEXT NOT NULL
        )\(.strict)
        """
        """
        UPDATE activity SET is_public = (1 = 0), body = ''
        WHERE type NOT IN ('Delete', 'Undo') AND object_iri IN (SELECT t.iri FROM tombstone t)
        """
    }
}
