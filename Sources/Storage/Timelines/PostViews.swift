// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Optional parts of a view, which are loaded only on request.
public struct ViewDetails: OptionSet, Sendable, Hashable {
    /// The raw bits.
    public let rawValue: Int

    /// For posts that start a discussion: the latest repliers and the time of the latest reply. For all posts: the
    /// group that boosted them.
    public static let discussion = Self(rawValue: 1)
    /// For events: the attendees.
    public static let guests = Self(rawValue: 2)
    /// For events: how many are interested or gave up a seat, how many replied, and the viewer's interactions.
    public static let reactions = Self(rawValue: 4)
    /// The details that lists on pages show.
    public static let page: Self = [.discussion, .guests]
    /// The details that client apps show.
    public static let app: Self = [.reactions]

    /// Creates the value from raw bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }
}

/// The viewer's interactions with a post or an event.
public struct ViewerInteractions: Sendable, Hashable {
    /// Whether the viewer favourited it.
    public var liked = false
    /// Whether the viewer boosted it.
    public var boosted = false
    /// Whether the viewer bookmarked it.
    public var bookmarked = false
    /// Whether the viewer pinned it to their profile.
    public var pinned = false
    /// Whether the viewer muted its thread.
    public var muted = false

    /// Creates the value without any interaction.
    public init() {}
}

/// The name and website of a client app.
public struct AppName: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The website.
    public var website: String?
}

/// A post with everything that pages, client apps and other servers are shown of it.
public struct PostView: Sendable, Hashable, Identifiable {
    /// The post.
    public var post: Post
    /// The author.
    public var author: Account
    /// The group in which it was posted.
    public var group: Account?
    /// The author of the parent post, when that post is stored.
    public var repliedTo: ID<Account>?
    /// The mentioned accounts, by id.
    public var mentions: [Account] = []
    /// The hashtags in alphabetical order, without `#`.
    public var hashtags: [String] = []
    /// The attachments, in their order.
    public var attachments: [Attachment] = []
    /// The poll.
    public var poll: Poll?
    /// The number of favourites.
    public var likeCount = 0
    /// The number of boosts.
    public var boostCount = 0
    /// The number of quotes.
    public var quoteCount = 0
    /// The number of direct replies.
    public var replyCount = 0
    /// The number of public and unlisted replies in the discussion that it starts.
    public var threadReplyCount = 0
    /// The viewer's interactions with it.
    public var interactions = ViewerInteractions()
    /// The client app with which it was written. Only its author sees it.
    public var app: AppName?
    /// Whether the viewer is the author.
    public var isOwn = false
    /// Whether the viewer may quote it without approval.
    public var viewerMayQuote = false
    /// With ``ViewDetails/discussion``: the authors of the latest replies in the discussion that it starts, newest
    /// reply first, each once; 5 at the most.
    public var repliers: [Account] = []
    /// With ``ViewDetails/discussion``: when the newest of the latest replies was published.
    public var lastReplyAt: Timestamp?
    /// With ``ViewDetails/discussion``: the group, other than `group`, that boosted it first.
    public var sharedBy: Account?

    /// The post's id.
    public var id: ID<Post> { post.id }

    /// The number of replies: in the whole discussion for the post that starts it, otherwise to the post itself.
    public var answerCount: Int { post.thread == post.id ? threadReplyCount : replyCount }

    /// Creates the view of a post without any details.
    public init(post: Post, author: Account) {
        self.post = post
        self.author = author
    }
}

/// Loads the views of posts in a fixed number of statements.
public enum PostViews {
    /// The views of posts, in the order of `ids`. Posts that the viewer may not read are left out.
    ///
    /// Five statements for each 500 ids, however many posts there are; one more with ``ViewDetails/discussion``.
    /// PostgreSQL gets them in two round trips.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ ids: [ID<Post>], viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> [PostView] {
        var loader = PostLoader(viewer: viewer, details: details)
        try loader.add(ids, in: db)
        let views = try loader.finish(try db.rows(ofEach: loader.people())).posts
        return ids.compactMap { views[$0] }
    }

    /// The view of one post; nil when the viewer may not read it.
    public static func one(
        _ id: ID<Post>, viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> PostView? {
        try load([id], viewer: viewer, with: details, in: db).first
    }

    /// The view of a post without a check of permissions. Callers send the post to its readers, or delete it for them.
    public static func unrestricted(_ id: ID<Post>, in db: some Queryable) throws(DatabaseError) -> PostView? {
        var loader = PostLoader(viewer: nil, details: [], isRestricted: false)
        try loader.add([id], in: db)
        return try loader.finish(try db.rows(ofEach: loader.people())).posts[id]
    }
}
