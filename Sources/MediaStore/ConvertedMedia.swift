// SPDX-License-Identifier: Apache-2.0

public import Model

/// The result of a conversion: the names of the stored files and their properties.
public struct ConvertedMedia: Sendable, Hashable {
    /// The kind of media that is shown.
    public var kind: MediaKind
    /// The file that is shown.
    public var file: MediaName
    /// The preview; nil for audio.
    public var preview: MediaName?
    /// The size in bytes of the file that is shown.
    public var size: Int
    /// Width, height, duration and the like.
    public var measures: MediaMeasures
    /// The blurhash; nil for audio.
    public var blurhash: String?

    /// Copies the result into a row of the table `media`.
    public func write(to media: inout Media) {
        media.kind = kind
        media.mediaType = file.mediaType
        media.file = file.description
        media.previewFile = preview?.description
        media.size = size
        media.measures = measures
        media.blurhash = blurhash
    }
}

/// The result of a conversion in the folder of its job, before it is stored.
struct Conversion {
    var kind: MediaKind
    /// A file in the job's folder.
    var file: String
    var mediaType: String
    /// The preview in the job's folder, and its media type.
    var preview: (file: String, mediaType: String)?
    var measures = MediaMeasures()
    var blurhash: String?
}

/// A width and a height.
struct PixelSize: Equatable {
    var width: Int
    var height: Int

    var area: Int { width.multipliedReportingOverflow(by: height).overflow ? .max : width * height }

    /// The same aspect ratio with at most `limit` pixels, and at least one pixel each way.
    func fitting(_ limit: Int) -> PixelSize {
        guard area > limit, width > 0, height > 0 else { return self }
        let ratio = Double(width) / Double(height)
        let height = max(1, (Double(limit) / ratio).squareRoot())
        return PixelSize(
            width: max(1, min(limit, Int((height * ratio).rounded(.down)))), height: Int(height.rounded(.down)))
    }
}
