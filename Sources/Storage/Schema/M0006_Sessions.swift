// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Sessions, sign-in links and invitations, and the e-mail queue. Tokens are stored as digests only.
    static let sessions = Migration(6, "sessions") {
        """
        CREATE TABLE session (
            token_digest \(.bytes) PRIMARY KEY,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            created_at \(.integer) NOT NULL,
            seen_at \(.integer) NOT NULL,
            expires_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX session_account ON session (account_id)"
        """
        CREATE TABLE sign_in_link (
            token_digest \(.bytes) PRIMARY KEY,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            expires_at \(.integer) NOT NULL,
            used_at \(.integer)
        )\(.strict)
        """
        """
        CREATE TABLE invitation (
            token_digest \(.bytes) PRIMARY KEY,
            created_by \(.integer) REFERENCES account (id),
            expires_at \(.integer) NOT NULL,
            used_at \(.integer)
        )\(.strict)
        """
        """
        CREATE TABLE mail (
            id \(.key),
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            run_at \(.integer) NOT NULL,
            lease_until \(.integer),
            attempts \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX mail_due ON mail (run_at, id)"
    }
}
