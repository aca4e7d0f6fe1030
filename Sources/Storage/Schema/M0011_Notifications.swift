// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Notifications, read markers, conversations of direct messages, and announcements of the stewards.
    static let notifications = Migration(11, "notifications") {
        told
        policies
        letters
        announcements
    }

    private static let told: [SQL] = [
        """
        CREATE TABLE notification (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            type TEXT NOT NULL,
            from_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) REFERENCES post (id) ON DELETE CASCADE,
            event_id \(.integer) REFERENCES event (id) ON DELETE CASCADE,
            report_id \(.integer) REFERENCES report (id) ON DELETE CASCADE,
            subject_id \(.integer) NOT NULL,
            group_key TEXT NOT NULL,
            is_filtered \(.boolean) NOT NULL,
            created_at \(.integer) NOT NULL,
            UNIQUE (account_id, type, from_id, subject_id)
        )\(.strict)
        """,
        "CREATE INDEX notification_account ON notification (account_id, id)",
        "CREATE INDEX notification_group ON notification (account_id, group_key, id)",
        "CREATE INDEX notification_from ON notification (from_id, account_id)",
        "CREATE INDEX notification_post ON notification (post_id) WHERE post_id IS NOT NULL",
        "CREATE INDEX notification_event ON notification (event_id) WHERE event_id IS NOT NULL",
        "CREATE INDEX notification_report ON notification (report_id) WHERE report_id IS NOT NULL",
        "CREATE INDEX follow_notifies ON follow (target_id) WHERE notifies",
        """
        CREATE TABLE marker (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            timeline TEXT NOT NULL CHECK (timeline IN ('home', 'notifications')),
            last_read_id \(.integer) NOT NULL,
            version \(.integer) NOT NULL,
            updated_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, timeline)
        )\(.strict)
        """,
    ]

    private static let policies: [SQL] = [
        """
        CREATE TABLE notification_policy (
            account_id \(.key) REFERENCES account (id),
            for_not_following TEXT NOT NULL,
            for_not_followers TEXT NOT NULL,
            for_new_accounts TEXT NOT NULL,
            for_private_mentions TEXT NOT NULL,
            for_limited_accounts TEXT NOT NULL,
            for_bots TEXT NOT NULL
        )\(.strict)
        """,
        """
        CREATE TABLE notification_request (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            from_id \(.integer) NOT NULL REFERENCES account (id),
            state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'dismissed')),
            created_at \(.integer) NOT NULL,
            updated_at \(.integer) NOT NULL,
            UNIQUE (account_id, from_id)
        )\(.strict)
        """,
    ]

    /// Direct messages that already exist are added to conversations that are marked as read.
    private static let letters: [SQL] = [
        """
        CREATE TABLE conversation (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            thread_id \(.integer) NOT NULL,
            last_post_id \(.integer) NOT NULL,
            unread \(.boolean) NOT NULL,
            UNIQUE (account_id, thread_id)
        )\(.strict)
        """,
        "CREATE INDEX conversation_account ON conversation (account_id, last_post_id)",
        "CREATE INDEX conversation_post ON conversation (last_post_id)",
        """
        INSERT INTO conversation (id, account_id, thread_id, last_post_id, unread)
        SELECT row_number() OVER (ORDER BY max(y.post_id), y.account_id), y.account_id, y.thread_id, max(y.post_id),
            \(.no)
        FROM (SELECT p.author_id AS account_id, p.thread_id, p.id AS post_id
              FROM post p JOIN account a ON a.id = p.author_id WHERE p.visibility = 'direct' AND a.host = ''
              UNION ALL
              SELECT m.account_id, p.thread_id, p.id FROM post p JOIN mention m ON m.post_id = p.id
              JOIN account a ON a.id = m.account_id WHERE p.visibility = 'direct' AND a.host = '') y
        GROUP BY y.account_id, y.thread_id
        """,
    ]

    private static let announcements: [SQL] = [
        """
        CREATE TABLE announcement (
            id \(.key),
            author_id \(.integer) NOT NULL REFERENCES account (id),
            event_id \(.integer) REFERENCES event (id) ON DELETE CASCADE,
            content_html TEXT NOT NULL,
            ends_at \(.integer),
            published_at \(.integer) NOT NULL
        )\(.strict)
        """,
        "CREATE INDEX notification_request_from ON notification_request (from_id)",
        "CREATE INDEX announcement_event ON announcement (event_id) WHERE event_id IS NOT NULL",
        """
        CREATE TABLE announcement_read (
            announcement_id \(.integer) NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (announcement_id, account_id)
        )\(.strict)
        """,
        """
        CREATE TABLE announcement_reaction (
            announcement_id \(.integer) NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            name TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (announcement_id, name, account_id)
        )\(.strict)
        """,
    ]
}
