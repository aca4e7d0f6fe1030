// SPDX-License-Identifier: Apache-2.0

/// What a person is to a post, as far as reading and answering go.
public struct PostRelation: Sendable, Hashable {
    /// Whether the person wrote it.
    public var isAuthor: Bool
    /// Whether the person follows the author, accepted.
    public var followsAuthor: Bool
    /// Whether the person is named in it.
    public var isMentioned: Bool
    /// Whether one of the two blocked the other.
    public var isBlocked: Bool

    /// Nothing at all: a stranger.
    public static let stranger = Self(isAuthor: false, followsAuthor: false, isMentioned: false, isBlocked: false)

    /// Creates the value.
    public init(isAuthor: Bool, followsAuthor: Bool, isMentioned: Bool, isBlocked: Bool) {
        self.isAuthor = isAuthor
        self.followsAuthor = followsAuthor
        self.isMentioned = isMentioned
        self.isBlocked = isBlocked
    }
}

/// Who may read, answer and boost a post. Pure: the same rule for a page, a document and a stream.
public enum PostPolicy {
    /// Whether the person may read it.
    public static func mayRead(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        if relation.isAuthor { return true }
        if relation.isBlocked { return false }
        switch visibility {
        case .everyone, .unlisted: return true
        case .followers: return relation.followsAuthor || relation.isMentioned
        case .direct: return relation.isMentioned
        }
    }

    /// Whether the person may answer it.
    public static func mayAnswer(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        mayRead(visibility, as: relation)
    }

    /// Whether the person may boost it: a boost never shows a post to more people than its author did.
    public static func mayBoost(_ visibility: Visibility, as relation: PostRelation) -> Bool {
        visibility.isOpen && mayRead(visibility, as: relation)
    }

    /// An answer is never wider than what it answers.
    public static func answerVisibility(wanted: Visibility, parent: Visibility) -> Visibility {
        min(wanted, parent)
    }
}

/// Bounds of what a member may write.
public enum PostLimits {
    /// Pictures, films and sounds of one post.
    public static let media = 4
    /// Characters that describe one of them.
    public static let mediaDescription = 1_500
    /// Characters of a title.
    public static let title = 200
    /// Characters of a text.
    public static let text = 10_000
    /// Accounts named in one post.
    public static let mentions = 20
    /// Hashtags of one post.
    public static let hashtags = 30
}
