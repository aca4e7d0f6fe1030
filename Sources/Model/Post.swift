// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A discussion or a reply, by a member or from elsewhere.
public struct Post: Sendable, Hashable, Identifiable {
    /// Which document it is on the wire.
    public enum Kind: String, Sendable, CaseIterable {
        case note, article, page, question, other
    }

    /// The local number.
    public let id: ID<Post>
    /// The object's id on the wire.
    public var iri: IRI
    /// Who wrote it.
    public var author: ID<Account>
    /// The group it was written into, when one was addressed.
    public var group: ID<Account>?
    /// The post that it answers, when we have it.
    public var inReplyTo: ID<Post>?
    /// What it answers on the wire: a post or an event.
    public var inReplyToIRI: IRI?
    /// The first post of its thread; itself when it starts one.
    public var thread: ID<Post>
    /// The event it talks about, when the thread is an event's.
    public var event: ID<Event>?
    /// Which document.
    public var kind: Kind
    /// A title, for discussions that have one; empty otherwise.
    public var title: String
    /// The text.
    public var content: SanitizedHTML
    /// What the member typed; nil for a remote post.
    public var source: String?
    /// A warning before the text; empty for none.
    public var warning: String
    /// Whether its pictures are covered until somebody asks; always so under a warning.
    public var sensitive: Bool
    /// Who may read it.
    public var visibility: Visibility
    /// BCP 47 tag, when known.
    public var language: String?
    /// The page for people at its origin.
    public var url: IRI?
    /// When it was written.
    public var publishedAt: Timestamp
    /// When it was last changed.
    public var editedAt: Timestamp?
    /// Whether it was written on this node.
    public var isLocal: Bool
    /// The number of the app in which a member wrote it.
    public var app: Int64?
    /// What it quotes.
    public var quote: Quote?
    /// Who may quote it without asking.
    public var quotePolicy: QuotePolicy

    /// Creates the value; what is rarer is set afterwards.
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

/// What comes with a post besides its row.
public struct PostParts: Sendable, Hashable {
    /// Who is named in it.
    public var mentions: [ID<Account>] = []
    /// Hashtags, folded, without `#`.
    public var hashtags: [String] = []
    /// Pictures and files at their origin.
    public var attachments: [Attachment] = []
    /// What it asks.
    public var poll: Poll?

    /// Nothing yet.
    public init() {}
}
