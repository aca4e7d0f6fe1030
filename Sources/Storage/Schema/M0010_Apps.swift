// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The app with which a post was written, and two account options of client apps: `hides_follows` and `indexable`.
    static let apps = Migration(10, "apps") {
        "ALTER TABLE post ADD COLUMN app_id \(.integer) REFERENCES app (id)"
        "ALTER TABLE account ADD COLUMN hides_follows \(.boolean) NOT NULL DEFAULT \(.no)"
        "ALTER TABLE account ADD COLUMN indexable \(.boolean) NOT NULL DEFAULT \(.no)"
        "UPDATE account SET indexable = discoverable"
    }
}
