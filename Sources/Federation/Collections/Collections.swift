// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Storage
public import Vocabulary

/// Which part of a collection is asked for.
public enum CollectionView: Sendable, Hashable {
    /// The collection itself: how many there are, and where the first page is.
    case whole
    /// A page: what is older than the number, or the newest.
    case page(before: Int64?)

    /// Reads the query of a request: `page=true`, then `page=true&before=123`.
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

/// What our actors and objects show of themselves, as `OrderedCollection`s.
///
/// Groups show who follows them, people only how many do; who attends an event is never listed, only counted.
/// Spec: ActivityPub §5; FEP-1b12 (moderators); FEP-8a8e (upcoming events); FEP-7888 (context).
public struct Collections: Sendable {
    /// Items of one page.
    public static let pageSize = 20
    /// Items of a collection that has no pages.
    public static let limit = 500

    let database: Database
    let identifiers: LocalIdentifiers
    let clock: any Clock

    /// Wires it.
    public init(database: Database, identifiers: LocalIdentifiers, clock: any Clock) {
        self.database = database
        self.identifiers = identifiers
        self.clock = clock
    }

    // MARK: - Of actors

    /// An actor's public activities, newest first, as they were said.
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

    /// Who follows an actor.
    public func followers(of account: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let (total, people) = try await database.read { db in
            let total = try Follows.followerCount(of: account.id, in: db)
            guard account.isGroup, case .page(let before) = view else { return (total, [Account]()) }
            let page = PageRequest(before: before, limit: Self.pageSize)
            return (total, try Follows.followers(of: account.id, page, in: db))
        }
        return list(identifiers.followers(of: account.iri), of: account, view, total: total, people)
    }

    /// Whom an actor follows.
    public func following(of account: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let (total, people) = try await database.read { db in
            let total = try Follows.followingCount(of: account.id, in: db)
            guard account.isGroup, case .page(let before) = view else { return (total, [Account]()) }
            let page = PageRequest(before: before, limit: Self.pageSize)
            return (total, try Follows.following(of: account.id, page, in: db))
        }
        return list(identifiers.following(of: account.iri), of: account, view, total: total, people)
    }

    /// Pinned posts: this node pins none.
    public func featured(of account: Account) -> JSON {
        Self.complete(identifiers.featured(of: account.iri), items: [])
    }

    /// The people who keep a group in order.
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

    // MARK: - Of things

    /// The direct answers to a post that everybody may read, oldest first.
    public func replies(to post: Post) async throws -> JSON {
        let replies = try await database.read { db in
            try Threads.replyIRIs(to: post.iri, limit: Self.limit, in: db)
        }
        return Self.complete(identifiers.replies(post.id), items: replies.map { JSON($0) })
    }

    /// What people say about an event, oldest first.
    public func replies(to event: Event) async throws -> JSON {
        let replies = try await database.read { db in
            try Threads.replyIRIs(to: event.iri, limit: Self.limit, in: db)
        }
        return Self.complete(identifiers.eventReplies(event.id), items: replies.map { JSON($0) })
    }

    /// A whole discussion, as far as everybody may read it, oldest first; it belongs to its group, or to who began it.
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

    /// How many come to an event.
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

    /// Only a number: peers take it for a collection whose members are hidden.
    static func counted(_ id: IRI, total: Int) -> JSON {
        [
            "@context": Contexts.activity, "id": JSON(id), "type": "OrderedCollection", "totalItems": JSON(total),
        ]
    }

    /// A number and the way to the first page.
    static func paged(_ id: IRI, total: Int) -> JSON {
        var object = counted(id, total: total).object ?? [:]
        object["first"] = JSON("\(id)?page=true")
        return .object(object)
    }

    /// All of it at once.
    static func complete(_ id: IRI, items: [JSON]) -> JSON {
        var object = counted(id, total: items.count).object ?? [:]
        object["orderedItems"] = .array(items)
        return .object(object)
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
