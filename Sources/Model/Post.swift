// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A local or remote post: the start of a discussion, or a reply.
public struct Post: Sendable, Hashable, Identifiable {
    /// The type of the ActivityPub object.
    public enum Kind: String, Sendable, CaseIterable {
        case note, article, page, question, other
    }

    /// The local id.
    public private(set) var id: ID<Post>
    /// The id of the object in ActivityPub.
    public var iri: IRI
    /// The author.
    public var author: ID<Account>
    /// The group that it was posted to, when it was addressed to one.
    public var group: ID<Account>?
    /// The parent post, when it is in this database.
    public var inReplyTo: ID<Post>?
    /// The ActivityPub id of the parent: a post or an event.
    public var inReplyToIRI: IRI?
    /// The first post of its thread; its own id when it starts the thread.
    public var thread: ID<Post>
    /// The event that the thread belongs to, when there is one.
    public var event: ID<Event>?
    /// The type of the object.
    public var kind: Kind
    /// The title of a discussion; empty when it has none.
    public var title: String
    /// The text.
    public var content: SanitizedHTML
    /// The text that the member typed; nil for a remote post.
    public var source: String?
    /// The content warning; empty for none.
    public var warning: String
    /// Whether its media are hidden until the reader asks; always true with a content warning.
    public var sensitive: Bool
    /// Who may read it.
    public var visibility: Visibility
    /// The language as a BCP 47 tag, when known.
    public var language: String?
    /// The web page on the post's own server.
    public var url: IRI?
    /// When it was published.
    public var publishedAt: Timestamp
    /// When it was last edited; nil when never.
    public var editedAt: Timestamp?
    /// Whether it was written on this server.
    public var isLocal: Bool
    /// The id of the app with which a member wrote it.
    public var app: Int64?
    /// The quote of another post, when it has one.
    public var quote: Quote?
    /// Who may quote it without approval.
    public var quotePolicy: QuotePolicy
    /// The shortcodes of the custom emoji in its text, its warning and its poll; empty for a local post.
    public var emojis: [String] = []

    /// Creates the value; optional properties are set afterwards.
    public init(
        id: ID<Post>, iri: IRI, author: ID<Account>, content: SanitizedHTML, visibility: Visibility,
        publishedAt: Timestamp, isLocal: Bool
    ) {
        self.id = id
        self.iri = iri
        self.author = author
        self.thread = id
        self.kind = .note
        self.title = ""
        self.content = content
        self.warning = ""
        self.sensitive = false
        self.visibility = visibility
        self.publishedAt = publishedAt
        self.isLocal = isLocal
        self.quotePolicy = isLocal ? .everyone : .unknown
    }

    /// Whether it starts a discussion.
    public var isTopLevel: Bool { inReplyTo == nil && inReplyToIRI == nil }
}

/// The parts of a post that are stored in other tables than `post`.
public struct PostParts: Sendable, Hashable {
    /// The mentioned accounts.
    public var mentions: [ID<Account>] = []
    /// The hashtags in normal form, without `#`.
    public var hashtags: [String] = []
    /// The attached pictures and files.
    public var attachments: [Attachment] = []
    /// The poll.
    public var poll: Poll?
    /// The pictures of its custom emoji, which the author's server stated.
    public var emojis: [CustomEmoji] = []

    /// Creates a value without any parts.
    public init() {}
}

extension Post {
    /// Gives a post that is not stored yet another id.
    public mutating func number(_ id: ID) {
        if thread == self.id { thread = id }
        self.id = id
    }
}
