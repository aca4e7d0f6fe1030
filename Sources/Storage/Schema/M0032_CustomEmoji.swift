// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The custom emoji of other nodes (`custom_emoji`), and the shortcodes that posts and profiles use, separated by
    /// spaces. These columns are only written together with the texts, so the triggers for versions need no change.
    static let customEmoji = Migration(32, "custom emoji") { _ in
        "ALTER TABLE post ADD COLUMN emojis TEXT NOT NULL DEFAULT ''"
        "ALTER TABLE account ADD COLUMN emojis TEXT NOT NULL DEFAULT ''"
        """
        CREATE TABLE custom_emoji (
            host TEXT NOT NULL,
            shortcode TEXT NOT NULL,
            url TEXT NOT NULL,
            file TEXT,
            file_url TEXT,
            failed_at \(.integer),
            used_at \(.integer) NOT NULL,
            PRIMARY KEY (host, shortcode)
        )\(.strict)
        """
        "CREATE INDEX custom_emoji_age ON custom_emoji (used_at)"
    }
}
