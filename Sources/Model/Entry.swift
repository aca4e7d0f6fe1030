// SPDX-License-Identifier: Apache-2.0

/// What an account put before its followers: a post, a boost of one, an event, or that it shares one.
///
/// It is what client apps call a status. Its id is that of the post, the boost or the event, so all of them count in one
/// order; a boost has an id of its own and shows what it boosts.
public struct Entry: Sendable, Hashable, Identifiable {
    /// The number by which lists are sorted.
    public let id: ID<Entry>
    /// Who put it there: the author, the booster, the group that relayed it.
    public var account: ID<Account>
    /// What it shows.
    public var subject: Subject
    /// Whether it repeats what is there already.
    public var isBoost: Bool

    /// What an entry shows.
    public enum Subject: Sendable, Hashable {
        case post(ID<Post>)
        case event(ID<Event>)
    }

    /// Creates the value as the row has it.
    public init(id: ID<Entry>, account: ID<Account>, subject: Subject, isBoost: Bool) {
        self.id = id
        self.account = account
        self.subject = subject
        self.isBoost = isBoost
    }

    /// The post that it shows, when it shows one.
    public var post: ID<Post>? {
        guard case .post(let id) = subject else { return nil }
        return id
    }

    /// The event that it shows, when it shows one.
    public var event: ID<Event>? {
        guard case .event(let id) = subject else { return nil }
        return id
    }
}
