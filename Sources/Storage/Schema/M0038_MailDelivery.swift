// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// E-mails that were sent or given up stay for a while (`mail.state`), with what a mail server said about them.
    /// `mail_suppression` lists the addresses that take no e-mail. The one row of `mail_sender` says whether the mail
    /// server can be used at the moment.
    static let mailDelivery = Migration(38, "mail_delivery") { _ in
        "ALTER TABLE mail ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed'))"
        "ALTER TABLE mail ADD COLUMN kind TEXT NOT NULL DEFAULT ''"
        "ALTER TABLE mail ADD COLUMN account_id \(.integer)"
        "ALTER TABLE mail ADD COLUMN language TEXT NOT NULL DEFAULT ''"
        "ALTER TABLE mail ADD COLUMN calendar TEXT"
        "ALTER TABLE mail ADD COLUMN unsubscribe TEXT"
        "ALTER TABLE mail ADD COLUMN message_id TEXT NOT NULL DEFAULT ''"
        "ALTER TABLE mail ADD COLUMN return_token TEXT"
        "ALTER TABLE mail ADD COLUMN urgency \(.integer) NOT NULL DEFAULT 1"
        "ALTER TABLE mail ADD COLUMN good_until \(.integer)"
        "ALTER TABLE mail ADD COLUMN first_failed_at \(.integer)"
        "ALTER TABLE mail ADD COLUMN ended_at \(.integer)"
        "ALTER TABLE mail ADD COLUMN failure TEXT NOT NULL DEFAULT ''"
        "DROP INDEX mail_due"
        "CREATE INDEX mail_due ON mail (urgency, run_at, id) WHERE state = 'waiting'"
        "CREATE INDEX mail_leased ON mail (lease_until) WHERE lease_until IS NOT NULL"
        "CREATE INDEX mail_ended ON mail (ended_at) WHERE ended_at IS NOT NULL"
        "CREATE INDEX mail_failed ON mail (id) WHERE state = 'failed'"
        "CREATE INDEX mail_account ON mail (account_id, id) WHERE account_id IS NOT NULL"
        "CREATE UNIQUE INDEX mail_return_token ON mail (return_token) WHERE return_token IS NOT NULL"
        """
        CREATE TABLE mail_suppression (
            address TEXT PRIMARY KEY,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX mail_suppression_age ON mail_suppression (created_at, address)"
        """
        CREATE TABLE mail_sender (
            id \(.key) CHECK (id = 1),
            problem TEXT NOT NULL CHECK (problem IN ('', 'server', 'settings')),
            detail TEXT NOT NULL,
            since \(.integer),
            rests_until \(.integer),
            failures \(.integer) NOT NULL
        )\(.strict)
        """
        "INSERT INTO mail_sender (id, problem, detail, failures) VALUES (1, '', '', 0)"
    }
}
