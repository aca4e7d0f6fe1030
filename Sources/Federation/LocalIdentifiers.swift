// SPDX-License-Identifier: Apache-2.0

public import Model
public import Storage
public import Vocabulary

/// What an identifier of this node names.
public enum LocalResource: Hashable, Sendable {
    /// A person, by name.
    case person(String)
    /// A group, by name.
    case group(String)
    /// The node itself.
    case instanceActor
    /// A page for people: `/@name`.
    case profile(String)
    /// An actor's key.
    case key(of: IRI)
    /// Where everybody's messages go.
    case sharedInbox
    /// A collection or box of the actor.
    case inbox(of: IRI), outbox(of: IRI), followers(of: IRI), following(of: IRI), featured(of: IRI)
    /// The people who keep a group in order.
    case moderators(of: IRI)
    /// A group's events that have not ended.
    case upcoming(of: IRI)
    /// A post.
    case post(ID<Post>)
    /// The answers to a post.
    case replies(ID<Post>)
    /// The discussion that a post starts.
    case context(ID<Post>)
    /// An event.
    case event(ID<Event>)
    /// The number of those who come.
    case attendees(ID<Event>)
    /// What people say about an event.
    case eventReplies(ID<Event>)
    /// Something that an actor of this node did.
    case activity(ID<SentActivity>)
    /// A hashtag's page.
    case hashtag(String)
}

/// Our own identifiers: built and read in one place.
public struct LocalIdentifiers: Sendable, Hashable {
    /// `https://cafe.example`, without a path.
    public let origin: IRI

    /// - Parameter origin: only its scheme, host and port are used.
    public init(origin: IRI) {
        self.origin = IRI(origin.origin) ?? origin
    }

    /// The host with its port when it has one: the second half of our handles.
    public var host: String { origin.authority }

    // MARK: - Actors

    /// A person.
    public func person(_ name: String) -> IRI { origin.appending(path: "users/\(name)") }
    /// A group.
    public func group(_ name: String) -> IRI { origin.appending(path: "groups/\(name)") }
    /// The node itself.
    public var instanceActor: IRI { origin.appending(path: "actor") }
    /// Where messages for many accounts of this node go.
    public var sharedInbox: IRI { origin.appending(path: "inbox") }
    /// The id that the account was created with.
    public func actor(_ account: Account) -> IRI { account.iri }
    /// Where an actor's own messages go.
    public func inbox(of actor: IRI) -> IRI { actor.appending(path: "inbox") }
    /// An actor's public activities.
    public func outbox(of actor: IRI) -> IRI { actor.appending(path: "outbox") }
    /// Who follows.
    public func followers(of actor: IRI) -> IRI { actor.appending(path: "followers") }
    /// Who is followed.
    public func following(of actor: IRI) -> IRI { actor.appending(path: "following") }
    /// Pinned posts.
    public func featured(of actor: IRI) -> IRI { actor.appending(path: "collections/featured") }
    /// The people who keep a group in order.
    public func moderators(of actor: IRI) -> IRI { actor.appending(path: "collections/moderators") }
    /// A group's events that have not ended.
    public func upcoming(of actor: IRI) -> IRI { actor.appending(path: "collections/upcoming") }

    /// The name of an actor's one key.
    public func keyID(of actor: IRI) -> IRI { IRI(actor.withoutFragment.string + "#main-key") ?? actor }

    /// The page for people: `/@name`.
    public func page(of handle: Handle) -> IRI { origin.appending(path: "@\(handle.name)") }

    /// `@name@host`, complete for an account of this node too.
    public func fullHandle(of account: Account) -> Handle {
        Handle(name: account.username, host: account.isLocal ? host : account.host)
    }

    // MARK: - Things

    /// A post.
    public func post(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)") }
    /// The author's word that a post may be quoted in another one.
    public func quoteAuthorization(of quoted: ID<Post>, in quoting: ID<Post>) -> IRI {
        origin.appending(path: "posts/\(quoted)/quotes/\(quoting)")
    }
    /// The answers to a post.
    public func replies(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)/replies") }
    /// The discussion that a post starts.
    public func context(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)/context") }
    /// An event.
    public func event(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)") }
    /// The number of those who come.
    public func attendees(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)/attendees") }
    /// What people say about an event.
    public func eventReplies(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)/replies") }
    /// Something that an actor of this node did.
    public func activity(_ id: ID<SentActivity>) -> IRI { origin.appending(path: "activities/\(id)") }
    /// A hashtag's page; `tag` without `#`.
    public func hashtag(_ tag: String) -> IRI { origin.appending(path: "tags/\(tag)") }
    /// A file that was handed in.
    public func media(_ name: String) -> IRI { origin.appending(path: "media/\(name)") }

    // MARK: - Reading

    /// Whether the identifier is of this node, so that nobody else may speak for it.
    public func isLocal(_ iri: IRI) -> Bool { iri.isSameOrigin(as: origin) }

    /// What the identifier names.
    ///
    /// - Returns: nil when it is not ours, or ours and nothing: spellings are compared byte by byte.
    public func parse(_ iri: IRI) -> LocalResource? {
        guard isLocal(iri), iri.query == nil else { return nil }
        let parts = iri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        if let fragment = iri.fragment {
            guard fragment == "main-key", actor(parts) != nil else { return nil }
            return .key(of: iri.withoutFragment)
        }
        return actor(parts) ?? collection(parts) ?? object(parts)
    }

    private func actor(_ parts: [String]) -> LocalResource? {
        if parts == ["actor"] { return .instanceActor }
        guard parts.count == 2, Self.isName(parts[1]) else { return nil }
        switch parts[0] {
        case "users": return .person(parts[1])
        case "groups": return .group(parts[1])
        default: return nil
        }
    }

    private func collection(_ parts: [String]) -> LocalResource? {
        let length = parts.first == "actor" ? 1 : 2
        let owner = Array(parts.prefix(length))
        guard actor(owner) != nil else { return nil }
        let iri = origin.appending(path: owner.joined(separator: "/"))
        switch parts.dropFirst(length).joined(separator: "/") {
        case "inbox": return .inbox(of: iri)
        case "outbox": return .outbox(of: iri)
        case "followers": return .followers(of: iri)
        case "following": return .following(of: iri)
        case "collections/featured": return .featured(of: iri)
        case "collections/moderators": return .moderators(of: iri)
        case "collections/upcoming": return .upcoming(of: iri)
        default: return nil
        }
    }

    private func object(_ parts: [String]) -> LocalResource? {
        guard let first = parts.first else { return nil }
        if parts == ["inbox"] { return .sharedInbox }
        if parts.count == 1, first.hasPrefix("@"), Self.isName(String(first.dropFirst())) {
            return .profile(String(first.dropFirst()))
        }
        guard parts.count == 2 || parts.count == 3 else { return nil }
        switch (first, parts.count == 3 ? parts[2] : "") {
        case ("posts", ""): return ID(parts[1]).map(LocalResource.post)
        case ("posts", "replies"): return ID(parts[1]).map(LocalResource.replies)
        case ("posts", "context"): return ID(parts[1]).map(LocalResource.context)
        case ("events", ""): return ID(parts[1]).map(LocalResource.event)
        case ("events", "attendees"): return ID(parts[1]).map(LocalResource.attendees)
        case ("events", "replies"): return ID(parts[1]).map(LocalResource.eventReplies)
        case ("activities", ""): return ID(parts[1]).map(LocalResource.activity)
        case ("tags", "") where !parts[1].isEmpty: return .hashtag(parts[1])
        default: return nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 >= 97 && $0 <= 122) || ($0 >= 65 && $0 <= 90) || ($0 >= 48 && $0 <= 57) || $0 == 95 || $0 == 45
                    || $0 == 46
            }
    }
}
