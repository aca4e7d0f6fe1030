// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage
internal import Vocabulary

/// A new post.
public struct PostDraft: Sendable, Hashable {
    /// The title. A post that starts a discussion may have one; a reply has none.
    public var title = ""
    /// Plain text with mentions, hashtags and links.
    public var text: String
    /// The content warning; empty for none.
    public var warning = ""
    /// Whether its media are hidden until the reader clicks on them.
    public var sensitive = false
    /// The visibility. A reply is never more visible than its parent.
    public var visibility = Visibility.everyone
    /// The group in which the post starts a discussion.
    public var group: ID<Account>?
    /// The post to which it replies.
    public var inReplyTo: ID<Post>?
    /// The event to which it is a comment.
    public var event: ID<Event>?
    /// BCP 47 tag.
    public var language: String?
    /// Its media, in order. A post with media may have no text.
    public var media: [ID<Media>] = []
    /// Its poll. A post with a poll may have no text.
    public var poll: PollDraft?
    /// The post that it quotes.
    public var quoted: ID<Post>?
    /// Who may quote it without asking; nil for the default of the author's posts.
    public var quotePolicy: QuotePolicy?
    /// The id of the app with which it is written.
    public var app: Int64?
    /// The idempotency key of the client. A second draft with the same key within an hour gives the first post.
    public var key: String?

    /// Creates a draft of a public post.
    public init(text: String) {
        self.text = text
    }
}

extension Services {
    /// Publishes a post. The post and the deliveries to other servers are stored in one transaction.
    public func publishPost(_ draft: PostDraft, as principal: Principal) async throws -> ID<Post> {
        try Self.check(draft)
        let author = try claimedAccount(principal)
        if let first = try await sent(before: draft, by: author) { return ID(first) }
        try attempts.take("post:\(author)", at: now())
        return try await publish(draft, as: principal)
    }

    /// Publishes a draft that was checked before.
    ///
    /// - Parameter scheduled: the scheduled post that becomes this post. Its row is deleted in the same transaction.
    ///   When another process has already deleted it, `notFound` is thrown and nothing is published.
    func publish(
        _ draft: PostDraft, as principal: Principal, scheduled: ID<ScheduledPost>? = nil
    ) async throws -> ID<Post> {
        let text = draft.text.trimmed
        let mentions = try await mentioned(in: text)
        let known = mentions.known
        let id = try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let composition = compose(text, known: known)
            var post = self.post(of: draft, text, composition, by: actor)
            post.quotePolicy = try draft.quotePolicy ?? PostingDefaults.of(actor.id, in: tx).quotePolicy
            if let scheduled {
                guard try Scheduled.remove(scheduled, of: actor.id, in: tx) else { throw ServiceError.notFound }
            } else if let key = draft.key,
                let first = try SentOnce.claim(key, by: actor.id, for: post.id.rawValue, at: now(), in: tx)
            {
                return ID<Post>(first)
            }
            var parts = parts(of: composition, known: known)
            parts.poll = draft.poll?.poll(from: now())
            var draft = draft
            draft.group = try draft.group ?? named(composition, known, for: draft, by: actor, in: tx)
            try place(&post, draft, &parts, author: actor, in: tx)
            let quoted = try quote(draft.quoted, in: &post, author: actor, in: tx)
            parts.attachments = try attachments(draft.media, for: post, in: tx)
            try Posts.insertNew(post, parts, in: tx)
            try attach(draft.media, to: post, in: tx)
            try outbox.publish(post, parts, by: actor, in: tx)
            if let quoted { try outbox.askToQuote(quoted, in: post, by: actor, in: tx) }
            return post.id
        }
        lookUp(mentions.pending, for: id)
        return id
    }

    private func post(of draft: PostDraft, _ text: String, _ composition: Composition, by actor: Account) -> Post {
        var post = Post(
            id: ids.make(at: now()), iri: actor.iri, author: actor.id, content: composition.html,
            visibility: draft.visibility, publishedAt: now(), isLocal: true)
        post.iri = identifiers.post(post.id)
        post.url = post.iri
        post.kind = draft.poll == nil ? .note : .question
        post.title = draft.title.trimmed
        post.source = text
        post.warning = draft.warning.trimmed
        post.sensitive = draft.sensitive || !post.warning.isEmpty
        post.language = draft.language
        post.app = draft.app
        return post
    }

    /// Returns the id of the post or scheduled post that the author stored under the same idempotency key.
    func sent(before draft: PostDraft, by author: ID<Account>) async throws -> Int64? {
        guard let key = draft.key else { return nil }
        return try await database.read { db in try SentOnce.find(key, by: author, at: now(), in: db) }
    }

    static func check(_ draft: PostDraft) throws(ServiceError) {
        var check = Check()
        check.text(draft.title, "title", limit: PostLimits.title, isNeeded: false)
        check.post(draft.text, isNeeded: draft.poll == nil && draft.media.isEmpty)
        check.require(draft.media.count <= PostLimits.media, "media", "too_many")
        check.require(Set(draft.media).count == draft.media.count, "media", "duplicate")
        if let poll = draft.poll { poll.check(&check) }
        check.text(draft.warning, "warning", limit: PostLimits.title, isNeeded: false)
        check.language(draft.language)
        try check.finish()
    }

    /// Returns the first local group that is mentioned in a public post that starts a discussion. The post then belongs
    /// to that group.
    private func named(
        _ composition: Composition, _ known: [Handle: Account], for draft: PostDraft, by author: Account,
        in tx: Transaction
    ) throws -> ID<Account>? {
        guard draft.inReplyTo == nil, draft.event == nil, draft.visibility.isOpen else { return nil }
        let groups = composition.mentions.compactMap { known[$0] }.filter { $0.isGroup && $0.isLocal && $0.isActive }
        guard let group = groups.first, group.id != author.id,
            try !Blocks.exists(between: group.id, author.id, in: tx), try mayWrite(in: group, author, in: tx)
        else { return nil }
        try requireWelcome(author, in: group.id, in: tx)
        return group.id
    }

    /// Links the post to its parent, its event or its group.
    private func place(
        _ post: inout Post, _ draft: PostDraft, _ parts: inout PostParts, author: Account, in tx: Transaction
    ) throws {
        if let id = draft.inReplyTo {
            guard let parent = try Posts.byID(id, in: tx) else { throw ServiceError.notFound }
            let relation = try Posts.relation(of: author.id, to: parent, in: tx)
            guard PostPolicy.mayReply(parent.visibility, as: relation) else { throw ServiceError.notFound }
            try requireOpen(parent, for: author, in: tx)
            if let group = try parent.group.flatMap({ try Accounts.byID($0, in: tx) }) {
                guard try mayWrite(in: group, author, in: tx) else { throw ServiceError.conflict("not_in_group") }
            }
            post.inReplyTo = parent.id
            post.inReplyToIRI = parent.iri
            post.thread = parent.thread
            post.event = parent.event
            post.group = parent.group
            post.title = ""
            post.visibility = PostPolicy.replyVisibility(wanted: draft.visibility, parent: parent.visibility)
            // The author of the parent post is notified, also when the text does not mention them.
            if parent.author != author.id, !parts.mentions.contains(parent.author) {
                parts.mentions.append(parent.author)
            }
        } else if let id = draft.event {
            guard let event = try Events.byID(id, in: tx), event.visibility.isOpen else { throw ServiceError.notFound }
            post.event = event.id
            post.visibility = PostPolicy.replyVisibility(wanted: draft.visibility, parent: event.visibility)
            post.inReplyToIRI = event.iri
            post.title = ""
        } else if let id = draft.group {
            guard let group = try Accounts.byID(id, in: tx), group.isGroup, group.isActive else {
                throw ServiceError.notFound
            }
            if try Blocks.exists(between: group.id, author.id, in: tx) { throw ServiceError.notAllowed }
            try requireWelcome(author, in: group.id, in: tx)
            guard try mayWrite(in: group, author, in: tx) else { throw ServiceError.conflict("not_in_group") }
            post.group = group.id
        }
    }
}
