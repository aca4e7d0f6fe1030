// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// What other servers say of an event beside time and place, and which members they invited to it
    /// (`event_invitation`).
    static let eventDetails = Migration(30, "event_details") { _ in
        "ALTER TABLE event ADD COLUMN hides_end \(.boolean) NOT NULL DEFAULT \(.no)"
        "ALTER TABLE event ADD COLUMN is_all_day \(.boolean) NOT NULL DEFAULT \(.no)"
        "ALTER TABLE event ADD COLUMN place_region TEXT"
        "ALTER TABLE event ADD COLUMN category TEXT"
        "ALTER TABLE event ADD COLUMN hashtags TEXT"
        "ALTER TABLE event ADD COLUMN picture_url TEXT"
        "ALTER TABLE event ADD COLUMN picture_type TEXT"
        "ALTER TABLE event ADD COLUMN picture_text TEXT"
        """
        CREATE TABLE event_invitation (
            event_id \(.integer) NOT NULL REFERENCES event (id) ON DELETE CASCADE,
            account_id \(.integer) NOT NULL REFERENCES account (id),
            PRIMARY KEY (event_id, account_id)
        )\(.strict)
        """
        "CREATE INDEX event_invitation_account ON event_invitation (account_id)"
    }
}
