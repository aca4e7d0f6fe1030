// SPDX-License-Identifier: Apache-2.0

/// What we show as a post: `Note`, `Article`, `Page`, `Question`, and a top-level `Video`, `Audio` or `Image`.
public struct NoteDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// The type as written.
    public let type: String
    /// Who wrote it; `actor` when `attributedTo` is absent. PeerTube names a person and a group.
    public let attributedTo: [IRI]
    /// The title, plain text.
    public let name: String?
    /// The text, untrusted HTML unless ``contentMediaType`` says otherwise.
    public let contentHTML: String?
    /// What ``contentHTML`` is; `text/html` when the document does not say.
    public let contentMediaType: String
    /// A content warning on a `Note`, a summary on the others; untrusted HTML.
    public let summaryHTML: String?
    /// What it answers.
    public let inReplyTo: IRI?
    /// Whom it is addressed to.
    public let audience: Audience
    /// Milliseconds since 1970 UTC.
    public let published: Int64?
    /// Milliseconds since 1970 UTC.
    public let updated: Int64?
    /// Whether its pictures should be covered.
    public let sensitive: Bool
    /// The language tag, when stated.
    public let language: String?
    /// The page for people, as written; on a `Page` it may be the shared link.
    public let url: IRI?
    /// Mentions, topics, emoji, quote links.
    public let tags: [TagDocument]
    /// Files and links.
    public let attachments: [AttachmentDocument]
    /// A picture of the whole, such as a thumbnail.
    public let imageURL: IRI?
    /// The conversation: `context`, when it is an address.
    public let context: IRI?
    /// The text before it became HTML.
    public let sourceText: String?
    /// What ``sourceText`` is, for example `text/markdown`.
    public let sourceMediaType: String?
    /// The answers.
    public let replies: Reference?
    /// The post that it quotes.
    ///
    /// Spec: FEP-044f; FEP-e232.
    public let quote: IRI?
    /// The options of a `Question`.
    public let poll: PollDocument?
    /// Whether answers are welcome; `nil` when not stated.
    public let commentsEnabled: Bool?
    /// Everything that was received.
    public let document: Document

    /// The page for people when it lies on the post's own origin, and the identifier otherwise.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// Who wrote it, when it is one.
    public var author: IRI? { attributedTo.first }

    /// Whether it is a vote: a name, a question to answer and no text.
    ///
    /// Spec: FEP-9967.
    public var isVote: Bool { type == "Note" && name != nil && contentHTML == nil && inReplyTo != nil }

    /// Reads a post.
    ///
    /// - Throws: when `id` is missing, or `type` is none of the seven or also something else.
    public init(_ document: Document) throws(VocabularyError) {
        id = try document.requireID()
        type = try document.requireType(among: Family.postTypes, .post)
        let authors = document.iris("attributedTo")
        attributedTo = authors.isEmpty ? document.iris("actor") : authors
        name = document.nonEmptyString("name")
        contentHTML = document.nonEmptyString("content")
        contentMediaType =
            document.nonEmptyString("mediaType").flatMap { $0.hasPrefix("text/") ? $0 : nil } ?? "text/html"
        summaryHTML = document.nonEmptyString("summary")
        inReplyTo = document.iri("inReplyTo")
        audience = Audience(of: document)
        published = document.instant("published")
        updated = document.instant("updated")
        sensitive = document.bool("sensitive") ?? false
        language = document.language
        url = document.pageLink("url")
        tags = document.tagDocuments
        attachments = document.attachmentDocuments
        imageURL = document.imageURL("image")
        context = document.iri("context")
        let source = document.document("source")
        sourceText = source?.string("content")
        sourceMediaType = source?.nonEmptyString("mediaType")
        replies = document.reference("replies")
        quote = Self.quote(of: document, tags: tags)
        poll = type == "Question" ? PollDocument(document) : nil
        commentsEnabled = document.bool("commentsEnabled")
        self.document = document
    }

    private static func quote(of document: Document, tags: [TagDocument]) -> IRI? {
        for key in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
            if let iri = document.iri(key) { return iri }
        }
        return tags.first { $0.kind == .link && $0.rel.contains("https://misskey-hub.net/ns#_misskey_quote") }?.href
    }
}

/// The options of a `Question`.
public struct PollDocument: Sendable, Hashable {
    /// One answer.
    public struct Option: Sendable, Hashable {
        /// The answer, plain text.
        public let name: String
        /// How many chose it; 0 or more.
        public let votes: Int64
    }

    /// The answers, at most 100.
    public let options: [Option]
    /// Whether one may choose several (`anyOf`).
    public let isMultiple: Bool
    /// Milliseconds since 1970 UTC.
    public let endTime: Int64?
    /// Whether the poll says that it is over; without a date it was over at some time.
    public let isClosed: Bool
    /// When it was closed, milliseconds since 1970 UTC.
    public let closed: Int64?
    /// How many people voted; 0 or more.
    public let votersCount: Int64?

    init(_ document: Document) {
        let single = document.documents("oneOf")
        isMultiple = single.isEmpty
        options = (single.isEmpty ? document.documents("anyOf") : single).prefix(100).compactMap { option in
            guard let name = option.nonEmptyString("name") else { return nil }
            return Option(name: name, votes: max(0, option.document("replies")?.integer("totalItems") ?? 0))
        }
        endTime = document.instant("endTime")
        closed = document.instant("closed")
        isClosed = closed != nil || document.bool("closed") ?? false
        votersCount = document.integer("votersCount").map { max(0, $0) }
    }
}
