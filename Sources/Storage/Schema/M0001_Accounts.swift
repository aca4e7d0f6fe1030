// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// People, groups and programs (`account`, `local_account`), their keys (`actor_key`), other hosts (`peer`),
    /// tombstones and settings.
    static let accounts = Migration(1, "accounts") {
        """
        CREATE TABLE account (
            id \(.key),
            kind TEXT NOT NULL CHECK (kind IN ('person', 'group', 'application', 'service', 'organization')),
            username TEXT NOT NULL,
            username_folded TEXT NOT NULL,
            host TEXT NOT NULL,
            iri TEXT NOT NULL UNIQUE,
            display_name TEXT NOT NULL,
            summary_html TEXT NOT NULL,
            summary_source TEXT,
            url TEXT,
            inbox TEXT,
            shared_inbox TEXT,
            outbox TEXT,
            followers TEXT,
            icon TEXT,
            approves_followers \(.boolean) NOT NULL,
            discoverable \(.boolean) NOT NULL,
            created_at \(.integer) NOT NULL,
            updated_at \(.integer) NOT NULL,
            fetched_at \(.integer),
            suspended_at \(.integer),
            deleted_at \(.integer),
            moved_to TEXT,
            UNIQUE (username_folded, host)
        )\(.strict)
        """
        "CREATE INDEX account_followers ON account (followers) WHERE followers IS NOT NULL"
        "CREATE INDEX account_host_kind ON account (host, kind, id)"
        """
        CREATE TABLE local_account (
            account_id \(.key) REFERENCES account (id),
            email TEXT,
            email_folded TEXT UNIQUE,
            password_hash TEXT,
            role TEXT NOT NULL CHECK (role IN ('member', 'moderator', 'steward')),
            language TEXT CHECK (language IN ('fr', 'en')),
            sign_up_note TEXT NOT NULL,
            approved_at \(.integer)
        )\(.strict)
        """
        """
        CREATE TABLE actor_key (
            key_id TEXT PRIMARY KEY,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            public_pem TEXT NOT NULL,
            private_pem TEXT,
            fetched_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX actor_key_account ON actor_key (account_id)"
        """
        CREATE TABLE peer (
            host TEXT PRIMARY KEY,
            policy TEXT NOT NULL CHECK (policy IN ('unset', 'allowed', 'limited', 'blocked')),
            note TEXT NOT NULL,
            first_seen_at \(.integer) NOT NULL,
            last_success_at \(.integer),
            first_failure_at \(.integer),
            failures \(.integer) NOT NULL,
            rest_until \(.integer) NOT NULL,
            scheme TEXT CHECK (scheme IN ('cavage', 'rfc9421')),
            scheme_until \(.integer) NOT NULL
        )\(.strict)
        """
        """
        CREATE TABLE tombstone (
            iri TEXT PRIMARY KEY,
            actor_iri TEXT NOT NULL,
            former_type TEXT NOT NULL,
            deleted_at \(.integer) NOT NULL
        )\(.strict)
        """
        """
        CREATE TABLE setting (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        )\(.strict)
        """
    }
}
