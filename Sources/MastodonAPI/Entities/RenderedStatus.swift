// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Services
internal import Storage
internal import Synchronization

// How a page of statuses is written.
//
// The part of a post that all readers see is encoded once for each version of the post and cached as bytes, and so is
// each account. The counts and the part that depends on the reader are read in one statement of narrow rows
// (`StatusStates`) and written between these bytes. Polls, quotes, events and pages for readers with filters are
// written from their full views (`StatusViews`).

/// The part of a status that is the same for every reader, encoded.
struct RenderedPost: Sendable {
    /// The members before `account`.
    var head: [UInt8]
    /// The members that change only when the post is edited.
    var members: [UInt8]
    /// The member `application`, which only the author sees; nil when the last view was read for another reader.
    var application: [UInt8]?
    var quotePolicy: QuotePolicy
    var visibility: Visibility

    init(_ status: PostView, _ node: Rendering) {
        head = Self.written {
            $0.field("id", status.post.id)
            $0.field("created_at", status.post.publishedAt)
        }
        members = Self.written { $0.lastingMembers(of: status, node) }
        if status.isOwn {
            var writer = JSONWriter()
            writer.application(status.app)
            application = writer.bytes
        }
        quotePolicy = status.post.quotePolicy
        visibility = status.post.visibility
    }

    private static func written(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    var size: Int { head.count + members.count + (application?.count ?? 0) + 200 }
}

/// A status whose encoded parts are all cached.
struct RenderedStatus: Sendable {
    var state: StatusState
    var post: RenderedPost
    var author: [UInt8]
    var booster: [UInt8]?
}

/// A cache of encoded posts and accounts by version.
///
/// The bytes of a post contain the addresses of mentioned accounts, and these have no version there. Therefore a cached
/// post expires after ``age``.
final class StatusCache: Sendable {
    private struct State {
        var posts: [ID<Post>: (version: Int64, storedAt: Int64, post: RenderedPost)] = [:]
        var accounts: [ID<Account>: (state: AccountState, bytes: [UInt8])] = [:]
        var bytes = 0
    }

    /// The lifetime of a cached post in milliseconds.
    static let age: Int64 = 300_000
    private let limitBytes: Int
    private let state = Mutex(State())

    /// - Parameter limitBytes: the largest size of all posts and accounts together. When it is exceeded, the cache is
    ///   emptied.
    init(limitBytes: Int = 8 << 20) {
        self.limitBytes = limitBytes
    }

    /// The current size in bytes.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Returns the statuses whose parts are all cached, by timeline item.
    func find(_ states: [ID<TimelineItem>: StatusState], now: Int64) -> [ID<TimelineItem>: RenderedStatus] {
        state.withLock { cache in
            states.compactMapValues { state in
                guard let kept = cache.posts[state.post], kept.version == state.version,
                    now >= kept.storedAt, now - kept.storedAt < Self.age,
                    !state.isOwn || kept.post.application != nil,
                    let author = cache.accounts[state.author.id], author.state == state.author
                else { return nil }
                var status = RenderedStatus(state: state, post: kept.post, author: author.bytes)
                if let booster = state.booster {
                    guard let known = cache.accounts[booster.id], known.state == booster else { return nil }
                    status.booster = known.bytes
                }
                return status
            }
        }
    }

    /// Caches the part of a view that is the same for all readers. The view and the state must come from one snapshot.
    func keep(_ view: StatusView, _ state: StatusState, _ node: Rendering, now: Int64) {
        guard let status = view.post, status.post.id == state.post else { return }
        let post = RenderedPost(status, node)
        let accounts =
            [(state.author, status.author)]
            + [(state.booster, view.booster)].compactMap { state, account in
                state.flatMap { state in account.map { (state, $0) } }
            }
        let written = accounts.map { state, account in
            var writer = JSONWriter()
            writer.account(account, node)
            return (state, writer.bytes)
        }
        self.state.withLock { cache in
            if cache.bytes > limitBytes { cache = State() }
            for (state, bytes) in written {
                cache.bytes += bytes.count + 200 - (cache.accounts[state.id].map { $0.bytes.count + 200 } ?? 0)
                cache.accounts[state.id] = (state, bytes)
            }
            let old = cache.posts[state.post]
            // A view that was read for another reader has no `application`. It does not replace the author's view,
            // which has it.
            if let old, old.version == state.version, post.application == nil, old.post.application != nil,
                now - old.storedAt < Self.age
            {
                return
            }
            cache.bytes += post.size - (old?.post.size ?? 0)
            cache.posts[state.post] = (state.version, now, post)
        }
    }
}

extension JSONWriter {
    /// Status, from its cached parts. The result equals the one from its view.
    mutating func status(_ status: RenderedStatus, _ node: Rendering) {
        guard let booster = status.booster else { return inner(status, head: status.post.head, status.author) }
        let id = status.state.item
        object { writer in
            writer.field("id", id)
            writer.field("created_at", Timestamp(id.rawValue >> 16))
            writer.members(of: status, account: booster)
            writer.key("reblog")
            writer.inner(status, head: status.post.head, status.author)
        }
    }

    private mutating func inner(_ status: RenderedStatus, head: [UInt8], _ account: [UInt8]) {
        object { writer in
            writer.raw(members: head)
            writer.members(of: status, account: account)
            writer.null("reblog")
        }
    }

    private mutating func members(of status: RenderedStatus, account: [UInt8]) {
        let (state, post) = (status.state, status.post)
        key("account")
        raw(account)
        raw(members: post.members)
        counts(likes: state.likeCount, boosts: state.boostCount, replies: state.replyCount, quotes: state.quoteCount)
        interactions(state.interactions)
        key("application")
        if state.isOwn, let application = post.application { raw(application) } else { null() }
        null("poll")
        key("quote_approval")
        let relation = PostRelation(
            isAuthor: state.isOwn, followsAuthor: state.followsAuthor, isMentioned: false, isBlocked: false)
        quoteApproval(
            post.quotePolicy, post.visibility, mayQuote: post.quotePolicy.admits(relation, to: post.visibility))
        null("quote")
        empty("filtered")
        rest()
    }
}

/// The statuses of a page: from the cache if all parts are cached, else from their views.
struct StatusList: Sendable {
    enum Item: Sendable {
        case rendered(RenderedStatus)
        /// A view, with the state of the same snapshot when the status can be cached.
        case view(StatusView, StatusState?)
    }

    private let statuses: [Item]

    /// Reads the statuses with one statement, and with those of ``StatusViews`` when a part is not cached.
    init(_ items: [TimelineItem], _ call: APIRequest, in db: some Queryable) throws(DatabaseError) {
        let states = try StatusStates.load(items.map(\.id), viewer: call.viewer, in: db)
        let rendered = call.api.statuses.find(states, now: call.services.clock.now.milliseconds)
        let missing = items.filter { rendered[$0.id] == nil }
        var views: [ID<TimelineItem>: StatusView] = [:]
        if !missing.isEmpty {
            for view in try StatusViews.load(missing, viewer: call.viewer, in: db) { views[view.id] = view }
        }
        statuses = items.compactMap { item in
            if let status = rendered[item.id] { return .rendered(status) }
            return views[item.id].map { .view($0, states[item.id]) }
        }
    }

    /// Returns the statuses in order, and caches those that were read from views.
    func kept(_ call: APIRequest) -> [Item] {
        let (node, now) = (call.rendering, call.services.clock.now.milliseconds)
        for case .view(let view, let state?) in statuses { call.api.statuses.keep(view, state, node, now: now) }
        return statuses
    }
}

extension JSONWriter {
    /// Status of a page.
    mutating func status(_ item: StatusList.Item, _ node: Rendering) {
        switch item {
        case .rendered(let status): self.status(status, node)
        case .view(let view, _): self.status(view, node)
        }
    }
}
