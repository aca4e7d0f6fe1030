// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Storage
public import Vocabulary

/// Which part of a collection is requested.
public enum CollectionView: Sendable, Hashable {
    /// The collection itself: the number of its items and the address of the first page.
    case whole
    /// One page: the items older than the number, or the newest ones.
    case page(before: Int64?)

    /// Parses the query of a request: `page=true`, then `page=true&before=123`.
    public init(query: String?) {
        var isPage = false
        var before: Int64?
        for pair in (query ?? "").split(separator: "&") {
            if pair == "page=true" { isPage = true }
            if pair.hasPrefix("before="), let value = Int64(pair.dropFirst(7)), value > 0 { before = value }
        }
        self = isPage || before != nil ? .page(before: before) : .whole
    }
}

/// The collections of local actors and objects, as `OrderedCollection`s.
///
/// A group lists its followers. A person only shows their number. The attendees of an event are never listed, only
/// counted. Spec: ActivityPub §5; FEP-1b12 (moderators); FEP-8a8e (upcoming events); FEP-7888 (context).
public struct Collections: Sendable {
    /// The number of items on one page.
    public static let pageSize = 20
    /// The largest number of items in a collection without pages.
    public static let limit = 500

    let database: Database
    let identifiers: LocalIdentifiers
    let clock: any Clock

    /// Creates the collections.
    public init(database: Database, identifiers: LocalIdentifiers, clock: any Clock) {
        self.database = database
        self.identifiers = identifiers
        self.clock = clock
    }

    // MARK: - Of actors

    /// An actor's public activities, newest first, as they were sent.
    public func outbox(of account: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let id = identifiers.outbox(of: account.iri)
        let (total, activities) = try await database.read { db in
            let total = try SentActivities.outboxCount(of: account.id, in: db)
            guard case .page(let before) = view else { return (total, [SentActivity]()) }
            let page = PageRequest(before: before, limit: Self.pageSize)
            return (total, try SentActivities.outbox(of: account.id, page, in: db))
        }
        guard case .page = view else { return Self.paged(id, total: total) }
        let items = activities.compactMap { activity -> JSON? in
            guard case .object(var object)? = try? JSON.parse(Array(activity.body.utf8)) else { return nil }
            object["@context"] = nil
            return .object(object)
        }
        let next = activities.count == Self.pageSize ? activities.last?.id.rawValue : nil
        return Self.page(of: id, view, total: total, items: items, next: next)
    }

    /// The followers of an actor.
    public func followers(of account: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let (total, people) = try await database.read { db in
            let total = try Follows.followerCount(of: account.id, in: db)
            guard account.isGroup, case .page(let before) = view else { return (total, [Account]()) }
            let page = PageRequest(before: before, limit: Self.pageSize)
            return (total, try Follows.followers(of: account.id, page, onlyListed: true, in: db))
        }
        return list(identifiers.followers(of: account.iri), of: account, view, total: total, people)
    }

    /// The accounts that an actor follows.
    public func following(of account: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let (total, people) = try await database.read { db in
            let total = try Follows.followingCount(of: account.id, in: db)
            guard account.isGroup, case .page(let before) = view else { return (total, [Account]()) }
            let page = PageRequest(before: before, limit: Self.pageSize)
            return (total, try Follows.following(of: account.id, page, onlyListed: true, in: db))
        }
        return list(identifiers.following(of: account.iri), of: account, view, total: total, people)
    }

    /// The pinned posts of an actor. This collection is always empty.
    public func featured(of account: Account) -> JSON {
        Self.complete(identifiers.featured(of: account.iri), items: [])
    }

    /// The moderators of a group.
    public func moderators(of group: Account) async throws -> JSON {
        let people = try await database.read { db in try GroupRoles.moderators(of: group.id, in: db) }
        return Self.complete(identifiers.moderators(of: group.iri), items: people.map { JSON($0.iri) })
    }

    /// A group's events that have not ended, the next one first.
    public func upcoming(of group: Account) async throws -> JSON {
        let now = clock.now
        let events = try await database.read { db in
            let ids = try Events.upcoming(
                from: now, scope: .of(group.id), limit: Self.limit, after: nil, viewer: nil, mode: .open,
                in: db)
            return try EventViews.load(ids, viewer: nil, in: db)
        }
        return Self.complete(identifiers.upcoming(of: group.iri), items: events.map { JSON($0.event.iri) })
    }

    // MARK: - Of posts and events

    /// The public direct replies to a post, oldest first.
    public func replies(to post: Post) async throws -> JSON {
        let replies = try await database.read { db in
            try Threads.replyIRIs(to: post.iri, limit: Self.limit, in: db)
        }
        return Self.complete(identifiers.replies(post.id), items: replies.map { JSON($0) })
    }

    /// The public posts about an event, oldest first.
    public func replies(to event: Event) async throws -> JSON {
        let replies = try await database.read { db in
            try Threads.replyIRIs(to: event.iri, limit: Self.limit, in: db)
        }
        return Self.complete(identifiers.eventReplies(event.id), items: replies.map { JSON($0) })
    }

    /// The public posts of a whole thread, oldest first. The collection belongs to the thread's group, or to the author
    /// of its first post.
    public func context(of post: Post) async throws -> JSON {
        let (posts, owner) = try await database.read { db in
            let ids = try Threads.load(post.thread, viewer: nil, limit: Self.limit, in: db)
            return (try Posts.iris(of: ids, in: db), try Accounts.byID(post.group ?? post.author, in: db)?.iri)
        }
        var object =
            Self.complete(identifiers.context(post.thread), items: posts.map { JSON($0) })
            .object ?? [:]
        if let owner { object["attributedTo"] = JSON(owner) }
        return .object(object)
    }

    /// The number of attendees of an event.
    public func attendees(of view: EventView) -> JSON {
        Self.counted(identifiers.attendees(view.event.id), total: view.going)
    }
}

// MARK: - Shapes

extension Collections {
    private func list(
        _ id: IRI, of account: Account, _ view: CollectionView, total: Int, _ people: [Account]
    ) -> JSON {
        guard account.isGroup else { return Self.counted(id, total: total) }
        guard case .page = view else { return Self.paged(id, total: total) }
        let next = people.count == Self.pageSize ? people.last?.id.rawValue : nil
        return Self.page(of: id, view, total: total, items: people.map { JSON($0.iri) }, next: next)
    }

    /// A collection that only has a number. Other servers treat it as a collection with hidden members.
    static func counted(_ id: IRI, total: Int) -> JSON {
        [
            "@context": Contexts.activity, "id": JSON(id), "type": "OrderedCollection", "totalItems": JSON(total),
        ]
    }

    /// A collection with the number of items and a link to the first page.
    static func paged(_ id: IRI, total: Int) -> JSON {
        var object = counted(id, total: total).object ?? [:]
        object["first"] = JSON("\(id)?page=true")
        return .object(object)
    }

    /// A collection with all items, without pages.
    static func complete(_ id: IRI, items: [JSON]) -> JSON {
        var object = counted(id, total: items.count).object ?? [:]
        object["orderedItems"] = .array(items)
        return .object(object)
    }

    /// A collection inside the document that it belongs to, with all items on its first page. GoToSocial and Mastodon
    /// find the answers to a post only there.
    static func embedded(_ id: IRI, items: [IRI]) -> JSON {
        [
            "id": JSON(id), "type": "Collection",
            "first": [
                "id": JSON("\(id)?page=true"), "type": "CollectionPage", "partOf": JSON(id), "items": JSON(items),
            ],
        ]
    }

    static func page(of id: IRI, _ view: CollectionView, total: Int, items: [JSON], next: Int64?) -> JSON {
        var query = "?page=true"
        if case .page(let before?) = view { query += "&before=\(before)" }
        var object: JSON.Object = [
            "@context": Contexts.full, "id": JSON("\(id)\(query)"), "type": "OrderedCollectionPage",
            "partOf": JSON(id), "totalItems": JSON(total),
        ]
        if let next { object["next"] = JSON("\(id)?page=true&before=\(next)") }
        object["orderedItems"] = .array(items)
        return .object(object)
    }
}
