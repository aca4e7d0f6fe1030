// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

/// A change of a post. A nil property leaves its value as it is.
public struct PostChange: Sendable, Hashable {
    /// The title. Only a post that starts a discussion has one.
    public var title: String?
    /// Plain text with mentions, hashtags and links.
    public var text: String?
    /// The content warning; empty for none.
    public var warning: String?
    /// Whether its media are marked as sensitive.
    public var sensitive: Bool?
    /// BCP 47 tag.
    public var language: String?
    /// The change of its poll. When the options change, or whether several may be chosen, all votes are dropped and
    /// everybody may vote again.
    public var poll: PollChange = .stays
    /// Who may quote it without asking.
    public var quotePolicy: QuotePolicy?
    /// The media after the change.
    public var media: PostMediaEdit?

    /// A change of a post's poll.
    public enum PollChange: Sendable, Hashable {
        case stays
        case ends
        case becomes(PollDraft)
    }

    /// Creates a change that changes nothing.
    public init() {}
}

extension Services {
    /// Changes the title and the text of a post of the account that acts. Its readers are notified.
    public func editPost(_ id: ID<Post>, title: String, text: String, as principal: Principal) async throws {
        var change = PostChange()
        change.title = title
        change.text = text
        try await editPost(id, change, as: principal)
    }

    /// Changes a post of the account that acts. Its readers are notified, and the earlier content is stored as a
    /// version.
    public func editPost(_ id: ID<Post>, _ change: PostChange, as principal: Principal) async throws {
        try Self.check(change)
        let text = change.text?.trimmed
        let mentions = try await mentioned(in: text ?? "")
        let known = mentions.known
        try await database.write { tx in
            var post = try ownPost(id, by: actor(principal, in: tx), in: tx)
            let (before, old) = (post, try Posts.parts(of: id, in: tx))
            var parts = old
            if let text {
                let composition = compose(text, known: known)
                post.content = composition.html
                post.source = text
                parts = self.parts(of: composition, known: known)
                parts.attachments = old.attachments
                // Keep the earlier mentions, so that the edit reaches everybody who received the first version.
                parts.mentions = Array(Set(parts.mentions + old.mentions)).sorted()
            }
            if let media = change.media { parts.attachments = try self.change(media, of: post, in: tx) }
            parts.poll = poll(old.poll, after: change.poll)
            guard text?.isEmpty != true || parts.poll != nil || !parts.attachments.isEmpty else {
                throw ServiceError.invalid("text", "missing")
            }
            apply(change, to: &post, asks: parts.poll != nil)
            guard post != before || parts != old else { return }
            // Times have whole seconds in activities. The edit time must be later, or the edit looks like the earlier
            // version.
            post.editedAt = max(now(), (post.editedAt ?? post.publishedAt) + .seconds(1))
            let named = try Posts.update(post, parts, in: tx)
            try outbox.update(id, named: named, in: tx)
        }
        lookUp(mentions.pending, for: id)
    }

    private func apply(_ change: PostChange, to post: inout Post, asks: Bool) {
        if let title = change.title { post.title = post.isTopLevel ? title.trimmed : "" }
        if let warning = change.warning { post.warning = warning.trimmed }
        post.sensitive = (change.sensitive ?? post.sensitive) || !post.warning.isEmpty
        post.language = change.language ?? post.language
        post.quotePolicy = change.quotePolicy ?? post.quotePolicy
        post.kind = asks ? .question : post.kind == .question ? .note : post.kind
    }

    private func poll(_ known: Poll?, after change: PostChange.PollChange) -> Poll? {
        switch change {
        case .stays: return known
        case .ends: return nil
        case .becomes(let draft):
            let poll = draft.poll(from: now())
            guard var known, known.asksTheSame(as: poll) else { return poll }
            known.expiresAt = poll.expiresAt
            known.hidesTotals = poll.hidesTotals
            return known
        }
    }

    private static func check(_ change: PostChange) throws(ServiceError) {
        var check = Check()
        check.text(change.title ?? "", "title", limit: PostLimits.title, isNeeded: false)
        check.post(change.text ?? "", isNeeded: false)
        check.text(change.warning ?? "", "warning", limit: PostLimits.title, isNeeded: false)
        check.language(change.language)
        if case .becomes(let poll) = change.poll { poll.check(&check) }
        change.media?.check(&check)
        try check.finish()
    }

    /// Returns title and text as the author typed them, for the edit form.
    public func source(of id: ID<Post>, by author: ID<Account>) async throws -> (title: String, text: String) {
        try await source(of: id) { post, _ in post.author == author && post.isLocal }
    }

    /// Returns title and text as the author typed them, for everybody who may read the post. It says no more than the
    /// post itself. For a remote post it is made from the HTML.
    public func source(of id: ID<Post>, readBy reader: ID<Account>) async throws -> (title: String, text: String) {
        try await source(of: id) { post, db in
            PostPolicy.mayRead(post.visibility, as: try Posts.relation(of: reader, to: post, in: db))
        }
    }

    private func source(
        of id: ID<Post>, isAllowed: @escaping @Sendable (Post, Snapshot) throws -> Bool
    ) async throws -> (title: String, text: String) {
        try await database.read { db in
            guard let post = try Posts.byID(id, in: db), try isAllowed(post, db) else { throw ServiceError.notFound }
            return (post.title, post.source ?? Excerpt.plainText(of: post.content, limit: PostLimits.text))
        }
    }
}
