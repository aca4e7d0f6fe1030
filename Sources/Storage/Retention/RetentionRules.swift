// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

extension Retention {
    /// How long the id and the digest of a received activity are remembered: at least 90 days, so that an old copy is
    /// still recognized.
    public static let receivedMemory = Duration.days(100)
    /// How long things of other servers are kept that nobody here needs.
    public static let foreignMemory = Duration.days(400)
    /// How long activities are kept that are neither posts nor boosts.
    public static let sentMemory = Duration.days(100)

    /// The rules of all tables.
    public static let rules: [RetentionRule] =
        queues + sent + foreign + signIn + withAccount + withPost + always

    private static let queues: [RetentionRule] = [
        RetentionRule(
            "received",
            "the text until it is processed; id and digest 100 days; what is held or could not be processed 100 days",
            keys: "id"
        ) { now in
            // With the first condition the planners use the index `received_done`.
            "state <> 'waiting' AND received_at < \(now - receivedMemory)"
        },
        RetentionRule("seen_signature", "until the signature is too old to be accepted", keys: "digest") { now in
            "expires_at < \(now)"
        },
        RetentionRule("undone", "30 days", keys: "actor_id, subject") { now in "expires_at < \(now)" },
        RetentionRule("mail", "until it is sent or given up, and 14 days more; its text until it is sent", keys: "id") {
            now in
            "ended_at < \(now - MailQueue.memory)"
        },
        RetentionRule("mail_suppression", "until a steward takes the address off the list"),
        RetentionRule("mail_sender", "always: one row"),
        RetentionRule("mail_notice", "until its e-mail is written, a few seconds"),
        RetentionRule("push_queue", "until it is sent or given up"),
        RetentionRule("scheduled", "until it is published, or its author or the author's account is deleted"),
        RetentionRule("idempotency", "1 hour", keys: "account_id, key") { now in "created_at < \(now - .hours(1))" },
    ]

    private static let sent: [RetentionRule] = [
        RetentionRule(
            "activity",
            "posts and boosts until their object is deleted, then without their text; all other activities 100 days"),
        RetentionRule("delivery", "until it is delivered or given up"),
        RetentionRule("abandoned_delivery", "90 days", keys: "id") { now in "abandoned_at < \(now - .days(90))" },
    ]

    private static let foreign: [RetentionRule] = [
        RetentionRule(
            "account",
            "of this node always, without its profile after a deletion; of other nodes 400 days after the last contact "
                + "when nothing refers to it"),
        RetentionRule(
            "post", "of this node until its author deletes it; of other nodes 400 days when nothing here refers to it"),
        RetentionRule(
            "event",
            "of this node always; of other nodes 400 days after its end when nothing here refers to it"),
        RetentionRule(
            "tombstone",
            "of this node always; of known objects of other nodes 2 years; of unknown objects 30 days", keys: "iri"
        ) { now in
            """
            (deleted_at < \(now - .days(730)) OR (deleted_at < \(now - .days(30)) AND former_type = 'Object'))
                AND NOT EXISTS (SELECT 1 FROM account a WHERE a.iri = tombstone.actor_iri AND a.host = '')
            """
        },
        RetentionRule(
            "peer", "with a policy or accounts always; otherwise 400 days after the last contact", keys: "host"
        ) { now in
            """
            policy = 'unset' AND note = ''
                AND coalesce(last_success_at, first_failure_at, first_seen_at) < \(now - foreignMemory)
                AND NOT EXISTS (SELECT 1 FROM account a WHERE a.host = peer.host)
            """
        },
        RetentionRule("actor_key", "as long as its account"),
        RetentionRule("custom_emoji", "400 days after it was last named by its node or shown here, with its picture"),
    ]

    private static let signIn: [RetentionRule] = [
        RetentionRule("session", "until it expires", keys: "token_digest") { now in "expires_at < \(now)" },
        RetentionRule("sign_in_link", "until it expires", keys: "token_digest") { now in "expires_at < \(now)" },
        RetentionRule("invitation", "until it expires", keys: "token_digest") { now in "expires_at < \(now)" },
        RetentionRule("authorization_code", "30 days after it expired", keys: "code_digest") { now in
            "expires_at < \(now - .days(30))"
        },
        RetentionRule("app", "7 days when nobody used it", keys: "id") { now in
            """
            created_at < \(now - .days(7))
                AND NOT EXISTS (SELECT 1 FROM access_token t WHERE t.app_id = app.id)
                AND NOT EXISTS (SELECT 1 FROM authorization_code c WHERE c.app_id = app.id)
                AND NOT EXISTS (SELECT 1 FROM post p WHERE p.app_id = app.id)
            """
        },
        RetentionRule("access_token", "until it is revoked or its account is deleted"),
        RetentionRule("push_subscription", "as long as its token"),
        RetentionRule("local_account", "as long as its account, without address, password and note after a deletion"),
    ]
}

extension Retention {
    private static let withAccount: [RetentionRule] =
        [
            RetentionRule("mute", "until it expires", keys: "account_id, target_id") { now in "expires_at <= \(now)" },
            RetentionRule("group_ban", "until it expires", keys: "group_id, account_id") { now in
                "expires_at <= \(now)"
            },
            RetentionRule("farewell", "until all known servers were told of the deletion"),
            RetentionRule("unfinished_suspension", "until the posts of the account have left their groups or returned"),
        ]
        + [
            "account_list", "account_list_member", "account_note", "announcement_reaction", "announcement_read",
            "block", "bookmark", "content_filter", "content_filter_entry", "content_filter_keyword", "conversation",
            "dismissed_suggestion", "endorsement", "event_invitation", "event_like", "featured_tag", "follow",
            "followed_tag",
            "group_role", "guest", "host_block", "mail_batch", "mail_choice", "marker", "move", "newest_entry",
            "notification",
            "notification_policy", "notification_request", "thread_mute",
        ].map { RetentionRule($0, "until it is withdrawn, or as long as its account") }

    private static let withPost: [RetentionRule] =
        [
            RetentionRule("media", "a day without a post or an account that shows it; then until its file is removed"),
            RetentionRule("tag", "as long as a post uses the hashtag"),
        ]
        + [
            "attachment", "boost", "entry", "event_share", "group_removal", "hashtag", "mention", "pin", "poll",
            "poll_option",
            "poll_vote", "discussion", "post_edit", "post_edit_attachment", "post_like", "entry_words", "account_words",
            "thread_lock",
        ].map { RetentionRule($0, "as long as its post, event or account") }

    private static let always: [RetentionRule] = [
        RetentionRule("report", "always, as a record of moderation"),
        RetentionRule("moderation_log", "2 years, as a record of moderation", keys: "id") { now in
            "created_at < \(now - .days(730))"
        },
        RetentionRule("announcement", "until a steward deletes it"),
        RetentionRule("setting", "always"),
        RetentionRule("push_counter", "always"),
        RetentionRule("push_key", "always"),
        RetentionRule("process", "always"),
        RetentionRule("schema_migration", "always"),
    ]
}
