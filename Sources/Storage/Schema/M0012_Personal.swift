// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Personal settings of members: filters, notes, recommendations, featured hashtags.
    static let personal = Migration(12, "personal") {
        """
        CREATE TABLE content_filter (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            title TEXT NOT NULL,
            places TEXT NOT NULL,
            action TEXT NOT NULL CHECK (action IN ('warn', 'hide', 'blur')),
            expires_at \(.integer),
            maker_id \(.integer)
        )\(.strict)
        """
        "CREATE INDEX content_filter_account ON content_filter (account_id, id)"
        """
        CREATE TABLE content_filter_keyword (
            id \(.key),
            filter_id \(.integer) NOT NULL REFERENCES content_filter (id) ON DELETE CASCADE,
            keyword TEXT NOT NULL,
            is_whole_word \(.boolean) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX content_filter_keyword_filter ON content_filter_keyword (filter_id, id)"
        """
        CREATE TABLE content_filter_entry (
            id \(.key),
            filter_id \(.integer) NOT NULL REFERENCES content_filter (id) ON DELETE CASCADE,
            entry_id \(.integer) NOT NULL,
            UNIQUE (filter_id, entry_id)
        )\(.strict)
        """
        """
        CREATE TABLE account_note (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            note TEXT NOT NULL,
            PRIMARY KEY (account_id, target_id)
        )\(.strict)
        """
        """
        CREATE TABLE endorsement (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (account_id, target_id)
        )\(.strict)
        """
        """
        CREATE TABLE featured_tag (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            tag TEXT NOT NULL,
            UNIQUE (account_id, tag)
        )\(.strict)
        """
        """
        CREATE TABLE dismissed_suggestion (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (account_id, target_id)
        )\(.strict)
        """
        "ALTER TABLE host_block ADD COLUMN id \(.integer) NOT NULL DEFAULT 0"
        "CREATE INDEX mute_end ON mute (expires_at) WHERE expires_at IS NOT NULL"
        "ALTER TABLE report ADD COLUMN category TEXT NOT NULL DEFAULT 'other'"
        "CREATE INDEX report_target ON report (target_id) WHERE target_id IS NOT NULL"
    }
}
