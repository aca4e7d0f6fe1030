// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// What moderators did (`moderation_log`), and whether one can take part in an event online (`event.is_online`),
    /// which everybody may know while the address is for guests only.
    static let moderationLog = Migration(35, "moderation_log") { _ in
        "ALTER TABLE event ADD COLUMN is_online \(.boolean) NOT NULL DEFAULT \(.no)"
        "UPDATE event SET is_online = \(.yes) WHERE online_url IS NOT NULL"
        """
        CREATE TABLE moderation_log (
            id \(.key),
            moderator_id \(.integer) REFERENCES account (id),
            deed TEXT NOT NULL,
            target_id \(.integer) REFERENCES account (id),
            host TEXT,
            note TEXT NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX moderation_log_moderator ON moderation_log (moderator_id) WHERE moderator_id IS NOT NULL"
        "CREATE INDEX moderation_log_target ON moderation_log (target_id) WHERE target_id IS NOT NULL"
    }
}
