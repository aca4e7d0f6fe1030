// SPDX-License-Identifier: Apache-2.0

/// One timeline item of an account: a post, a boost of a post, an event, or a share of an event.
///
/// Client apps call it a status. Its id is the id of the post, the boost or the event, so all of them sort in one
/// order. A boost has its own id and refers to the post that it boosts.
public struct TimelineItem: Sendable, Hashable, Identifiable {
    /// The id by which timelines are sorted.
    public let id: ID<TimelineItem>
    /// The account that published it: the author, the booster, or the group that relayed it.
    public var account: ID<Account>
    /// The post or event that it shows.
    public var subject: Subject
    /// Whether it is a boost or a share of an existing post or event.
    public var isBoost: Bool
    /// Who may see a boost; nil when it is who may read the post.
    public var visibility: Visibility?

    /// The post or event that a timeline item shows.
    public enum Subject: Sendable, Hashable {
        case post(ID<Post>)
        case event(ID<Event>)
    }

    /// Creates the value as the row has it.
    public init(
        id: ID<TimelineItem>, account: ID<Account>, subject: Subject, isBoost: Bool, visibility: Visibility? = nil
    ) {
        self.id = id
        self.account = account
        self.subject = subject
        self.isBoost = isBoost
        self.visibility = visibility
    }

    /// The id of the post; nil when it shows an event.
    public var post: ID<Post>? {
        guard case .post(let id) = subject else { return nil }
        return id
    }

    /// The id of the event; nil when it shows a post.
    public var event: ID<Event>? {
        guard case .event(let id) = subject else { return nil }
        return id
    }
}
