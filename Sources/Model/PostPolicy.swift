// SPDX-License-Identifier: Apache-2.0

/// The relation of a person to a post, as far as it decides about reading and replying.
public struct PostRelation: Sendable, Hashable {
    /// Whether the person is the author.
    public var isAuthor: Bool
    /// Whether the person is an accepted follower of the author.
    public var followsAuthor: Bool
    /// Whether the post mentions the person.
    public var isMentioned: Bool
    /// Whether one of the two has blocked the other.
    public var isBlocked: Bool

    /// The relation of a stranger: none of the four.
    public static let stranger = Self(isAuthor: false, followsAuthor: false, isMentioned: false, isBlocked: false)

    /// Creates the value.
    public init(isAuthor: Bool, followsAuthor: Bool, isMentioned: Bool, isBlocked: Bool) {
        self.isAuthor = isAuthor
        self.followsAuthor = followsAuthor
        self.isMentioned = isMentioned
        self.isBlocked = isBlocked
    }
}

/// The rules who may read, reply to and boost a post. They are pure functions, so that pages, documents and streams use
/// the same rules.
public enum PostPolicy {
    /// Whether the person may read the post.
    public static func mayRead(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        if relation.isAuthor { return true }
        if relation.isBlocked { return false }
        switch visibility {
        case .everyone, .unlisted: return true
        case .followers: return relation.followsAuthor || relation.isMentioned
        case .direct: return relation.isMentioned
        }
    }

    /// Whether the person may reply to the post.
    public static func mayReply(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        mayRead(visibility, as: relation)
    }

    /// Whether the person may boost the post. A boost never shows a post to more people than its author did, so a post
    /// for followers is only boosted by its author, whose followers are the same people.
    public static func mayBoost(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        guard visibility.isOpen else { return visibility == .followers && relation.isAuthor }
        return mayRead(visibility, as: relation)
    }

    /// The visibility of a boost: as wanted for a post that everybody may read, else that of the post. There are no
    /// boosts for mentioned people; who wants one gets one for followers.
    public static func boostVisibility(wanted: Visibility, of post: Visibility) -> Visibility {
        post.isOpen ? max(wanted, .followers) : post
    }

    /// The visibility of a reply, which is never wider than that of its parent post.
    public static func replyVisibility(wanted: Visibility, parent: Visibility) -> Visibility {
        min(wanted, parent)
    }
}

/// The limits for posts of members.
public enum PostLimits {
    /// The maximum number of media in one post.
    public static let media = 4
    /// The maximum length of an alternative text in characters.
    public static let mediaDescription = 1_500
    /// The maximum length of a title in characters.
    public static let title = 200
    /// The maximum length of a text in characters.
    public static let text = 10_000
    /// How many characters a link counts, whatever its length.
    public static let link = 23
    /// The maximum number of mentioned accounts in one post.
    public static let mentions = 20
    /// The maximum number of hashtags in one post.
    public static let hashtags = 30
}
