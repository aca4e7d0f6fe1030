// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Lists of discussions begin where their posts stand together.
    static let discussions = Migration(17, "discussions") { _ in
        "CREATE INDEX post_group ON post (group_id, id) WHERE group_id IS NOT NULL"
        "CREATE INDEX post_local ON post (id) WHERE is_local"
    }
}
