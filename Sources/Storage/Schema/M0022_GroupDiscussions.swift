// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// An index of the posts that start a discussion in a group. Without it, a page of the group reads all replies that
    /// are newer than its discussions.
    static let groupDiscussions = Migration(22, "group_discussions") { _ in
        """
        CREATE INDEX post_group_start ON post (group_id, id)
        WHERE group_id IS NOT NULL AND in_reply_to_iri IS NULL
        """
    }
}
