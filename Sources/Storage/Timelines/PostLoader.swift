// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model

/// Collects the posts of a page: one function for each kind of data, and one statement in each.
///
/// The accounts of all posts (authors, groups, mentioned accounts) are loaded at the end, each once.
struct PostLoader {
    private let viewer: ID<Account>?
    private let details: ViewDetails
    private let isRestricted: Bool
    private var rows: [(post: Post, row: Row)] = []
    private var known: Set<ID<Post>> = []
    private var mentions: [ID<Post>: [ID<Account>]] = [:]
    private var hashtags: [ID<Post>: [String]] = [:]
    private var attachments: [ID<Post>: [Attachment]] = [:]
    private var polls: [ID<Post>: Poll] = [:]
    private var answers: [ID<Post>: [(account: ID<Account>, last: Int64, at: Timestamp)]] = [:]
    private var relays: [ID<Post>: (account: ID<Account>, first: Int64)] = [:]

    /// How many of the latest replies of a discussion are read to find their authors.
    private static let latestAnswers = 24
    /// The maximum number of reply authors in a view.
    private static let replierLimit = 5

    /// - Parameter isRestricted: whether only posts that the viewer may read are loaded.
    init(viewer: ID<Account>?, details: ViewDetails, isRestricted: Bool = true) {
        self.viewer = viewer
        self.details = details
        self.isRestricted = isRestricted
    }

    /// The posts that are quoted with the consent of their authors and are not loaded yet.
    var missingQuotes: [ID<Post>] {
        Array(Set(rows.compactMap { Self.quoted(by: $0.post) })).filter { !known.contains($0) }
    }

    static func quoted(by post: Post) -> ID<Post>? { post.quote?.state == .accepted ? post.quote?.post : nil }

    /// Loads posts and their details. All statements name the ids that were asked for, so PostgreSQL gets them in one
    /// round trip.
    mutating func add(_ ids: [ID<Post>], in db: some Queryable) throws(DatabaseError) {
        for list in ids.inLists() {
            let list = Array(list)
            var questions = [postQuestion(list), Self.nameQuestion(list), Self.attachmentQuestion(list)]
            questions.append(Polls.question(list, viewer: viewer))
            if details.contains(.discussion) { questions.append(discussionQuestion(list)) }
            var answers = try db.rows(ofEach: questions)[...]
            try addPosts(answers.popFirst() ?? [])
            try addNames(answers.popFirst() ?? [])
            try addAttachments(answers.popFirst() ?? [])
            polls.merge(try Polls.read(answers.popFirst() ?? [])) { first, _ in first }
            try addDiscussions(answers.popFirst() ?? [])
        }
    }

    private func postQuestion(_ ids: [ID<Post>]) -> SQL {
        """
        SELECT \(PostRow.columns), p.like_count AS likes, p.boost_count AS boosts, p.reply_count AS replies,
            p.thread_reply_count AS thread_replies,
            (SELECT count(*) FROM post q WHERE q.quoted_id = p.id AND q.quote_state = 'accepted') AS quotes,
            (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to_id) AS answered,
            EXISTS (SELECT 1 FROM post_like x WHERE x.post_id = p.id AND x.account_id = r.id \(.rowByRow)) AS is_liked,
            EXISTS (SELECT 1 FROM boost x WHERE x.post_id = p.id AND x.account_id = r.id \(.rowByRow)) AS is_boosted,
            EXISTS (SELECT 1 FROM bookmark x WHERE x.post_id = p.id AND x.account_id = r.id \(.rowByRow)) AS is_kept,
            EXISTS (SELECT 1 FROM pin x WHERE x.post_id = p.id AND x.account_id = r.id \(.rowByRow)) AS is_pinned,
            EXISTS (SELECT 1 FROM thread_mute x
                    WHERE x.thread_id = p.thread_id AND x.account_id = r.id \(.rowByRow)) AS is_muted,
            \(Conditions.follows(by: "r.id", "p.author_id")) AS is_followed,
            c.name AS app_name, c.website AS app_website
        FROM \(Conditions.reader(viewer)) CROSS JOIN post p JOIN account a ON a.id = p.author_id
            LEFT JOIN app c ON c.id = p.app_id AND p.author_id = r.id
        WHERE p.id IN (\(list: ids)) AND \(isRestricted ? Conditions.mayReadPost : "1 = 1")
        """
    }

    private mutating func addPosts(_ loaded: [Row]) throws(DatabaseError) {
        for row in loaded {
            let post = try PostRow.read(row)
            if known.insert(post.id).inserted { rows.append((post, row)) }
        }
    }

    private static func nameQuestion(_ ids: [ID<Post>]) -> SQL {
        """
        SELECT m.post_id, m.account_id, NULL AS tag FROM mention m WHERE m.post_id IN (\(list: ids))
        UNION ALL SELECT h.post_id, NULL AS account_id, h.tag FROM hashtag h WHERE h.post_id IN (\(list: ids))
        ORDER BY post_id, account_id, tag
        """
    }

    private mutating func addNames(_ named: [Row]) throws(DatabaseError) {
        for row in named {
            let post: ID<Post> = try row.id("post_id")
            // Nobody is loaded for a post that the viewer may not read.
            guard known.contains(post) else { continue }
            if let account: ID<Account> = try row.idOrNil("account_id") {
                mentions[post, default: []].append(account)
            } else {
                hashtags[post, default: []].append(try row.text("tag"))
            }
        }
    }

    private static func attachmentQuestion(_ ids: [ID<Post>]) -> SQL {
        """
        SELECT post_id, \(AttachmentRow.columns) FROM attachment
        WHERE post_id IN (\(list: ids)) ORDER BY post_id, position
        """
    }

    private mutating func addAttachments(_ files: [Row]) throws(DatabaseError) {
        for row in files { attachments[try row.id("post_id"), default: []].append(try AttachmentRow.read(row)) }
    }

    /// The authors of the latest replies, and the groups that boosted the posts. The number of replies is in the row of
    /// the post that starts the discussion. The offset is a parameter for the same reason as the length in ``Threads``: a
    /// number would make PostgreSQL read and sort all replies.
    private func discussionQuestion(_ ids: [ID<Post>]) -> SQL {
        """
        SELECT p.thread_id AS post_id, p.author_id AS account_id, max(p.id) AS mark, max(p.published_at) AS written_at
        FROM \(Conditions.reader(viewer)) CROSS JOIN post t JOIN post p ON p.thread_id = t.id AND p.id >= coalesce((
                SELECT x.id FROM post x WHERE x.thread_id = t.id
                ORDER BY x.id DESC LIMIT 1 OFFSET \(Self.latestAnswers - 1)), 0)
            JOIN account a ON a.id = p.author_id
        WHERE t.id IN (\(list: ids)) AND p.id <> t.id AND p.visibility IN ('public', 'unlisted')
            AND \(Conditions.mayReadPost)
        GROUP BY p.thread_id, p.author_id
        UNION ALL
        SELECT s.post_id, s.account_id, min(s.id) AS mark, NULL AS written_at
        FROM \(Conditions.reader(viewer)) CROSS JOIN boost s JOIN post p ON p.id = s.post_id
            JOIN account a ON a.id = s.account_id
        WHERE s.post_id IN (\(list: ids)) AND a.kind = 'group' AND \(Conditions.isShownToReader)
            AND a.id <> p.author_id AND (p.group_id IS NULL OR p.group_id <> a.id)
        GROUP BY s.post_id, s.account_id
        """
    }

    private mutating func addDiscussions(_ found: [Row]) throws(DatabaseError) {
        for row in found {
            let (post, account): (ID<Post>, ID<Account>) = (try row.id("post_id"), try row.id("account_id"))
            guard known.contains(post) else { continue }
            let mark = try row.int("mark")
            if let time = try row.timeOrNil("written_at") {
                answers[post, default: []].append((account, mark, time))
            } else if mark < relays[post]?.first ?? .max {
                relays[post] = (account, mark)
            }
        }
    }

    /// The statements that load the accounts of all posts. ``finish(_:)`` takes their results.
    ///
    /// - Parameter boosters: accounts to load as well.
    func people(boosters: [ID<Account>] = []) -> [SQL] {
        var wanted = Set(boosters)
        for (post, _) in rows { wanted.formUnion([post.author, post.group].compactMap { $0 }) }
        for accounts in mentions.values { wanted.formUnion(accounts) }
        for accounts in answers.values { wanted.formUnion(accounts.map(\.account)) }
        wanted.formUnion(relays.values.map(\.account))
        return wanted.sorted().inLists().map { list in
            """
            SELECT \(AccountRow.plain), CASE WHEN \(Conditions.isShownToReader) THEN 1 ELSE 0 END AS is_shown
            FROM \(Conditions.reader(viewer)) CROSS JOIN account a WHERE a.id IN (\(list: Array(list)))
            """
        }
    }

    /// Creates the views of all posts.
    ///
    /// - Parameter loaded: the results of ``people(boosters:)``.
    /// - Returns: the views, and those of the accounts that may be shown to the viewer.
    func finish(
        _ loaded: some Sequence<[Row]>
    ) throws(DatabaseError) -> (posts: [ID<Post>: PostView], shown: [ID<Account>: Account]) {
        var people: [ID<Account>: Account] = [:]
        var shown: [ID<Account>: Account] = [:]
        for row in loaded.joined() {
            let account = try AccountRow.read(row)
            people[account.id] = account
            if try row.int("is_shown") == 1 { shown[account.id] = account }
        }
        var views: [ID<Post>: PostView] = [:]
        for (post, row) in rows { views[post.id] = try view(of: post, row, people) }
        return (views, shown)
    }

    private func view(
        of post: Post, _ row: Row, _ people: [ID<Account>: Account]
    ) throws(DatabaseError) -> PostView? {
        guard let author = people[post.author] else { return nil }
        var view = PostView(post: post, author: author)
        view.group = post.group.flatMap { people[$0] }
        view.repliedTo = try row.idOrNil("answered")
        view.mentions = (mentions[post.id] ?? []).compactMap { people[$0] }
        view.hashtags = hashtags[post.id] ?? []
        view.attachments = attachments[post.id] ?? []
        view.poll = polls[post.id]
        view.likeCount = try row.count("likes")
        view.boostCount = try row.count("boosts")
        view.quoteCount = try row.count("quotes")
        view.replyCount = try row.count("replies")
        view.threadReplyCount = try row.count("thread_replies")
        view.interactions = try Self.interactions(in: row)
        if let name = try row.textOrNil("app_name") {
            view.app = AppName(name: name, website: try row.textOrNil("app_website"))
        }
        let relation = PostRelation(
            isAuthor: post.author == viewer, followsAuthor: try row.bool("is_followed"), isMentioned: false,
            isBlocked: false)
        view.isOwn = relation.isAuthor
        view.viewerMayQuote = post.quotePolicy.admits(relation, to: post.visibility)
        let latest = (answers[post.id] ?? []).sorted { $0.last > $1.last }
        view.repliers = latest.prefix(Self.replierLimit).compactMap { people[$0.account] }
        view.lastReplyAt = latest.map(\.at).max()
        view.sharedBy = (relays[post.id]?.account).flatMap { people[$0] }
        return view
    }

    private static func interactions(in row: Row) throws(DatabaseError) -> ViewerInteractions {
        var interactions = ViewerInteractions()
        interactions.liked = try row.bool("is_liked")
        interactions.boosted = try row.bool("is_boosted")
        interactions.bookmarked = try row.bool("is_kept")
        interactions.pinned = try row.bool("is_pinned")
        interactions.muted = try row.bool("is_muted")
        return interactions
    }
}
