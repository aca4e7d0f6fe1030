// SPDX-License-Identifier: Apache-2.0

/// The broad category of a document.
public enum Family: String, Sendable, Hashable, CaseIterable {
    /// An actor.
    case actor
    /// An object that is shown as a post.
    case post
    /// An event.
    case event
    /// An activity of an actor.
    case activity
    /// A collection or a collection page.
    case collection
    /// A deleted object. This wins over all other types that the document claims.
    case tombstone
    /// No known family, or several families at once.
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

    /// The family that all known types belong to; `other` when they belong to several families.
    static func of(_ types: [String]) -> Family {
        if types.contains("Tombstone") { return .tombstone }
        let families = Set(types.compactMap { type in table.first { $0.0.contains(type) }?.1 })
        return families.count == 1 ? families.first ?? .other : .other
    }
}

extension Document {
    /// Whether one of the types belongs to a known family.
    public var hasKnownType: Bool { types.contains { Family.of([$0]) != .other } }

    /// The family of the document, from all its types.
    public var family: Family { Family.of(types) }
}
