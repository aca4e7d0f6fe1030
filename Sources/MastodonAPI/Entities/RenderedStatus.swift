// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Services
internal import Storage
internal import Synchronization

// How a page of statuses is written.
//
// What everybody sees of a post is written once for each version of it and kept as bytes; so is each account. What depends
// on the reader, and the counts, are read in one statement of narrow rows (`StatusStates`) and written between these bytes.
// Polls, quotes, events and the pages of readers with filters are written from their full views.

/// What a status shows to every reader alike.
struct RenderedPost: Sendable {
    /// The members before the account.
    var head: [UInt8]
    /// The members that stay until the post is edited.
    var members: [UInt8]
    /// The app in which it was written, which its author alone is told; nil when it was last read by somebody else.
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

/// A status whose parts are all at hand.
struct RenderedStatus: Sendable {
    var state: StatusState
    var post: RenderedPost
    var author: [UInt8]
    var booster: [UInt8]?
}

/// Posts and accounts as bytes, for as long as their versions stay.
///
/// The address of a mentioned account stands in a post's bytes without a version, so that these are written again after
/// ``age``.
final class StatusCache: Sendable {
    private struct State {
        var posts: [ID<Post>: (version: Int64, storedAt: Int64, post: RenderedPost)] = [:]
        var accounts: [ID<Account>: (state: AccountState, bytes: [UInt8])] = [:]
        var bytes = 0
    }

    /// Milliseconds.
    static let age: Int64 = 300_000
    private let limitBytes: Int
    private let state = Mutex(State())

    /// - Parameter limitBytes: of all posts and accounts together; when they are more, all are dropped.
    init(limitBytes: Int = 8 << 20) {
        self.limitBytes = limitBytes
    }

    /// Bytes that are kept now.
    var bytes: Int { state.withLock { $0.bytes } }

    /// The statuses of which everything is kept, by entry.
    func find(_ states: [ID<Entry>: StatusState], now: Int64) -> [ID<Entry>: RenderedStatus] {
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

    /// Keeps what a view shows to everybody. The view and the state were read at one moment.
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
            // Another reader's view does not know the app that the author was told.
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
    /// Status, from its parts: the same as from its view.
    mutating func status(_ status: RenderedStatus, _ node: Rendering) {
        guard let booster = status.booster else { return inner(status, head: status.post.head, status.author) }
        let id = status.state.entry
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
        marks(state.marks)
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

/// The statuses of a list: from their parts where all of these are kept, from their views otherwise.
struct StatusList: Sendable {
    enum Item: Sendable {
        case rendered(RenderedStatus)
        /// With the state of the same moment, when the status can be kept.
        case view(StatusView, StatusState?)
    }

    private var items: [Item] = []

    /// Reads them: one statement, and those of ``StatusViews`` when something is not kept.
    init(_ entries: [Entry], _ call: Call, in db: some Queryable) throws(DatabaseError) {
        let states = try StatusStates.load(entries.map(\.id), viewer: call.viewer, in: db)
        let rendered = call.api.statuses.find(states, now: call.services.clock.now.milliseconds)
        let missing = entries.filter { rendered[$0.id] == nil }
        var views: [ID<Entry>: StatusView] = [:]
        if !missing.isEmpty {
            for view in try StatusViews.load(missing, viewer: call.viewer, in: db) { views[view.id] = view }
        }
        items = entries.compactMap { entry in
            if let status = rendered[entry.id] { return .rendered(status) }
            return views[entry.id].map { .view($0, states[entry.id]) }
        }
    }

    /// The statuses in their order; what was read anew is kept for the next readers.
    func kept(_ call: Call) -> [Item] {
        let (node, now) = (call.rendering, call.services.clock.now.milliseconds)
        for case .view(let view, let state?) in items { call.api.statuses.keep(view, state, node, now: now) }
        return items
    }
}

extension JSONWriter {
    /// Status of a list.
    mutating func status(_ item: StatusList.Item, _ node: Rendering) {
        switch item {
        case .rendered(let status): self.status(status, node)
        case .view(let view, _): self.status(view, node)
        }
    }
}
