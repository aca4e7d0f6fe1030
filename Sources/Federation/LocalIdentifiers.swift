// SPDX-License-Identifier: Apache-2.0

public import Model
public import Storage
public import Vocabulary

/// The resource that an identifier of this node names.
public enum LocalResource: Hashable, Sendable {
    /// A person, by name.
    case person(String)
    /// A group, by name.
    case group(String)
    /// The node itself.
    case instanceActor
    /// A profile page for browsers: `/@name`.
    case profile(String)
    /// An actor's key.
    case key(of: IRI)
    /// The inbox that all accounts of this node share.
    case sharedInbox
    /// The inbox or a collection of an actor.
    case inbox(of: IRI), outbox(of: IRI), followers(of: IRI), following(of: IRI), featured(of: IRI)
    /// The collection of a group's moderators.
    case moderators(of: IRI)
    /// A group's events that have not ended.
    case upcoming(of: IRI)
    /// A post.
    case post(ID<Post>)
    /// The collection of replies to a post.
    case replies(ID<Post>)
    /// The collection of all posts in the thread that starts with this post.
    case context(ID<Post>)
    /// An event.
    case event(ID<Event>)
    /// The attendee collection of an event. It shows only their number.
    case attendees(ID<Event>)
    /// The collection of posts about an event.
    case eventReplies(ID<Event>)
    /// An activity of a local actor.
    case activity(ID<SentActivity>)
    /// A hashtag's page.
    case hashtag(String)
}

/// Builds and parses the identifiers of this node. No other code does this.
public struct LocalIdentifiers: Sendable, Hashable {
    /// The origin of this node: `https://cafe.example`, without a path.
    public let origin: IRI

    /// - Parameter origin: only its scheme, host and port are used.
    public init(origin: IRI) {
        self.origin = IRI(origin.origin) ?? origin
    }

    /// The host, with its port when it has one: the part after the second `@` of a local handle.
    public var host: String { origin.authority }

    // MARK: - Actors

    /// The actor id of a person.
    public func person(_ name: String) -> IRI { origin.appending(path: "users/\(name)") }
    /// The actor id of a group.
    public func group(_ name: String) -> IRI { origin.appending(path: "groups/\(name)") }
    /// The actor id of the node itself.
    public var instanceActor: IRI { origin.appending(path: "actor") }
    /// The inbox that all accounts of this node share.
    public var sharedInbox: IRI { origin.appending(path: "inbox") }
    /// The actor id that is stored with the account.
    public func actor(_ account: Account) -> IRI { account.iri }
    /// The inbox of an actor.
    public func inbox(of actor: IRI) -> IRI { actor.appending(path: "inbox") }
    /// The collection of an actor's public activities.
    public func outbox(of actor: IRI) -> IRI { actor.appending(path: "outbox") }
    /// The collection of an actor's followers.
    public func followers(of actor: IRI) -> IRI { actor.appending(path: "followers") }
    /// The collection of accounts that an actor follows.
    public func following(of actor: IRI) -> IRI { actor.appending(path: "following") }
    /// The collection of pinned posts.
    public func featured(of actor: IRI) -> IRI { actor.appending(path: "collections/featured") }
    /// The collection of a group's moderators.
    public func moderators(of actor: IRI) -> IRI { actor.appending(path: "collections/moderators") }
    /// The collection of a group's events that have not ended.
    public func upcoming(of actor: IRI) -> IRI { actor.appending(path: "collections/upcoming") }

    /// The id of an actor's key. Each local actor has one key.
    public func keyID(of actor: IRI) -> IRI { IRI(actor.withoutFragment.string + "#main-key") ?? actor }

    /// The profile page for browsers: `/@name`.
    public func page(of handle: Handle) -> IRI { origin.appending(path: "@\(handle.name)") }

    /// The handle `@name@host`. A local account gets the host of this node.
    public func fullHandle(of account: Account) -> Handle {
        Handle(name: account.username, host: account.isLocal ? host : account.host)
    }

    // MARK: - Objects

    /// The id of a post.
    public func post(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)") }
    /// The id of the authorization with which the author of `quoted` allows the quote in `quoting`.
    public func quoteAuthorization(of quoted: ID<Post>, in quoting: ID<Post>) -> IRI {
        origin.appending(path: "posts/\(quoted)/quotes/\(quoting)")
    }
    /// The collection of replies to a post.
    public func replies(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)/replies") }
    /// The collection of all posts in the thread that starts with this post.
    public func context(_ id: ID<Post>) -> IRI { origin.appending(path: "posts/\(id)/context") }
    /// The id of an event.
    public func event(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)") }
    /// The attendee collection of an event. It shows only their number.
    public func attendees(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)/attendees") }
    /// The collection of posts about an event.
    public func eventReplies(_ id: ID<Event>) -> IRI { origin.appending(path: "events/\(id)/replies") }
    /// The id of an activity of a local actor.
    public func activity(_ id: ID<SentActivity>) -> IRI { origin.appending(path: "activities/\(id)") }
    /// The page of a hashtag; `tag` is without `#`.
    public func hashtag(_ tag: String) -> IRI { origin.appending(path: "tags/\(tag)") }
    /// The address of an uploaded file.
    public func media(_ name: String) -> IRI { origin.appending(path: "media/\(name)") }

    // MARK: - Parsing

    /// Whether the identifier has the origin of this node. Another server may not send documents with such an id.
    public func isLocal(_ iri: IRI) -> Bool { iri.isSameOrigin(as: origin) }

    /// The resource that the identifier names.
    ///
    /// - Returns: nil when the identifier has another origin, or names no resource of this node. Paths are compared
    ///   byte by byte.
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
