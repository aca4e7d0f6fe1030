// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Polls, versions and quotes of posts, idempotency keys, and scheduled posts.
    static let posting = Migration(13, "posting") {
        "ALTER TABLE post ADD COLUMN quoted_iri TEXT"
        "ALTER TABLE post ADD COLUMN quoted_id \(.integer)"
        "ALTER TABLE post ADD COLUMN quote_state TEXT"
        "ALTER TABLE post ADD COLUMN quote_authorization TEXT"
        "ALTER TABLE post ADD COLUMN quote_policy TEXT NOT NULL DEFAULT 'public'"
        "UPDATE post SET quote_policy = 'unknown' WHERE NOT is_local"
        "CREATE INDEX post_quoted ON post (quoted_id, id) WHERE quoted_id IS NOT NULL"
        "CREATE INDEX post_quoted_iri ON post (quoted_iri) WHERE quoted_iri IS NOT NULL"
        "CREATE INDEX post_quote_authorization ON post (quote_authorization) WHERE quote_authorization IS NOT NULL"
        """
        CREATE TABLE poll (
            post_id \(.key) REFERENCES post (id) ON DELETE CASCADE,
            expires_at \(.integer),
            is_multiple \(.boolean) NOT NULL,
            hides_totals \(.boolean) NOT NULL,
            voters_count \(.integer) NOT NULL,
            changed_at \(.integer),
            ended_at \(.integer)
        )\(.strict)
        """
        "CREATE INDEX poll_expiry ON poll (expires_at) WHERE ended_at IS NULL AND expires_at IS NOT NULL"
        "CREATE INDEX poll_changed ON poll (changed_at) WHERE changed_at IS NOT NULL"
        """
        CREATE TABLE poll_option (
            post_id \(.integer) NOT NULL REFERENCES poll (post_id) ON DELETE CASCADE,
            position \(.integer) NOT NULL,
            title TEXT NOT NULL,
            votes \(.integer) NOT NULL,
            PRIMARY KEY (post_id, position)
        )\(.strict)
        """
        """
        CREATE TABLE poll_vote (
            post_id \(.integer) NOT NULL REFERENCES poll (post_id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            position \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (post_id, account_id, position)
        )\(.strict)
        """
        "CREATE INDEX poll_vote_account ON poll_vote (account_id)"
        """
        CREATE TABLE post_edit (
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            created_at \(.integer) NOT NULL,
            title TEXT NOT NULL,
            content_html TEXT NOT NULL,
            warning TEXT NOT NULL,
            sensitive \(.boolean) NOT NULL,
            options TEXT NOT NULL,
            PRIMARY KEY (post_id, created_at)
        )\(.strict)
        """
        """
        CREATE TABLE idempotency (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            key TEXT NOT NULL,
            subject_id \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, key)
        )\(.strict)
        """
        "CREATE INDEX idempotency_age ON idempotency (created_at)"
        """
        CREATE TABLE scheduled (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            due_at \(.integer) NOT NULL,
            run_at \(.integer),
            attempts \(.integer) NOT NULL,
            parameters TEXT NOT NULL
        )\(.strict)
        """
        "CREATE INDEX scheduled_due ON scheduled (run_at, id) WHERE run_at IS NOT NULL"
        "CREATE INDEX scheduled_account ON scheduled (account_id, id)"
    }
}
