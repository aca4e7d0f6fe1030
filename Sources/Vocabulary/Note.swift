// SPDX-License-Identifier: Apache-2.0

/// An object that is shown as a post: `Note`, `Article`, `Page`, `Question`, and a top-level `Video`, `Audio` or
/// `Image`.
public struct NoteDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// The type as written.
    public let type: String
    /// The authors; `actor` when `attributedTo` is absent. PeerTube names a person and a group.
    public let attributedTo: [IRI]
    /// The title, plain text.
    public let name: String?
    /// The text, untrusted HTML unless ``contentMediaType`` says otherwise.
    public let contentHTML: String?
    /// The media type of ``contentHTML``; `text/html` when the document does not state one that begins with `text/`.
    public let contentMediaType: String
    /// The content warning of a `Note`, or the summary of the other types; untrusted HTML.
    public let summaryHTML: String?
    /// The parent post, when this post is a reply.
    public let inReplyTo: IRI?
    /// The addressees.
    public let audience: Audience
    /// When it was published, in milliseconds since 1970 UTC.
    public let published: Int64?
    /// When it was last changed, in milliseconds since 1970 UTC.
    public let updated: Int64?
    /// Whether its media should be hidden behind a warning.
    public let sensitive: Bool
    /// The language tag, when stated.
    public let language: String?
    /// The web page, as written; on a `Page` it may be the shared link.
    public let url: IRI?
    /// The mentions, hashtags, custom emoji and quote links.
    public let tags: [TagDocument]
    /// The attached files and links.
    public let attachments: [AttachmentDocument]
    /// A picture of the whole post, such as a thumbnail.
    public let imageURL: IRI?
    /// The alternative text of ``imageURL``, plain text.
    public let imageName: String?
    /// The conversation: the value of `context` when it is an IRI.
    public let context: IRI?
    /// The source text before it was converted to HTML.
    public let sourceText: String?
    /// The media type of ``sourceText``, for example `text/markdown`.
    public let sourceMediaType: String?
    /// The collection of replies.
    public let replies: Reference?
    /// The quoted post.
    ///
    /// Spec: FEP-044f; FEP-e232.
    public let quote: IRI?
    /// The options of a `Question`.
    public let poll: PollDocument?
    /// Whether comments are allowed; `nil` when not stated.
    public let commentsEnabled: Bool?
    /// The document as it was received, unknown keys included.
    public let document: Document

    /// The web page when it is on the post's own origin, otherwise the identifier.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// The first author.
    public var author: IRI? { attributedTo.first }

    /// The media files of a top-level `Video`, `Audio` or `Image`: the addresses under `url` with such a media type.
    public let files: [AttachmentDocument]

    /// Whether it is a vote in a poll: a `Note` with a name and a parent post but without words. Some servers write an
    /// empty paragraph or a line break into `content`.
    ///
    /// Spec: FEP-9967.
    public var isVote: Bool {
        type == "Note" && name != nil && inReplyTo != nil && attachments.isEmpty
            && (contentHTML.map(Self.isWordless) ?? true) && (sourceText.map(Self.isWordless) ?? true)
    }

    /// Whether HTML contains neither words nor a picture: only tags, white space and no-break spaces.
    public static func isWordless(_ html: String) -> Bool {
        // Longer texts are not read to their end only to find out that they say nothing.
        guard html.utf8.count <= 1_000, !beginsWithWord(html) else { return false }
        var isInTag = false
        for part in html.replacing("&nbsp;", with: " ").replacing("&#160;", with: " ").lowercased().split(
            separator: "<", omittingEmptySubsequences: false)
        {
            var rest = part
            if isInTag {
                guard let end = part.firstIndex(of: ">"), !part.hasPrefix("img") else { return false }
                rest = part[part.index(after: end)...]
            }
            guard rest.unicodeScalars.allSatisfy(\.properties.isWhitespace) else { return false }
            isInTag = true
        }
        return true
    }

    /// Whether an ASCII letter or digit stands outside of tags before the first entity. Nearly all texts begin so, and
    /// this costs much less than the whole examination.
    private static func beginsWithWord(_ html: String) -> Bool {
        var isInTag = false
        for byte in html.utf8 {
            switch byte {
            case UInt8(ascii: "<"): isInTag = true
            case UInt8(ascii: ">"): isInTag = false
            case UInt8(ascii: "&") where !isInTag: return false
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                if !isInTag { return true }
            default: break
            }
        }
        return false
    }

    /// Reads a post.
    ///
    /// - Throws: when `id` is missing, when no type is one of the seven, or when the document also belongs to another
    ///   family.
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
        let image = document.document("image")
        imageName = image?.nonEmptyString("name") ?? image?.nonEmptyString("summary")
        files = ["Video", "Audio", "Image"].contains(type) ? document.mediaFiles : []
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

/// The poll of a `Question`.
public struct PollDocument: Sendable, Hashable {
    /// One option of a poll.
    public struct Option: Sendable, Hashable {
        /// The label of the option, plain text.
        public let name: String
        /// The number of votes for the option; 0 or more.
        public let votes: Int64
    }

    /// The options, at most 100.
    public let options: [Option]
    /// Whether a voter may choose several options (`anyOf`).
    public let isMultiple: Bool
    /// When the poll ends, in milliseconds since 1970 UTC.
    public let endTime: Int64?
    /// Whether the document says that the poll is closed. It may say so without a date.
    public let isClosed: Bool
    /// When the poll was closed, in milliseconds since 1970 UTC.
    public let closed: Int64?
    /// The number of voters; 0 or more.
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
