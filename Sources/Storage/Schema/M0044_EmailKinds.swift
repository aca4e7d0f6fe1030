// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Which e-mails people want (`mail_choice`), what waits to be told by e-mail (`mail_notice`), and what was told last
    /// in an e-mail that says several things (`mail_batch`). `mail.fact` names what an e-mail reports, so that it is
    /// queued once; `mail.event_id` is the event that it is about.
    static let emailKinds = Migration(44, "email_kinds") { _ in
        "ALTER TABLE mail ADD COLUMN fact TEXT"
        "ALTER TABLE mail ADD COLUMN event_id \(.integer)"
        "CREATE UNIQUE INDEX mail_fact ON mail (fact) WHERE fact IS NOT NULL"
        """
        CREATE TABLE mail_notice (
            notification_id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX mail_notice_account ON mail_notice (account_id)"
        """
        CREATE TABLE mail_choice (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            kind TEXT NOT NULL,
            is_wanted \(.boolean) NOT NULL,
            PRIMARY KEY (account_id, kind)
        )\(.strict)
        """
        """
        CREATE TABLE mail_batch (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            kind TEXT NOT NULL,
            told_id \(.integer) NOT NULL,
            told_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, kind)
        )\(.strict)
        """
    }
}
