// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A file that somebody hands in.
public enum Upload: Sendable {
    /// Its bytes.
    case bytes([UInt8])
    /// A file of ours that holds them; it is taken away, also when it is refused.
    case file(path: String)
}

/// A picture, film or sound that somebody of this node handed in, for a post that may not be written yet.
public struct Media: Sendable, Hashable, Identifiable {
    /// How far it is.
    public enum State: String, Sendable, CaseIterable {
        /// The file that was handed in has not been converted yet.
        case waiting
        /// Its files can be shown.
        case ready
        /// What was handed in is none that we can show.
        case failed
        /// Nobody may see it any more; its files are about to be removed.
        case gone
    }

    /// The local number.
    public let id: ID<Media>
    /// Who handed it in.
    public var owner: ID<Account>
    /// The post that it belongs to; nil while there is none.
    public var post: ID<Post>?
    /// Its place among the post's attachments, from 0.
    public var position = 0
    /// How far it is.
    public var state = State.waiting
    /// What it is to a reader.
    public var kind = MediaKind.unknown
    /// The media type of the file that is shown; a guess while it waits.
    public var mediaType = "application/octet-stream"
    /// The name under which the file as it came is kept until it is converted.
    public var source: String?
    /// The name of the file that is shown.
    public var file: String?
    /// The name of a smaller picture of it.
    public var previewFile: String?
    /// Bytes of the file that is shown.
    public var size = 0
    /// Its measures.
    public var measures = MediaMeasures()
    /// A blurred preview in a few letters.
    public var blurhash: String?
    /// What has to stay in sight when it is cut.
    public var focus: FocalPoint?
    /// What it shows, in words.
    public var description = ""
    /// Why it failed; a stable code.
    public var error: String?
    /// How often its conversion was begun.
    public var attempts = 0
    /// When it was handed in.
    public var createdAt: Timestamp

    /// Creates the value for something that has just been handed in.
    public init(id: ID<Media>, owner: ID<Account>, source: String?, createdAt: Timestamp) {
        self.id = id
        self.owner = owner
        self.source = source
        self.createdAt = createdAt
    }

    /// Shows another smaller picture of it.
    public mutating func show(_ preview: MediaPreview) {
        previewFile = preview.file
        measures.previewWidth = preview.width
        measures.previewHeight = preview.height
        blurhash = preview.blurhash
    }
}

/// A smaller picture that was handed in beside what it stands for, and is stored.
public struct MediaPreview: Sendable, Hashable {
    /// The name of the file.
    public var file: String
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// The same in a few letters.
    public var blurhash: String?

    /// Creates the value.
    public init(file: String, width: Int, height: Int, blurhash: String?) {
        self.file = file
        self.width = width
        self.height = height
        self.blurhash = blurhash
    }
}

/// What an attachment is to a reader.
public enum MediaKind: String, Sendable, CaseIterable {
    /// A picture, moving in itself at the most.
    case image
    /// A short film without sound that plays by itself.
    case gifv
    /// A film.
    case video
    /// A sound.
    case audio
    /// Something to download.
    case unknown

    /// What a media type says, when nobody says more.
    public init(mediaType: String) {
        switch mediaType.prefix(while: { $0 != "/" }) {
        case "image": self = .image
        case "video": self = .video
        case "audio": self = .audio
        default: self = .unknown
        }
    }
}

/// How large, long and dense something is; each as far as it is known.
public struct MediaMeasures: Sendable, Hashable {
    /// Pixels.
    public var width: Int?
    /// Pixels.
    public var height: Int?
    /// Pixels of the smaller picture.
    public var previewWidth: Int?
    /// Pixels of the smaller picture.
    public var previewHeight: Int?
    /// Seconds.
    public var duration: Double?
    /// Pictures a second, as a fraction: `25/1`.
    public var frameRate: String?
    /// Bits a second.
    public var bitrate: Int?

    /// Nothing known.
    public init() {}
}

/// The point that stays in sight when a picture is cut.
public struct FocalPoint: Sendable, Hashable {
    /// -1 … 1, left to right.
    public let x: Double
    /// -1 … 1, bottom to top.
    public let y: Double

    /// - Returns: nil outside of -1 … 1.
    public init?(x: Double, y: Double) {
        guard (-1...1).contains(x), (-1...1).contains(y) else { return nil }
        self.x = x
        self.y = y
    }

    /// Reads `x,y`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 2, let x = parts[0], let y = parts[1] else { return nil }
        self.init(x: x, y: y)
    }
}

/// A picture, sound or file that comes with a post: at its origin for a post from elsewhere, in our folder for ours.
public struct Attachment: Sendable, Hashable {
    /// Where it lies.
    public var url: IRI
    /// `image/jpeg` and the like.
    public var mediaType: String
    /// What it shows, in words.
    public var description: String
    /// What it is to a reader.
    public var kind: MediaKind
    /// What was handed in, for a post of this node.
    public var media: ID<Media>?
    /// Where a smaller picture lies.
    public var previewURL: IRI?
    /// A blurred preview in a few letters.
    public var blurhash: String?
    /// What has to stay in sight when it is cut.
    public var focus: FocalPoint?
    /// Its measures.
    public var measures = MediaMeasures()

    /// Creates the value; what it is follows from the media type.
    public init(url: IRI, mediaType: String, description: String) {
        self.url = url
        self.mediaType = mediaType
        self.description = description
        kind = MediaKind(mediaType: mediaType)
    }
}
