// SPDX-License-Identifier: Apache-2.0

/// What a document is at large.
public enum Family: String, Sendable, Hashable, CaseIterable {
    /// Somebody who acts.
    case actor
    /// What we show as a post.
    case post
    /// A gathering.
    case event
    /// Something done by an actor.
    case activity
    /// A list.
    case collection
    /// What remains of something deleted, whatever else the document claims.
    case tombstone
    /// None that we know, or several at once.
    case other

    static let actorTypes: Set<String> = ["Person", "Group", "Application", "Service", "Organization"]
    static let postTypes: Set<String> = ["Note", "Article", "Page", "Question", "Video", "Audio", "Image"]
    static let eventTypes: Set<String> = ["Event"]
    static let collectionTypes: Set<String> = [
        "Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage",
    ]
    static let activityTypes: Set<String> = [
        "Accept", "Add", "Announce", "Arrive", "Bite", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag",
        "Follow", "Ignore", "Invite", "Join", "Leave", "Like", "Listen", "Lock", "Move", "Offer", "QuoteRequest",
        "Read", "Reject", "Remove", "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View",
    ]

    private static let table: [(Set<String>, Family)] = [
        (actorTypes, .actor), (postTypes, .post), (eventTypes, .event), (activityTypes, .activity),
        (collectionTypes, .collection),
    ]

    /// The one family of these types; `other` when they belong to two.
    static func of(_ types: [String]) -> Family {
        if types.contains("Tombstone") { return .tombstone }
        let families = Set(types.compactMap { type in table.first { $0.0.contains(type) }?.1 })
        return families.count == 1 ? families.first ?? .other : .other
    }
}

extension Document {
    /// What the document is at large, from all its types.
    public var family: Family { Family.of(types) }
}
