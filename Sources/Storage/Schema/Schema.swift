// SPDX-License-Identifier: Apache-2.0

public import Database

/// The list of migrations, oldest first. A new migration is a new file and one line here. A released migration never
/// changes.
public enum Schema {
    /// All migrations, which turn an empty database into the current schema.
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
        groupDiscussions,
        processes,
        retention,
        readers,
        moderation,
        peerSoftware,
        eventDetails,
        words,
        customEmoji,
        boostVisibility,
        ancestors,
        moderationLog,
        discussionOrder,
        onlineAddresses,
        mailDelivery,
        sentFavourites,
        suspensions,
        emailKinds,
    ]
}
