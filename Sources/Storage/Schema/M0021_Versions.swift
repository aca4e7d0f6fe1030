// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The column `version` of `post` and `account` changes with every change that readers see, so that a cached
    /// rendering can be checked. Counters do not change it, because they are in columns that are read anyway.
    static let versions = Migration(21, "versions") { engine in
        for table in versionedTables {
            "ALTER TABLE \(table.name) ADD COLUMN version \(.integer) NOT NULL DEFAULT 0"
        }
        switch engine {
        case .sqlite:
            for table in versionedTables {
                """
                CREATE TRIGGER \(table.name)_version AFTER UPDATE OF \(table.columns) ON \(table.name) BEGIN
                    UPDATE \(table.name) SET version = old.version + 1 WHERE id = new.id;
                END
                """
            }
        case .postgres:
            """
            CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.version := OLD.version + 1;
                RETURN NEW;
            END $$
            """
            for table in versionedTables {
                """
                CREATE TRIGGER \(table.name)_version BEFORE UPDATE OF \(table.columns) ON \(table.name)
                FOR EACH ROW EXECUTE FUNCTION count_version()
                """
            }
        }
    }

    private static let versionedTables: [(name: SQL, columns: SQL)] = [
        (
            "post",
            """
            iri, author_id, group_id, in_reply_to_id, in_reply_to_iri, thread_id, event_id, kind, title, content_html,
            warning, visibility, language, url, published_at, edited_at, sensitive, app_id, quoted_iri, quoted_id,
            quote_state, quote_policy
            """
        ),
        (
            "account",
            """
            kind, username, host, iri, display_name, summary_html, url, icon, header, fields, approves_followers,
            discoverable, indexable, hides_follows, created_at, suspended_at, deleted_at, moved_to
            """
        ),
    ]
}
