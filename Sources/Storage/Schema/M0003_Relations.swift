// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The relations between accounts: follows, blocks, group roles, reports and moves.
    static let relations = Migration(3, "relations") {
        """
        CREATE TABLE follow (
            follower_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            activity_iri TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'rejected')),
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (follower_id, target_id)
        )\(.strict)
        """
        "CREATE INDEX follow_target ON follow (target_id, state, follower_id)"
        "CREATE INDEX follow_activity ON follow (activity_iri)"
        """
        CREATE TABLE block (
            account_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) NOT NULL REFERENCES account (id),
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (account_id, target_id)
        )\(.strict)
        """
        "CREATE INDEX block_target ON block (target_id, account_id)"
        """
        CREATE TABLE group_role (
            group_id \(.integer) NOT NULL REFERENCES account (id),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            role TEXT NOT NULL CHECK (role IN ('moderator', 'animator')),
            PRIMARY KEY (group_id, account_id)
        )\(.strict)
        """
        """
        CREATE TABLE report (
            id \(.key),
            activity_iri TEXT NOT NULL UNIQUE,
            reporter_id \(.integer) NOT NULL REFERENCES account (id),
            target_id \(.integer) REFERENCES account (id),
            objects TEXT NOT NULL,
            comment TEXT NOT NULL,
            created_at \(.integer) NOT NULL,
            resolved_at \(.integer)
        )\(.strict)
        """
        """
        CREATE TABLE move (
            account_id \(.key) REFERENCES account (id),
            target_iri TEXT NOT NULL,
            activity_iri TEXT NOT NULL,
            created_at \(.integer) NOT NULL
        )\(.strict)
        """
    }
}
