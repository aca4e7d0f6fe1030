// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A file that is being uploaded.
public enum Upload: Sendable {
    /// The bytes of the file.
    case bytes([UInt8])
    /// A local temporary file. The receiver removes it, also when it refuses the upload.
    case file(path: String)
}

/// A picture, video or audio file that a local member uploaded, perhaps before the post is written.
public struct Media: Sendable, Hashable, Identifiable {
    /// The states of processing.
    public enum State: String, Sendable, CaseIterable {
        /// The uploaded file has not been converted yet.
        case waiting
        /// The converted files can be shown.
        case ready
        /// The uploaded file could not be converted.
        case failed
        /// The media is deleted; nobody may see it, and its files are about to be removed.
        case gone
    }

    /// The local id.
    public let id: ID<Media>
    /// The account that uploaded it.
    public var owner: ID<Account>
    /// The post that it is attached to; nil while there is none.
    public var post: ID<Post>?
    /// The position among the attachments of the post, from 0.
    public var position = 0
    /// The state of processing.
    public var state = State.waiting
    /// The kind: image, video, animated GIF, audio or other.
    public var kind = MediaKind.unknown
    /// The media type of the converted file; a guess until the conversion is done.
    public var mediaType = "application/octet-stream"
    /// The file name of the original upload, which is kept until it is converted.
    public var source: String?
    /// The file name of the converted file.
    public var file: String?
    /// The file name of the thumbnail.
    public var previewFile: String?
    /// The size of the converted file in bytes.
    public var size = 0
    /// The dimensions, duration and bit rate.
    public var measures = MediaMeasures()
    /// The blurhash, a short code for a blurred preview.
    public var blurhash: String?
    /// The focal point, which stays visible when the picture is cropped.
    public var focus: FocalPoint?
    /// The alternative text.
    public var description = ""
    /// The error code of a failed conversion; it is stable.
    public var error: String?
    /// How often the conversion was started.
    public var attempts = 0
    /// When it was uploaded.
    public var createdAt: Timestamp

    /// Creates the value for a new upload.
    public init(id: ID<Media>, owner: ID<Account>, source: String?, createdAt: Timestamp) {
        self.id = id
        self.owner = owner
        self.source = source
        self.createdAt = createdAt
    }

    /// Replaces the thumbnail.
    public mutating func show(_ preview: MediaPreview) {
        previewFile = preview.file
        measures.previewWidth = preview.width
        measures.previewHeight = preview.height
        blurhash = preview.blurhash
    }
}

/// A stored thumbnail that was uploaded together with its media.
public struct MediaPreview: Sendable, Hashable {
    /// The file name.
    public var file: String
    /// The width in pixels.
    public var width: Int
    /// The height in pixels.
    public var height: Int
    /// The blurhash of the thumbnail.
    public var blurhash: String?

    /// Creates the value.
    public init(file: String, width: Int, height: Int, blurhash: String?) {
        self.file = file
        self.width = width
        self.height = height
        self.blurhash = blurhash
    }
}

/// The kinds of attachments.
public enum MediaKind: String, Sendable, CaseIterable {
    /// A picture, also an animated one.
    case image
    /// A short video without sound that plays automatically, such as a converted animated GIF.
    case gifv
    /// A video.
    case video
    /// An audio file.
    case audio
    /// Any other file, offered for download.
    case unknown

    /// Chooses the kind from the media type alone.
    public init(mediaType: String) {
        switch mediaType.prefix(while: { $0 != "/" }) {
        case "image": self = .image
        case "video": self = .video
        case "audio": self = .audio
        default: self = .unknown
        }
    }
}

/// The dimensions, duration and bit rate of media; unknown values are nil.
public struct MediaMeasures: Sendable, Hashable {
    /// The width in pixels.
    public var width: Int?
    /// The height in pixels.
    public var height: Int?
    /// The width of the thumbnail in pixels.
    public var previewWidth: Int?
    /// The height of the thumbnail in pixels.
    public var previewHeight: Int?
    /// The duration in seconds.
    public var duration: Double?
    /// Frames per second, as a fraction: `25/1`.
    public var frameRate: String?
    /// The bit rate in bits per second.
    public var bitrate: Int?

    /// Creates a value in which nothing is known.
    public init() {}
}

/// The point of a picture that stays visible when the picture is cropped.
public struct FocalPoint: Sendable, Hashable {
    /// The horizontal position, from -1 (left) to 1 (right).
    public let x: Double
    /// The vertical position, from -1 (bottom) to 1 (top).
    public let y: Double

    /// Creates the value.
    ///
    /// - Returns: nil when a coordinate is outside -1 … 1.
    public init?(x: Double, y: Double) {
        guard (-1...1).contains(x), (-1...1).contains(y) else { return nil }
        self.x = x
        self.y = y
    }

    /// Parses `x,y`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 2, let x = parts[0], let y = parts[1] else { return nil }
        self.init(x: x, y: y)
    }
}

/// An attached picture, video, audio or other file of a post. For a remote post the file is on the remote server, for a
/// local post in the local media folder.
public struct Attachment: Sendable, Hashable {
    /// The address of the file.
    public var url: IRI
    /// The media type, for example `image/jpeg`.
    public var mediaType: String
    /// The alternative text.
    public var description: String
    /// The kind of the attachment.
    public var kind: MediaKind
    /// The uploaded media, for a local post.
    public var media: ID<Media>?
    /// The address of the thumbnail.
    public var previewURL: IRI?
    /// The blurhash, a short code for a blurred preview.
    public var blurhash: String?
    /// The focal point, which stays visible when the picture is cropped.
    public var focus: FocalPoint?
    /// The dimensions, duration and bit rate.
    public var measures = MediaMeasures()

    /// Creates the value; the kind follows from the media type.
    public init(url: IRI, mediaType: String, description: String) {
        self.url = url
        self.mediaType = mediaType
        self.description = description
        kind = MediaKind(mediaType: mediaType)
    }
}
