// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

// All triggers of notifications, each once: the kind, the causing account and the recipients.
extension NewNotification {
    /// A mention: for the accounts mentioned in a post, and for the author of the parent post when everybody may read
    /// the reply.
    ///
    /// - Parameters:
    ///   - post: the stored post, with its mentions.
    ///   - named: the newly mentioned accounts; nil for all mentioned accounts and the author of the parent post.
    public static func mention(in post: Post, named: [ID<Account>]? = nil) -> NewNotification {
        let everybody: SQL = """
            SELECT m.account_id FROM mention m WHERE m.post_id = \(post.id)
            UNION SELECT q.author_id FROM post p JOIN post q ON q.id = p.in_reply_to_id
            WHERE p.id = \(post.id) AND p.visibility IN ('public', 'unlisted')
            UNION SELECT v.organizer_id FROM post p JOIN event v ON v.iri = p.in_reply_to_iri
            WHERE p.id = \(post.id) AND p.visibility IN ('public', 'unlisted') AND v.organizer_id IS NOT NULL
            """
        var new = NewNotification(
            .mention, from: post.author, about: .post(post.id), to: named.map { accounts($0) } ?? everybody)
        new.thread = post.thread
        new.isPrivate = post.visibility == .direct
        return new
    }

    /// The same for a post that is about to be stored.
    ///
    /// - Parameters:
    ///   - named: the mentioned accounts, and the author of the parent post when everybody may read the reply.
    ///   - event: the event whose organizer is told.
    fileprivate static func mention(
        in post: Post, named: [ID<Account>], organizerOf event: ID<Event>?
    ) -> NewNotification {
        var new = mention(in: post, named: named)
        guard let event else { return new }
        new = NewNotification(
            .mention, from: post.author, about: .post(post.id),
            to: """
                \(accounts(named))
                UNION SELECT v.organizer_id FROM event v WHERE v.id = \(event) AND v.organizer_id IS NOT NULL
                """)
        new.thread = post.thread
        new.isPrivate = post.visibility == .direct
        return new
    }

    /// A new post: for those who are notified of each post of its author, or of each discussion in its group.
    ///
    /// - Parameter mentioned: the mentioned accounts, which hear of the mention; nil when these are stored already.
    public static func status(_ post: Post, except mentioned: [ID<Account>]? = nil) -> NewNotification {
        let isForGroup = post.isTopLevel && post.visibility == .everyone
        let isOther: SQL =
            switch mentioned {
            case nil:
                """
                AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.post_id = \(post.id) AND m.account_id = f.follower_id)
                """
            case let mentioned? where mentioned.isEmpty: ""
            case let mentioned?: "AND f.follower_id NOT IN (\(list: mentioned))"
            }
        var new = NewNotification(
            .status, from: post.author, about: .post(post.id),
            to: """
                SELECT f.follower_id FROM follow f
                WHERE f.target_id IN (\(post.author), \(isForGroup ? post.group ?? .first : .first))
                    AND f.state = 'accepted' AND f.notifies \(isOther)
                """)
        new.thread = post.thread
        return new
    }

    /// A new event: for those who are notified of each event of its owner.
    public static func status(_ event: Event) -> NewNotification {
        NewNotification(
            .status, from: event.owner, about: .event(event.id),
            to: """
                SELECT f.follower_id FROM follow f
                WHERE f.target_id = \(event.owner) AND f.state = 'accepted' AND f.notifies
                    AND f.follower_id <> \(event.organizer ?? .first)
                """)
    }

    /// An invitation to an event of another node: for the members who are invited.
    public static func invitation(to event: Event, for people: [ID<Account>]) -> NewNotification {
        NewNotification(.mention, from: event.owner, about: .event(event.id), to: accounts(people))
    }

    /// A favourite of a post: for its author.
    public static func favourite(of post: Post, by account: ID<Account>) -> NewNotification {
        ofPost(.favourite, post, by: account, to: [post.author])
    }

    /// Interest in an event: for the member who organizes it.
    public static func favourite(of event: Event, by account: ID<Account>) -> NewNotification {
        NewNotification(
            .favourite, from: account, about: .event(event.id), to: accounts([event.organizer ?? event.owner]))
    }

    /// A boost of a post: for its author.
    public static func reblog(of post: Post, by account: ID<Account>) -> NewNotification {
        ofPost(.reblog, post, by: account, to: [post.author])
    }

    /// A share of an event: for the member who organizes it.
    public static func reblog(of event: Event, by account: ID<Account>) -> NewNotification {
        NewNotification(
            .reblog, from: account, about: .event(event.id), to: accounts([event.organizer ?? event.owner]))
    }

    /// A quote of a post: for its author.
    ///
    /// - Parameter post: the post that contains the quote.
    public static func quote(of author: ID<Account>, in post: Post) -> NewNotification {
        ofPost(.quote, post, by: post.author, to: [author])
    }

    /// A new follower or a follow request.
    public static func follow(of target: Account, by follower: ID<Account>) -> NewNotification {
        NewNotification(
            target.approvesFollowers ? .followRequest : .follow, from: follower, about: .nobody,
            to: accounts([target.id]))
    }

    /// An edit of a post: for those who boosted or favourited it.
    public static func update(of post: Post) -> NewNotification {
        var new = NewNotification(
            .update, from: post.author, about: .post(post.id),
            to: """
                SELECT x.account_id FROM boost x WHERE x.post_id = \(post.id)
                UNION SELECT x.account_id FROM post_like x WHERE x.post_id = \(post.id)
                """)
        new.thread = post.thread
        return new
    }

    /// A new time, a new place or the cancellation of an event: for those who answered the invitation.
    ///
    /// - Parameter person: the account that changed the event, which is not notified.
    public static func update(of event: Event, by person: ID<Account>? = nil) -> NewNotification {
        NewNotification(
            .update, from: event.owner, about: .event(event.id),
            to: """
                SELECT g.account_id FROM guest g
                WHERE g.event_id = \(event.id) AND g.state IN ('asked', 'going', 'waiting')
                    AND g.account_id <> \(person ?? .first)
                """)
    }

    /// A freed seat: for those who waited and have it now.
    public static func seat(at event: Event, for accounts: [ID<Account>]) -> NewNotification {
        NewNotification(.seat, from: event.owner, about: .event(event.id), to: Self.accounts(accounts))
    }

    /// A change of the guest list: for the member who organizes the event.
    ///
    /// - Parameters:
    ///   - kind: `join`, `wait`, `leave` or `full`.
    ///   - account: the guest; the owner of the event for `full`.
    public static func guests(
        _ kind: Notification.Kind, of event: Event, by account: ID<Account>
    ) -> NewNotification {
        NewNotification(kind, from: account, about: .event(event.id), to: accounts([event.organizer].compactMap { $0 }))
    }

    /// A request to enter a group: for those who run it.
    public static func groupRequest(of group: Account, by follower: ID<Account>) -> NewNotification {
        NewNotification(
            .groupRequest, from: follower, about: .nobody,
            to: """
                SELECT x.account_id FROM group_role x WHERE x.group_id = \(group.id)
                UNION SELECT l.account_id FROM local_account l
                WHERE l.role IN ('moderator', 'steward') AND l.approved_at IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM group_role y WHERE y.group_id = \(group.id))
                """)
    }

    /// The end of a poll: for its author and its voters.
    public static func poll(_ post: Post, voters: [ID<Account>]) -> NewNotification {
        ofPost(.poll, post, by: post.author, to: voters)
    }

    /// The start of an event: for those who go or wait for a seat.
    public static func poll(_ event: Event) -> NewNotification {
        NewNotification(
            .poll, from: event.owner, about: .event(event.id),
            to: """
                SELECT g.account_id FROM guest g WHERE g.event_id = \(event.id) AND g.state IN ('going', 'waiting')
                """)
    }

    /// A sign-up: for those who approve sign-ups.
    public static func signUp(_ account: ID<Account>) -> NewNotification {
        NewNotification(.signUp, from: account, about: .nobody, to: moderators)
    }

    /// A report: for moderators and stewards.
    public static func report(_ report: Report) -> NewNotification {
        NewNotification(.report, from: report.reporter, about: .report(report.id), to: moderators)
    }

    private static func ofPost(
        _ kind: Notification.Kind, _ post: Post, by account: ID<Account>, to recipients: [ID<Account>]
    ) -> NewNotification {
        var new = NewNotification(kind, from: account, about: .post(post.id), to: accounts(recipients))
        new.thread = post.thread
        return new
    }

    private static func accounts(_ ids: [ID<Account>]) -> SQL {
        "SELECT y.id FROM account y WHERE y.id IN (\(list: ids))"
    }

    private static let moderators: SQL = """
        SELECT l.account_id FROM local_account l
        WHERE l.role IN ('moderator', 'steward') AND l.approved_at IS NOT NULL
        """
}

extension Notifications {
    /// A post that is older than this when it is stored causes no `status` notification.
    private static let freshness: Duration = .days(2)

    /// Creates the notifications for a post that was just stored: for the mentioned accounts, for those who are notified
    /// of each post, and, when it is a direct message, for its conversations.
    ///
    /// - Parameter answered: the author of the parent post; nil when the post is no reply to a stored post.
    public static func posted(
        _ post: Post, replyingTo answered: ID<Account>?, at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        try posted(
            post, to: try PostAudience.of(post, replyingTo: answered, at: now, in: tx), at: now, ids: ids, in: tx)
    }

    /// As above, for a caller that has already asked whom the post concerns.
    public static func posted(
        _ post: Post, to audience: PostAudience, at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        try add(audience.news, to: audience.recipients, isFirst: audience.isFirst, at: now, ids: ids, in: tx)
        if post.visibility == .direct { try DirectConversations.deliver(post, ids: ids, at: now, in: tx) }
    }

    /// The notifications that a new post may cause.
    fileprivate static func news(
        of post: Post, replyingTo answered: ID<Account>?, at now: Timestamp
    ) -> [NewNotification] {
        var mention = NewNotification.mention(in: post)
        mention.repliedTo = answered
        return isNews(post, replyingTo: answered, at: now) ? [mention, .status(post)] : [mention]
    }

    /// Whether those who are notified of each post of its author, or of each discussion in its group, hear of a post.
    private static func isNews(_ post: Post, replyingTo answered: ID<Account>?, at now: Timestamp) -> Bool {
        let isOwnThread = post.isTopLevel || answered == post.author
        return post.visibility != .direct && isOwnThread && post.publishedAt > now - freshness
    }

    /// As above, for a post of another node that is about to be stored: its parts are not in the tables yet, and most
    /// of the accounts that it names cannot be notified.
    fileprivate static func news(
        of post: Post, _ parts: PostParts, _ arriving: ArrivingPost, at now: Timestamp
    ) -> [NewNotification] {
        let parent = post.inReplyTo == nil ? nil : arriving.parent
        var news: [NewNotification] = []
        let people = Set(arriving.named.values.filter { $0.isLocal && $0.kind == .person }.map(\.id))
        var named = parts.mentions.filter(people.contains)
        if let parent, parent.isLocal, post.visibility.isOpen { named.append(parent.author) }
        let organized = post.visibility.isOpen ? arriving.answeredEvent : nil
        if !named.isEmpty || organized != nil {
            var mention = NewNotification.mention(in: post, named: named, organizerOf: organized)
            mention.repliedTo = parent?.author
            news.append(mention)
        }
        if isNews(post, replyingTo: parent?.author, at: now) { news.append(.status(post, except: parts.mentions)) }
        return news
    }

    /// Creates the notifications for an edited post.
    ///
    /// - Parameter named: the newly mentioned accounts.
    public static func edited(
        _ post: Post, named: [ID<Account>], at now: Timestamp, ids: IDMaker, in tx: Transaction
    ) throws(DatabaseError) {
        if !named.isEmpty { try add(.mention(in: post, named: named), at: now, ids: ids, in: tx) }
        try add(.update(of: post), at: now, ids: ids, in: tx)
    }
}

/// Whom a new post concerns: the followers to whose inboxes it is delivered, and the local people who are notified.
public struct PostAudience {
    /// The inboxes of the remote followers of each account that was named.
    public let inboxes: [ID<Account>: [IRI]]
    let news: [NewNotification]
    let recipients: [Row]
    /// Whether the post was stored in this transaction, so that nobody was told of it before.
    var isFirst = false
}

extension PostAudience {
    /// Finds the audience of a post that is stored already. PostgreSQL answers in one round trip.
    ///
    /// - Parameters:
    ///   - answered: the author of the parent post; nil when the post is no reply to a stored post.
    ///   - accounts: the accounts to whose followers the post is delivered.
    public static func of(
        _ post: Post, replyingTo answered: ID<Account>?, followersOf accounts: [ID<Account>] = [], at now: Timestamp,
        in tx: Transaction
    ) throws(DatabaseError) -> PostAudience {
        let news = Notifications.news(of: post, replyingTo: answered, at: now)
        return try audience(news, accounts, answers: try tx.rows(ofEach: questions(news, accounts, at: now)))
    }

    /// Stores a post of another node as ``Posts/insert(_:_:_:in:)`` does, and finds its audience in the same round trip.
    ///
    /// - Parameters:
    ///   - arriving: what was read about the post in the same transaction.
    ///   - accounts: the accounts to whose followers the post is delivered.
    /// - Returns: nil when the post is not new.
    public static func storing(
        _ post: Post, _ parts: PostParts, _ arriving: ArrivingPost, followersOf accounts: [ID<Account>],
        at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> PostAudience? {
        let news = Notifications.news(of: post, parts, arriving, at: now)
        let answers = try Posts.insert(post, parts, arriving, asking: questions(news, accounts, at: now), in: tx)
        guard let answers else { return nil }
        var found = try audience(news, accounts, answers: answers)
        found.isFirst = true
        return found
    }

    private static func questions(_ news: [NewNotification], _ accounts: [ID<Account>], at now: Timestamp) -> [SQL] {
        (news.isEmpty ? [] : [Notifications.question(news, at: now)]) + accounts.map(OutboxQueue.inboxQuestion)
    }

    private static func audience(
        _ news: [NewNotification], _ accounts: [ID<Account>], answers: [[Row]]
    ) throws(DatabaseError) -> PostAudience {
        var inboxes: [ID<Account>: [IRI]] = [:]
        for (account, rows) in zip(accounts, answers.suffix(accounts.count)) {
            inboxes[account] = try OutboxQueue.inboxes(in: rows)
        }
        return PostAudience(inboxes: inboxes, news: news, recipients: news.isEmpty ? [] : answers.first ?? [])
    }
}
