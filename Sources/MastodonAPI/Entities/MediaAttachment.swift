// SPDX-License-Identifier: Apache-2.0

internal import Model

extension JSONWriter {
    /// MediaAttachment of an upload. Until the conversion it has no address, except for a preview picture that was
    /// uploaded with it.
    mutating func media(_ media: Media, _ node: Rendering) {
        let isReady = media.state == .ready
        object { writer in
            writer.field("id", media.id)
            writer.field("type", media.kind.rawValue)
            writer.field("url", isReady ? node.url(ofMedia: media.file) : nil)
            // A video or a sound is no picture of itself.
            let shownFile = isReady && media.kind == .image ? media.file : nil
            writer.field("preview_url", node.url(ofMedia: media.previewFile ?? shownFile))
            writer.rest(
                remote: nil, media.measures, kind: media.kind, focus: media.focus, description: media.description,
                blurhash: media.blurhash)
        }
    }

    /// MediaAttachment of a post.
    ///
    /// - Parameter number: the index in the post, from which an attachment without a local upload gets its id.
    mutating func attachment(_ attachment: Attachment, number: Int, of post: ID<Post>) {
        let url = String(describing: attachment.url)
        object { writer in
            writer.field("id", attachment.media ?? ID<Media>(post.rawValue &+ Int64(number) &+ 1))
            writer.field("type", attachment.kind.rawValue)
            writer.field("url", url)
            // Without a preview, apps show the picture itself. For a video they show nothing.
            let preview = attachment.previewURL.map { String(describing: $0) }
            writer.field("preview_url", preview ?? (attachment.kind == .image ? url : nil))
            writer.rest(
                remote: attachment.media == nil ? url : nil, attachment.measures, kind: attachment.kind,
                focus: attachment.focus, description: attachment.description, blurhash: attachment.blurhash)
        }
    }

    private mutating func rest(
        remote: String?, _ measures: MediaMeasures, kind: MediaKind, focus: FocalPoint?, description: String,
        blurhash: String?
    ) {
        field("remote_url", remote)
        null("preview_remote_url")
        null("text_url")
        object("meta") { $0.meta(measures, kind: kind, focus: focus) }
        field("description", description.isEmpty ? nil : description)
        field("blurhash", blurhash)
    }

    /// Writes the metadata. Some apps crash on a picture or video without `original`, so unknown sizes get default
    /// values.
    private mutating func meta(_ measures: MediaMeasures, kind: MediaKind, focus: FocalPoint?) {
        if let focus {
            object("focus") {
                $0.field("x", number: focus.x)
                $0.field("y", number: focus.y)
            }
        }
        switch kind {
        case .image:
            object("original") { $0.picture(measures.width, measures.height) }
        case .video, .gifv:
            if let duration = measures.duration { field("length", Self.clock(duration)) }
            field("duration", number: measures.duration ?? 0)
            object("original") { writer in
                writer.picture(measures.width, measures.height)
                writer.field("frame_rate", measures.frameRate ?? "0/1")
                writer.field("duration", number: measures.duration ?? 0)
                writer.field("bitrate", measures.bitrate ?? 0)
            }
        case .audio:
            if let duration = measures.duration { field("length", Self.clock(duration)) }
            field("duration", number: measures.duration ?? 0)
            object("original") { writer in
                writer.field("duration", number: measures.duration ?? 0)
                writer.field("bitrate", measures.bitrate ?? 0)
            }
        case .unknown: return
        }
        guard let width = measures.previewWidth, let height = measures.previewHeight else { return }
        object("small") { $0.picture(width, height) }
    }

    /// Writes the size of a picture. An unknown size is replaced by a common one, because apps divide by it.
    private mutating func picture(_ width: Int?, _ height: Int?) {
        let (width, height) = (max(1, width ?? 1_200), max(1, height ?? 900))
        field("width", width)
        field("height", height)
        field("size", "\(width)x\(height)")
        field("aspect", number: Double(width) / Double(height))
    }

    /// Formats a duration in seconds: `0:01:02.50`.
    static func clock(_ seconds: Double) -> String {
        let hundredths = Int((min(max(seconds, 0), 1e9) * 100).rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        return "\(whole / 3_600):\(two(whole / 60 % 60)):\(two(whole % 60)).\(two(rest))"
    }
}

extension Rendering {
    /// Returns the address of an uploaded file; nil when there is no file.
    func url(ofMedia name: String?) -> String? { name.map { "\(origin)/media/\($0)" } }
}
