// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Posts with their mentions, hashtags and attachments, boosts and favourites.
    static let posts = Migration(2, "posts") {
        """
        CREATE TABLE post (
            id \(.key),
            iri TEXT NOT NULL UNIQUE,
            author_id \(.integer) NOT NULL REFERENCES account (id),
            group_id \(.integer) REFERENCES account (id),
            in_reply_to_id \(.integer),
            in_reply_to_iri TEXT,
            thread_id \(.integer) NOT NULL,
            event_id \(.integer),
            kind TEXT NOT NULL CHECK (kind IN ('note', 'article', 'page', 'question', 'other')),
            title TEXT NOT NULL,
            content_html TEXT NOT NULL,
            source TEXT,
            warning TEXT NOT NULL,
            visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'direct')),
            language TEXT,
            url TEXT,
            published_at \(.integer) NOT NULL,
            edited_at \(.integer),
            is_local \(.boolean) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX post_author ON post (author_id, id)"
        "CREATE INDEX post_thread ON post (thread_id, id)"
        "CREATE INDEX post_reply_iri ON post (in_reply_to_iri) WHERE in_reply_to_iri IS NOT NULL"
        "CREATE INDEX post_event ON post (event_id, id) WHERE event_id IS NOT NULL"
        """
        CREATE TABLE mention (
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (post_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX mention_account ON mention (account_id, post_id)"
        """
        CREATE TABLE hashtag (
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (tag, post_id)
        )\(.strict)
        """
        "CREATE INDEX hashtag_post ON hashtag (post_id)"
        """
        CREATE TABLE attachment (
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            position \(.integer) NOT NULL,
            url TEXT NOT NULL,
            media_type TEXT NOT NULL,
            description TEXT NOT NULL,
            PRIMARY KEY (post_id, position)
        )\(.strict)
        """
        """
        CREATE TABLE boost (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            UNIQUE (account_id, post_id)
        )\(.strict)
        """
        "CREATE INDEX boost_post ON boost (post_id)"
        "CREATE INDEX boost_activity ON boost (activity_iri)"
        "CREATE INDEX boost_account ON boost (account_id, id)"
        """
        CREATE TABLE post_like (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) NOT NULL REFERENCES post (id) ON DELETE CASCADE,
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (post_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX post_like_account ON post_like (account_id, post_id)"
        "CREATE INDEX post_like_activity ON post_like (activity_iri)"
    }
}
