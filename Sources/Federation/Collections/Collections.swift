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
    /// One page of a collection that begins with its oldest or next item: the items after the mark.
    case rest(after: CollectionMark)

    /// Parses the query of a request: `page=true`, then `page=true&before=123` or `page=true&after=1700000000000-123`.
    public init(query: String?) {
        var isPage = false
        var before: Int64?
        var after: CollectionMark?
        for pair in (query ?? "").split(separator: "&") {
            if pair == "page=true" { isPage = true }
            if pair.hasPrefix("before="), let value = Int64(pair.dropFirst(7)), value > 0 { before = value }
            if pair.hasPrefix("after="), let mark = CollectionMark(String(pair.dropFirst(6))) { after = mark }
        }
        if let after {
            self = .rest(after: after)
        } else {
            self = isPage || before != nil ? .page(before: before) : .whole
        }
    }

    /// The mark after which the page begins.
    var mark: CollectionMark? {
        guard case .rest(let mark) = self else { return nil }
        return mark
    }
}

/// The place of an item in a collection that is ordered by time.
public struct CollectionMark: Sendable, Hashable, CustomStringConvertible {
    /// The time of the item.
    public var time: Timestamp
    /// The local id of the item, for items with the same time.
    public var id: Int64

    /// Creates the value.
    public init(time: Timestamp, id: Int64) {
        self.time = time
        self.id = id
    }

    /// Parses the text in an address.
    public init?(_ text: String) {
        guard let dash = text.lastIndex(of: "-"), let time = Int64(text[..<dash]), time >= 0,
            let id = Int64(text[text.index(after: dash)...]), id > 0
        else { return nil }
        self.init(time: Timestamp(time), id: id)
    }

    /// The text in an address.
    public var description: String { "\(time.milliseconds)-\(id)" }

    init?(_ place: AnswerPosition?) {
        guard let place else { return nil }
        self.init(time: place.publishedAt, id: place.post.rawValue)
    }

    var answer: AnswerPosition { AnswerPosition(publishedAt: time, post: ID(id)) }
}

/// The collections of local actors and objects, as `OrderedCollection`s.
///
/// A group lists its followers. A person only shows their number. The attendees of an event are never listed, only
/// counted. Spec: ActivityPub §5; FEP-1b12 (moderators); FEP-8a8e (upcoming events); FEP-7888 (context).
public struct Collections: Sendable {
    /// The number of items on one page.
    public static let pageSize = 20
    /// The number of items on one page of a collection that only has ids. A smaller collection has no pages.
    public static let idsOfPage = ReplyPage.size

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
    public func upcoming(of group: Account, _ view: CollectionView = .whole) async throws -> JSON {
        let now = clock.now
        let after = view.mark.map { ($0.time, ID<Event>($0.id)) }
        let part = try await database.read { db in
            let ids = try Events.upcoming(
                from: now, scope: .of(group.id), limit: Self.idsOfPage + 1, after: after, viewer: nil, mode: .open,
                in: db)
            let events = try EventViews.load(Array(ids.prefix(Self.idsOfPage)), viewer: nil, in: db).map(\.event)
            var part = CollectionPart(items: events.map(\.iri), total: events.count)
            if ids.count > Self.idsOfPage, let last = events.last {
                part.next = CollectionMark(time: last.startsAt, id: last.id.rawValue)
            }
            if part.next != nil || view != .whole {
                part.total = try Events.upcomingCount(from: now, of: group.id, in: db)
            }
            return part
        }
        return Self.collection(identifiers.upcoming(of: group.iri), view, part)
    }

    // MARK: - Of posts and events

    /// The public direct replies to a post, oldest first.
    public func replies(to post: Post, _ view: CollectionView = .whole) async throws -> JSON {
        Self.collection(identifiers.replies(post.id), view, try await replies(to: post.iri, view))
    }

    /// The public posts about an event, oldest first.
    public func replies(to event: Event, _ view: CollectionView = .whole) async throws -> JSON {
        Self.collection(identifiers.eventReplies(event.id), view, try await replies(to: event.iri, view))
    }

    private func replies(to object: IRI, _ view: CollectionView) async throws -> CollectionPart {
        try await database.read { db in
            let page = try Threads.replyIRIs(to: object, after: view.mark?.answer, in: db)
            var part = CollectionPart(items: page.iris, total: page.iris.count, next: CollectionMark(page.next))
            if part.next != nil || view != .whole { part.total = try Threads.replyCount(to: object, in: db) }
            return part
        }
    }

    /// The public posts of a whole thread, oldest first. The collection belongs to the thread's group, or to the author
    /// of its first post.
    public func context(of post: Post, _ view: CollectionView = .whole) async throws -> JSON {
        let (part, owner) = try await database.read { db in
            // The first page begins with the first post of the thread.
            var ids = view.mark == nil ? try Threads.load(post.thread, viewer: nil, limit: 1, in: db) : []
            let answers = try Threads.answers(
                to: .post(post.thread), view.mark.map { .after($0.answer) } ?? .beginning, viewer: nil,
                limit: Self.idsOfPage - ids.count, in: db)
            ids += answers.posts
            var part = CollectionPart(
                items: try Posts.iris(of: ids, in: db), total: ids.count, next: CollectionMark(answers.later))
            if part.next != nil || view != .whole { part.total = try Threads.postCount(of: post.thread, in: db) }
            return (part, try Accounts.byID(post.group ?? post.author, in: db)?.iri)
        }
        var object = Self.collection(identifiers.context(post.thread), view, part).object ?? [:]
        if let owner { object["attributedTo"] = JSON(owner) }
        return .object(object)
    }

    /// The number of attendees of an event.
    public func attendees(of view: EventView) -> JSON {
        Self.counted(identifiers.attendees(view.event.id), total: view.going)
    }
}

// MARK: - Shapes

/// The items of a collection, or of one of its pages.
struct CollectionPart: Sendable {
    var items: [IRI]
    /// The number of items of the whole collection.
    var total: Int
    /// The last item of this page when there are more.
    var next: CollectionMark?
}

extension Collections {
    /// A collection of ids. It contains its items when they fit on one page; otherwise it leads to its first page.
    static func collection(_ id: IRI, _ view: CollectionView, _ part: CollectionPart) -> JSON {
        if view == .whole {
            guard part.next != nil else { return complete(id, items: part.items.map { JSON($0) }) }
            return paged(id, total: part.total)
        }
        var query = "?page=true"
        if let mark = view.mark { query += "&after=\(mark)" }
        var object: JSON.Object = [
            "@context": Contexts.activity, "id": JSON("\(id)\(query)"), "type": "OrderedCollectionPage",
            "partOf": JSON(id), "totalItems": JSON(part.total),
        ]
        if let next = part.next { object["next"] = JSON("\(id)?page=true&after=\(next)") }
        object["orderedItems"] = JSON(part.items)
        return .object(object)
    }

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

    /// A collection inside the document that it belongs to, with its first page. GoToSocial and Mastodon find the answers
    /// to a post only there.
    static func embedded(_ id: IRI, _ page: ReplyPage) -> JSON {
        var first: JSON.Object = [
            "id": JSON("\(id)?page=true"), "type": "CollectionPage", "partOf": JSON(id),
        ]
        if let next = CollectionMark(page.next) { first["next"] = JSON("\(id)?page=true&after=\(next)") }
        first["items"] = JSON(page.iris)
        return ["id": JSON(id), "type": "Collection", "first": .object(first)]
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
