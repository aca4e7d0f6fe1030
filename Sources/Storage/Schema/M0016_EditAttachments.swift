// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The attachments of earlier versions of posts. For versions from before this migration only the current
    /// attachments are known, so these are copied.
    static let editAttachments = Migration(16, "edit_attachments") { _ in
        """
        CREATE TABLE post_edit_attachment (
            post_id \(.integer) NOT NULL,
            created_at \(.integer) NOT NULL,
            position \(.integer) NOT NULL,
            url TEXT NOT NULL,
            media_type TEXT NOT NULL,
            description TEXT NOT NULL,
            media_id \(.integer),
            kind TEXT,
            preview_url TEXT,
            blurhash TEXT,
            width \(.integer),
            height \(.integer),
            preview_width \(.integer),
            preview_height \(.integer),
            duration \(.real),
            frame_rate TEXT,
            bitrate \(.integer),
            focus_x \(.real),
            focus_y \(.real),
            PRIMARY KEY (post_id, created_at, position),
            FOREIGN KEY (post_id, created_at) REFERENCES post_edit (post_id, created_at) ON DELETE CASCADE
        )\(.strict)
        """
        "CREATE INDEX post_edit_attachment_media ON post_edit_attachment (media_id) WHERE media_id IS NOT NULL"
        """
        INSERT INTO post_edit_attachment (post_id, created_at, position, url, media_type, description, media_id, kind, preview_url, blurhash, width, height,
            preview_width, preview_height, duration, frame_rate, bitrate, focus_x, focus_y)
        SELECT a.post_id, v.created_at, a.position, url, media_type, description, media_id, kind, preview_url, blurhash, width, height,
            preview_width, preview_height, duration, frame_rate, bitrate, focus_x, focus_y
        FROM attachment a JOIN (SELECT post_id, created_at FROM post_edit) v ON v.post_id = a.post_id
        """
    }
}
