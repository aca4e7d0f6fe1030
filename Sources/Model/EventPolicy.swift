// SPDX-License-Identifier: Apache-2.0

/// What a person is to an event, as far as reading it goes.
public struct EventRelation: Sendable, Hashable {
    /// Whether the event is the person's own, or the group's in whose name the person acts.
    public var isOwner: Bool
    /// Whether the person planned it.
    public var isOrganizer: Bool
    /// Whether the person follows the owner, accepted.
    public var followsOwner: Bool
    /// Whether the person stands in the guest list, in whatever state, or was invited by the owner.
    public var isInvited: Bool
    /// Whether the person or the owner blocked the other.
    public var isBlocked: Bool

    /// Nothing at all: a stranger.
    public static let stranger = Self(
        isOwner: false, isOrganizer: false, followsOwner: false, isInvited: false, isBlocked: false)

    /// Creates the value.
    public init(isOwner: Bool, isOrganizer: Bool, followsOwner: Bool, isInvited: Bool, isBlocked: Bool) {
        self.isOwner = isOwner
        self.isOrganizer = isOrganizer
        self.followsOwner = followsOwner
        self.isInvited = isInvited
        self.isBlocked = isBlocked
    }
}

/// Who may read an event. Pure: the same rule for a page, a document, a client app and a stream.
public enum EventPolicy {
    /// Whether the person may read it.
    public static func mayRead(_ visibility: Visibility, as relation: EventRelation) -> Bool {
        if relation.isOwner || relation.isOrganizer { return true }
        if relation.isBlocked { return false }
        switch visibility {
        case .everyone, .unlisted: return true
        case .followers: return relation.followsOwner || relation.isInvited
        case .direct: return relation.isInvited
        }
    }
}
