// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// What client apps need: counter columns, and the table `entry`, which every timeline reads.
    static let clients = Migration(7, "clients") {
        "ALTER TABLE account ADD COLUMN header TEXT"
        "ALTER TABLE account ADD COLUMN fields TEXT NOT NULL DEFAULT '[]'"
        "ALTER TABLE account ADD COLUMN post_count \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE account ADD COLUMN follower_count \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE account ADD COLUMN following_count \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE account ADD COLUMN last_post_at \(.integer)"
        """
        UPDATE account SET
            post_count = (SELECT count(*) FROM post p WHERE p.author_id = account.id),
            last_post_at = (SELECT max(p.published_at) FROM post p WHERE p.author_id = account.id),
            follower_count = (SELECT count(*) FROM follow f WHERE f.target_id = account.id AND f.state = 'accepted'),
            following_count = (SELECT count(*) FROM follow f
                               WHERE f.follower_id = account.id AND f.state = 'accepted')
        """
        "ALTER TABLE local_account ADD COLUMN default_visibility TEXT NOT NULL DEFAULT 'public'"
        "ALTER TABLE local_account ADD COLUMN default_sensitive \(.boolean) NOT NULL DEFAULT \(.no)"
        "ALTER TABLE local_account ADD COLUMN default_language TEXT"
        "ALTER TABLE post ADD COLUMN sensitive \(.boolean) NOT NULL DEFAULT \(.no)"
        "ALTER TABLE post ADD COLUMN like_count \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE post ADD COLUMN boost_count \(.integer) NOT NULL DEFAULT 0"
        "ALTER TABLE post ADD COLUMN reply_count \(.integer) NOT NULL DEFAULT 0"
        """
        UPDATE post SET sensitive = (warning <> ''),
            like_count = (SELECT count(*) FROM post_like x WHERE x.post_id = post.id),
            boost_count = (SELECT count(*) FROM boost x WHERE x.post_id = post.id),
            reply_count = (SELECT count(*) FROM post x WHERE x.in_reply_to_iri = post.iri)
        """
        "ALTER TABLE post_like ADD COLUMN id \(.integer) NOT NULL DEFAULT 0"
        "UPDATE post_like SET id = created_at * 65536 + post_id % 65536"
        "CREATE INDEX post_like_order ON post_like (account_id, id)"
        "ALTER TABLE follow ADD COLUMN shows_boosts \(.boolean) NOT NULL DEFAULT \(.yes)"
        "ALTER TABLE follow ADD COLUMN notifies \(.boolean) NOT NULL DEFAULT \(.no)"
        items
        interactions
        lists
        clientApps
    }

    /// The timeline items of all accounts in the order of their arrival: posts, boosts, events and shared events. The
    /// id of a row is that of the post, boost or share, or of the event.
    private static let items: [SQL] = [
        """
        CREATE TABLE entry (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) REFERENCES post (id) ON DELETE CASCADE,
            event_id \(.integer) REFERENCES event (id) ON DELETE CASCADE,
            is_boost \(.boolean) NOT NULL,
            is_reply \(.boolean) NOT NULL,
            replied_to_id \(.integer),
            is_listed \(.boolean) NOT NULL,
            is_local \(.boolean) NOT NULL
        )\(.strict)
        """,
        """
        INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
        SELECT p.id, p.author_id, p.id, NULL, \(.no), p.in_reply_to_iri IS NOT NULL,
            (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to_id),
            p.visibility = 'public' AND p.in_reply_to_iri IS NULL, p.is_local
        FROM post p
        """,
        """
        INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
        SELECT b.id, b.account_id, b.post_id, NULL, \(.yes), p.in_reply_to_iri IS NOT NULL, NULL, \(.no), p.is_local
        FROM boost b JOIN post p ON p.id = b.post_id
        WHERE NOT EXISTS (SELECT 1 FROM entry x WHERE x.id = b.id)
        """,
        """
        INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
        SELECT e.id, e.owner_id, NULL, e.id, \(.no), \(.no), NULL, e.visibility = 'public', e.is_local
        FROM event e WHERE NOT EXISTS (SELECT 1 FROM entry x WHERE x.id = e.id)
        """,
        """
        INSERT INTO entry (id, account_id, post_id, event_id, is_boost, is_reply, replied_to_id, is_listed, is_local)
        SELECT s.created_at * 65536 + row_number() OVER (ORDER BY s.event_id, s.account_id), s.account_id, NULL,
            s.event_id, \(.yes), \(.no), NULL, \(.no), e.is_local
        FROM event_share s JOIN event e ON e.id = s.event_id WHERE true
        ON CONFLICT (id) DO NOTHING
        """,
        "CREATE INDEX entry_account ON entry (account_id, id, is_boost)",
        "CREATE INDEX entry_post ON entry (post_id) WHERE post_id IS NOT NULL",
        "CREATE INDEX entry_event ON entry (event_id) WHERE event_id IS NOT NULL",
        "CREATE INDEX entry_listed ON entry (id) WHERE is_listed",
        "CREATE INDEX entry_local ON entry (id) WHERE is_listed AND is_local",
    ]

    /// Private interactions of members: bookmarks, interest in events, pins, thread mutes.
    private static let interactions: [SQL] = [
        """
        CREATE TABLE bookmark (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) REFERENCES post (id) ON DELETE CASCADE,
            event_id \(.integer) REFERENCES event (id) ON DELETE CASCADE,
            UNIQUE (account_id, post_id),
            UNIQUE (account_id, event_id)
        )\(.strict)
        """,
        "CREATE INDEX bookmark_account ON bookmark (account_id, id)",
        "CREATE INDEX bookmark_post ON bookmark (post_id) WHERE post_id IS NOT NULL",
        "CREATE INDEX bookmark_event ON bookmark (event_id) WHERE event_id IS NOT NULL",
        """
        CREATE TABLE event_like (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            event_id \(.integer) NOT NULL REFERENCES event (id) ON DELETE CASCADE,
            UNIQUE (event_id, account_id)
        )\(.strict)
        """,
        "CREATE INDEX event_like_account ON event_like (account_id, id)",
        """
        CREATE TABLE pin (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, post_id)
        )\(.strict)
        """,
        "CREATE INDEX pin_post ON pin (post_id)",
        """
        CREATE TABLE thread_mute (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            thread_id \(.integer) NOT NULL,
            PRIMARY KEY (account_id, thread_id)
        )\(.strict)
        """,
        """
        CREATE TABLE mute (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            hides_notifications \(.boolean) NOT NULL,
            expires_at \(.integer),
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, target_id)
        )\(.strict)
        """,
        """
        CREATE TABLE host_block (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            host TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, host)
        )\(.strict)
        """,
    ]

    /// Lists of accounts, and followed hashtags.
    private static let lists: [SQL] = [
        """
        CREATE TABLE account_list (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            title TEXT NOT NULL,
            replies_policy TEXT NOT NULL CHECK (replies_policy IN ('followed', 'list', 'none')),
            is_exclusive \(.boolean) NOT NULL
        )\(.strict)
        """,
        "CREATE INDEX account_list_owner ON account_list (account_id, id)",
        """
        CREATE TABLE account_list_member (
            list_id \(.integer) NOT NULL REFERENCES account_list (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (list_id, account_id)
        )\(.strict)
        """,
        "CREATE INDEX account_list_member_account ON account_list_member (account_id, list_id)",
        """
        CREATE TABLE followed_tag (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            tag TEXT NOT NULL,
            UNIQUE (account_id, tag)
        )\(.strict)
        """,
        "CREATE INDEX followed_tag_tag ON followed_tag (tag)",
    ]

    /// Client apps (`app`), and the tokens and codes that they were granted. Secrets are stored as digests only.
    private static let clientApps: [SQL] = [
        """
        CREATE TABLE app (
            id \(.key),
            client_id TEXT NOT NULL UNIQUE,
            secret_digest \(.bytes) NOT NULL,
            name TEXT NOT NULL,
            website TEXT,
            redirect_uris TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """,
        """
        CREATE TABLE access_token (
            id \(.key),
            token_digest \(.bytes) NOT NULL UNIQUE,
            app_id \(.integer) REFERENCES app (id),
            account_id \(.integer) REFERENCES account (id),
            person_id \(.integer) REFERENCES account (id),
            scopes TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            used_at \(.integer) NOT NULL
        )\(.strict)
        """,
        "CREATE INDEX access_token_person ON access_token (person_id) WHERE person_id IS NOT NULL",
        "CREATE INDEX access_token_account ON access_token (account_id) WHERE account_id IS NOT NULL",
        """
        CREATE TABLE authorization_code (
            code_digest \(.bytes) PRIMARY KEY,
            app_id \(.integer) NOT NULL REFERENCES app (id),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            person_id \(.integer) NOT NULL REFERENCES account (id),
            redirect_uri TEXT NOT NULL,
            scopes TEXT NOT NULL,
            challenge TEXT,
            expires_at \(.integer) NOT NULL,
            used_at \(.integer)
        )\(.strict)
        """,
    ]
}
