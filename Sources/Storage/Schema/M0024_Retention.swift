// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// What repeated and late activities are recognized by (`received.digest`, `undone`), and indexes for the deletion of
    /// old rows and for the deletion of accounts in small steps.
    ///
    /// The body of a processed activity is not stored any more, so the bodies of older rows are dropped, too.
    static let retention = Migration(24, "retention") { _ in
        "ALTER TABLE received ADD COLUMN digest \(.bytes)"
        "UPDATE received SET body = '' WHERE state = 'done'"
        """
        CREATE TABLE undone (
            actor_id \(.integer) NOT NULL REFERENCES account (id),
            subject TEXT NOT NULL,
            received_id \(.integer),
            published_at \(.integer),
            expires_at \(.integer) NOT NULL,
            PRIMARY KEY (actor_id, subject)
        )\(.strict)
        """
        "CREATE INDEX undone_expiry ON undone (expires_at)"
        "CREATE INDEX received_parked ON received (signer_id) WHERE state = 'parked'"
        "CREATE INDEX tombstone_age ON tombstone (deleted_at)"
        "CREATE INDEX abandoned_delivery_activity ON abandoned_delivery (activity_id)"
        "CREATE INDEX abandoned_delivery_age ON abandoned_delivery (abandoned_at)"
        "CREATE INDEX account_deleted ON account (id) WHERE deleted_at IS NOT NULL"
        "CREATE INDEX app_age ON app (created_at)"
        "CREATE INDEX access_token_app ON access_token (app_id) WHERE app_id IS NOT NULL"
        "CREATE INDEX authorization_code_app ON authorization_code (app_id)"
        "CREATE INDEX post_app ON post (app_id) WHERE app_id IS NOT NULL"
    }
}
