// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Indexes with which lists of discussions read only the posts of a group, or only local posts.
    static let discussions = Migration(17, "discussions") { _ in
        "CREATE INDEX post_group ON post (group_id, id) WHERE group_id IS NOT NULL"
        "CREATE INDEX post_local ON post (id) WHERE is_local"
    }
}
