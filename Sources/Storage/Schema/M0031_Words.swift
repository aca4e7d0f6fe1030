// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The labels of poll options as their owners wrote them (`poll_option.name`; NULL when it is the title), and indexes
    /// by which posts and events of other nodes are found by the addresses of their pages.
    static let words = Migration(31, "words") { _ in
        "ALTER TABLE poll_option ADD COLUMN name TEXT"
        "CREATE INDEX post_url ON post (url) WHERE url IS NOT NULL AND NOT is_local"
        "CREATE INDEX event_url ON event (url) WHERE url IS NOT NULL AND NOT is_local"
    }
}
