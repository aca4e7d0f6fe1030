// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Push subscriptions, queued pushes and the VAPID key. When a token is deleted, its subscription and the queued
    /// pushes of that subscription are deleted, too.
    ///
    /// `push_counter` has one row with the id of the next subscription, so that ids stay small and are never reused.
    static let push = Migration(9, "push") {
        """
        CREATE TABLE push_subscription (
            id \(.key),
            token_id \(.integer) NOT NULL UNIQUE REFERENCES access_token (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            endpoint TEXT NOT NULL,
            p256dh \(.bytes) NOT NULL,
            auth \(.bytes) NOT NULL,
            access_token TEXT NOT NULL,
            standard \(.boolean) NOT NULL,
            alerts TEXT NOT NULL,
            policy TEXT NOT NULL CHECK (policy IN ('all', 'followed', 'follower', 'none')),
            created_at \(.integer) NOT NULL,
            failures \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX push_subscription_account ON push_subscription (account_id)"
        """
        CREATE TABLE push_queue (
            subscription_id \(.integer) NOT NULL REFERENCES push_subscription (id) ON DELETE CASCADE,
            notification_id \(.integer) NOT NULL,
            type TEXT NOT NULL,
            sender_id \(.integer) NOT NULL,
            entry_id \(.integer),
            run_at \(.integer) NOT NULL,
            lease_until \(.integer),
            attempts \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            PRIMARY KEY (subscription_id, notification_id)
        )\(.strict)
        """
        "CREATE INDEX push_queue_due ON push_queue (run_at)"
        """
        CREATE TABLE push_counter (
            id \(.key),
            last \(.integer) NOT NULL
        )\(.strict)
        """
        "INSERT INTO push_counter (id, last) VALUES (1, 0)"
        """
        CREATE TABLE push_key (
            id \(.key),
            private_pem TEXT NOT NULL,
            public_key TEXT NOT NULL
        )\(.strict)
        """
    }
}
