// SPDX-License-Identifier: Apache-2.0

/// Something that a text refers to: a person, a topic, a picture in the line.
public struct TagDocument: Sendable, Hashable {
    /// What kind of tag.
    public enum Kind: Sendable, Hashable {
        /// A person or group, named by `href`.
        case mention
        /// A topic; the name begins with `#`.
        case hashtag
        /// A small picture that replaces `:name:`.
        case emoji
        /// A link to an object, for example a quoted post.
        ///
        /// Spec: FEP-e232.
        case link
        /// Anything else.
        case other
    }

    /// What kind of tag.
    public let kind: Kind
    /// The type as written.
    public let type: String
    /// `@user@host`, `#topic`, `:shortcode:`.
    public let name: String?
    /// What it points to.
    public let href: IRI?
    /// The picture of an emoji.
    public let iconURL: IRI?
    /// The identifier of an emoji.
    public let id: IRI?
    /// The media type of a link.
    public let mediaType: String?
    /// The relations of a link.
    public let rel: [String]

    /// Reads a tag; nothing is required.
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
    /// Where it is.
    public let url: IRI
    /// The media type, when stated.
    public let mediaType: String?
    /// The alternative text, plain.
    public let name: String?
    /// Pixels, 1 … 100,000.
    public let width: Int?
    /// Pixels, 1 … 100,000.
    public let height: Int?
    /// A blurred preview.
    public let blurhash: String?
    /// The point to keep when the picture is cut: -1 … 1 from the left and from the bottom.
    public let focalPoint: FocalPoint?
    /// A smaller picture.
    public let previewURL: IRI?
    /// Whether an event wants it on top.
    public let isBannerImage: Bool

    /// The point to keep when a picture is cut.
    public struct FocalPoint: Sendable, Hashable {
        /// -1 … 1, left to right.
        public let x: Double
        /// -1 … 1, bottom to top.
        public let y: Double
    }

    /// Whether it is a link to a page rather than a file to show.
    public var isLink: Bool { type == "Link" && (mediaType.map { $0.hasPrefix("text/html") } ?? true) }

    /// Whether type or media type say that it is a picture.
    public var isImage: Bool { mediaType.map { $0.hasPrefix("image/") } ?? (type == "Image") }

    /// Reads an attachment; `nil` when it has neither `url` nor `href`.
    public init?(_ document: Document) {
        guard let url = document.iri("url") ?? document.iri("href") else { return nil }
        self.url = url
        type = document.type ?? "Document"
        let inner = document.document("url")
        mediaType = document.nonEmptyString("mediaType") ?? inner?.nonEmptyString("mediaType")
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
    /// The tags of a post, at most 1,000.
    var tagDocuments: [TagDocument] { documents("tag").prefix(1000).map(TagDocument.init) }

    /// The attachments that have an address, at most 100; profile fields are not among them.
    var attachmentDocuments: [AttachmentDocument] {
        documents("attachment").prefix(100).compactMap { AttachmentDocument($0) }
    }
}
