// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What of a view is loaded besides what everybody needs.
public struct ViewDetails: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: Int

    /// Of posts that start a discussion: who answered last and when. Of all posts: which group relayed them here.
    public static let discussion = Self(rawValue: 1)
    /// Of events: who comes.
    public static let guests = Self(rawValue: 2)
    /// Of events: who is interested or gave up a seat, how many answered, and what the viewer did with them.
    public static let reactions = Self(rawValue: 4)
    /// What a page's list shows.
    public static let page: Self = [.discussion, .guests]
    /// What client apps show.
    public static let app: Self = [.reactions]

    /// Creates the value of bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }
}

/// What the viewer did with a post or an event.
public struct ViewerInteractions: Sendable, Hashable {
    /// Thanked for it.
    public var liked = false
    /// Boosted it.
    public var boosted = false
    /// Keeps it.
    public var bookmarked = false
    /// Shows it first on the own profile.
    public var pinned = false
    /// Wants to hear no more of its thread.
    public var muted = false

    /// Nothing.
    public init() {}
}

/// How an app calls itself.
public struct AppName: Sendable, Hashable {
    /// What people read.
    public var name: String
    /// Its page.
    public var website: String?
}

/// A post with all that pages, client apps and other nodes are shown of it.
public struct PostView: Sendable, Hashable, Identifiable {
    /// The post.
    public var post: Post
    /// Who wrote it.
    public var author: Account
    /// The group it was written into.
    public var group: Account?
    /// Who wrote what it answers, when we have that.
    public var repliedTo: ID<Account>?
    /// Who is named in it, by id.
    public var mentions: [Account] = []
    /// Hashtags by letter, without `#`.
    public var hashtags: [String] = []
    /// Pictures and files, in their order.
    public var attachments: [Attachment] = []
    /// What it asks.
    public var poll: Poll?
    /// How many thanked for it.
    public var likeCount = 0
    /// How many boosted it.
    public var boostCount = 0
    /// How many quote it.
    public var quoteCount = 0
    /// How many answered it directly.
    public var replyCount = 0
    /// How many public and unlisted answers the discussion has that it starts.
    public var threadReplyCount = 0
    /// What the viewer did with it.
    public var interactions = ViewerInteractions()
    /// The app in which it was written: only its author sees that.
    public var app: AppName?
    /// Whether the viewer wrote it.
    public var isOwn = false
    /// Whether the viewer may quote it without asking.
    public var viewerMayQuote = false
    /// With ``ViewDetails/discussion``: who wrote the latest answers of the discussion that it starts, newest answer
    /// first, each once; 5 at the most.
    public var repliers: [Account] = []
    /// With ``ViewDetails/discussion``: when the newest of the latest answers was written.
    public var lastReplyAt: Timestamp?
    /// With ``ViewDetails/discussion``: the group, other than `group`, that relayed it here first.
    public var sharedBy: Account?

    /// The post's number.
    public var id: ID<Post> { post.id }

    /// Answers: in the whole discussion for the post that starts it, else to the post itself.
    public var answerCount: Int { post.thread == post.id ? threadReplyCount : replyCount }

    /// Creates the view of a post with nothing around it.
    public init(post: Post, author: Account) {
        self.post = post
        self.author = author
    }
}

/// Posts with what belongs to them, in a fixed number of statements.
public enum PostViews {
    /// The views of posts, in the order of `ids`. A post that the viewer may not read has no view.
    ///
    /// Five statements for each 500 ids, however many posts there are; one more with ``ViewDetails/discussion``.
    ///
    /// - Parameter viewer: nil for a stranger.
    public static func load(
        _ ids: [ID<Post>], viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> [PostView] {
        var loader = PostLoader(viewer: viewer, details: details)
        try loader.add(ids, in: db)
        let views = try loader.finish(in: db).posts
        return ids.compactMap { views[$0] }
    }

    /// The view of one post, when the viewer may read it.
    public static func one(
        _ id: ID<Post>, viewer: ID<Account>?, with details: ViewDetails = [], in db: some Queryable
    ) throws(DatabaseError) -> PostView? {
        try load([id], viewer: viewer, with: details, in: db).first
    }

    /// The view of a post whoever may read it: for those who send it to its readers, or take it back from them.
    public static func unrestricted(_ id: ID<Post>, in db: some Queryable) throws(DatabaseError) -> PostView? {
        var loader = PostLoader(viewer: nil, details: [], isRestricted: false)
        try loader.add([id], in: db)
        return try loader.finish(in: db).posts[id]
    }
}
