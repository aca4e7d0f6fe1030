// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The column `post.ancestor_id`: the nearest stored ancestor of a reply whose parent was deleted, so that the reply
    /// keeps its place in the discussion.
    static let ancestors = Migration(34, "ancestors") { _ in
        "ALTER TABLE post ADD COLUMN ancestor_id \(.integer)"
        "CREATE INDEX post_ancestor ON post (ancestor_id) WHERE ancestor_id IS NOT NULL"
    }
}
