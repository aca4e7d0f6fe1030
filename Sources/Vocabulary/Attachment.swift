// SPDX-License-Identifier: Apache-2.0

/// A tag of a post: a mention, a hashtag, a custom emoji or a link.
public struct TagDocument: Sendable, Hashable {
    /// The kinds of tags.
    public enum Kind: Sendable, Hashable {
        /// A mention of a person or group; `href` is the identifier.
        case mention
        /// A hashtag; the name begins with `#`.
        case hashtag
        /// A custom emoji, a small picture that replaces `:name:` in the text.
        case emoji
        /// A link to an object, for example a quoted post.
        ///
        /// Spec: FEP-e232.
        case link
        /// Anything else.
        case other
    }

    /// The kind of the tag.
    public let kind: Kind
    /// The type as written.
    public let type: String
    /// `@user@host`, `#topic`, `:shortcode:`.
    public let name: String?
    /// The identifier or address of the tagged object.
    public let href: IRI?
    /// The picture of a custom emoji.
    public let iconURL: IRI?
    /// The identifier of a custom emoji.
    public let id: IRI?
    /// The media type of a link.
    public let mediaType: String?
    /// The relations of a link.
    public let rel: [String]

    /// Reads a tag; no property is required.
    public init(_ document: Document) {
        type = document.type ?? ""
        kind =
            switch type {
            case "Mention": .mention
            case "Hashtag": .hashtag
            case "Emoji": .emoji
            case "Link": .link
            default: .other
            }
        name = document.nonEmptyString("name")
        href = document.iri("href")
        iconURL = document.imageURL("icon")
        id = document.id
        mediaType = document.nonEmptyString("mediaType")
        rel = document["rel"]?.oneOrMany.compactMap(\.string) ?? []
    }
}

/// A file or a link that comes with a post.
public struct AttachmentDocument: Sendable, Hashable {
    /// `Document`, `Image`, `Video`, `Audio`, `Link`, … as written.
    public let type: String
    /// The address of the file or page.
    public let url: IRI
    /// The media type, when stated.
    public let mediaType: String?
    /// The alternative text, plain text.
    public let name: String?
    /// The width in pixels, 1 … 100,000.
    public let width: Int?
    /// The height in pixels, 1 … 100,000.
    public let height: Int?
    /// The blurhash, a short code for a blurred preview.
    public let blurhash: String?
    /// The focal point of the picture, which stays visible when the picture is cropped.
    public let focalPoint: FocalPoint?
    /// The address of a thumbnail.
    public let previewURL: IRI?
    /// Whether an event wants this picture as its banner.
    public let isBannerImage: Bool

    /// The point of a picture that stays visible when the picture is cropped.
    public struct FocalPoint: Sendable, Hashable {
        /// The horizontal position, from -1 (left) to 1 (right).
        public let x: Double
        /// The vertical position, from -1 (bottom) to 1 (top).
        public let y: Double
    }

    /// Whether it is a link to a web page, not a media file.
    public var isLink: Bool { type == "Link" && (mediaType.map { $0.hasPrefix("text/html") } ?? true) }

    /// Whether the media type, or else the type, says that it is a picture.
    public var isImage: Bool { mediaType.map { $0.hasPrefix("image/") } ?? (type == "Image") }

    /// Reads an attachment; `nil` when it has neither `url` nor `href`.
    public init?(_ document: Document) {
        guard let url = document.iri("url") ?? document.iri("href") else { return nil }
        self.url = url
        type = document.type ?? "Document"
        let inner = document.document("url")
        mediaType = document.fileType ?? inner?.fileType
        name = document.nonEmptyString("name") ?? document.nonEmptyString("summary")
        width = Self.pixels(document.integer("width") ?? inner?.integer("width"))
        height = Self.pixels(document.integer("height") ?? inner?.integer("height"))
        blurhash = document.nonEmptyString("blurhash")
        let point = document["focalPoint"]?.oneOrMany.compactMap(\.double) ?? []
        focalPoint =
            point.count == 2 && point.allSatisfy { (-1...1).contains($0) }
            ? FocalPoint(x: point[0], y: point[1]) : nil
        previewURL = document.imageURL("icon") ?? document.imageURL("preview")
        isBannerImage = document.bool("isBannerImage") ?? false
    }

    private static func pixels(_ value: Int64?) -> Int? {
        value.flatMap { (1...100_000).contains($0) ? Int($0) : nil }
    }
}

extension Document {
    /// The media type of a file; some servers call it `mimeType`.
    fileprivate var fileType: String? { nonEmptyString("mediaType") ?? nonEmptyString("mimeType") }

    /// The picture, sound or film of a `Video`, `Audio` or `Image`: the addresses under `url` with such a media type, at
    /// most 100, also those that PeerTube lists below its streaming playlist. An `Image` with a plain address is one, too.
    var mediaFiles: [AttachmentDocument] {
        let links = documents("url").prefix(100)
        let files = (links + links.flatMap { $0.documents("tag").prefix(100) }).prefix(100).filter { link in
            link.fileType.map { type in ["video/", "audio/", "image/"].contains { type.hasPrefix($0) } } ?? false
        }.compactMap { AttachmentDocument($0) }
        guard files.isEmpty, links.isEmpty, type == "Image" || fileType?.hasPrefix("text/") == false else {
            return files
        }
        return AttachmentDocument(self).map { [$0] } ?? []
    }

    /// The tags of a post, at most 1,000.
    var tagDocuments: [TagDocument] { documents("tag").prefix(1000).map(TagDocument.init) }

    /// The attachments that have an address, at most 100; profile fields are not among them.
    var attachmentDocuments: [AttachmentDocument] {
        documents("attachment").prefix(100).compactMap { AttachmentDocument($0) }
    }
}
