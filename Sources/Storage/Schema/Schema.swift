// SPDX-License-Identifier: Apache-2.0

public import Database

/// The list of migrations, oldest first. A new one is a new file, and one line here; a released one never changes.
public enum Schema {
    /// Everything that makes an empty database ours.
    public static let migrations: [Migration] = [
        accounts,
        posts,
        relations,
        events,
        queues,
        sessions,
        clients,
        media,
        push,
        apps,
        notifications,
        personal,
        posting,
        search,
        newestItems,
        editAttachments,
        discussions,
        leases,
        goneInboxes,
        threadCounts,
        versions,
    ]
}
