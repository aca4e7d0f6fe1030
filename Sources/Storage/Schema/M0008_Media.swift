// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Uploaded files (`media`), and the attachment columns that client apps need.
    static let media = Migration(8, "media") {
        """
        CREATE TABLE media (
            id \(.key),
            account_id \(.integer) NOT NULL REFERENCES account (id),
            post_id \(.integer) REFERENCES post (id) ON DELETE SET NULL,
            position \(.integer) NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'failed', 'gone')),
            kind TEXT NOT NULL CHECK (kind IN ('image', 'gifv', 'video', 'audio', 'unknown')),
            media_type TEXT NOT NULL,
            source TEXT,
            file TEXT,
            preview_file TEXT,
            size \(.integer) NOT NULL,
            width \(.integer),
            height \(.integer),
            preview_width \(.integer),
            preview_height \(.integer),
            duration \(.real),
            frame_rate TEXT,
            bitrate \(.integer),
            blurhash TEXT,
            focus_x \(.real),
            focus_y \(.real),
            description TEXT NOT NULL,
            error TEXT,
            run_at \(.integer) NOT NULL,
            lease_until \(.integer),
            attempts \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            touched_at \(.integer) NOT NULL
        )\(.strict)
        """
        "CREATE INDEX media_due ON media (run_at, id) WHERE state = 'waiting'"
        "CREATE INDEX media_post ON media (post_id) WHERE post_id IS NOT NULL"
        "CREATE INDEX media_loose ON media (touched_at) WHERE post_id IS NULL"
        "CREATE INDEX media_account ON media (account_id)"
        "ALTER TABLE attachment ADD COLUMN media_id \(.integer)"
        "ALTER TABLE attachment ADD COLUMN kind TEXT"
        "ALTER TABLE attachment ADD COLUMN preview_url TEXT"
        "ALTER TABLE attachment ADD COLUMN blurhash TEXT"
        "ALTER TABLE attachment ADD COLUMN width \(.integer)"
        "ALTER TABLE attachment ADD COLUMN height \(.integer)"
        "ALTER TABLE attachment ADD COLUMN preview_width \(.integer)"
        "ALTER TABLE attachment ADD COLUMN preview_height \(.integer)"
        "ALTER TABLE attachment ADD COLUMN duration \(.real)"
        "ALTER TABLE attachment ADD COLUMN frame_rate TEXT"
        "ALTER TABLE attachment ADD COLUMN bitrate \(.integer)"
        "ALTER TABLE attachment ADD COLUMN focus_x \(.real)"
        "ALTER TABLE attachment ADD COLUMN focus_y \(.real)"
        "CREATE INDEX attachment_media ON attachment (media_id) WHERE media_id IS NOT NULL"
    }
}
