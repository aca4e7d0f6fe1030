// SPDX-License-Identifier: Apache-2.0

public import Model

/// What a file became: the files that are shown, stored, and what is known of them.
public struct ConvertedMedia: Sendable, Hashable {
    /// What it is to a reader.
    public var kind: MediaKind
    /// The file that is shown.
    public var file: MediaName
    /// A smaller picture; nil for a sound.
    public var preview: MediaName?
    /// Bytes of the file that is shown.
    public var size: Int
    /// Its measures.
    public var measures: MediaMeasures
    /// A blurred preview in a few letters; nil for a sound.
    public var blurhash: String?

    /// Gives a row what it needs to be finished.
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

/// The same in the folder of one job, before it is stored.
struct Conversion {
    var kind: MediaKind
    /// A file in the job's folder.
    var file: String
    var mediaType: String
    /// A smaller picture in the job's folder, and its type.
    var preview: (file: String, mediaType: String)?
    var measures = MediaMeasures()
    var blurhash: String?
}

/// A width and a height.
struct PixelSize: Equatable {
    var width: Int
    var height: Int

    var area: Int { width.multipliedReportingOverflow(by: height).overflow ? .max : width * height }

    /// The same shape with at most `limit` pixels, and at least one each way.
    func fitting(_ limit: Int) -> PixelSize {
        guard area > limit, width > 0, height > 0 else { return self }
        let ratio = Double(width) / Double(height)
        let height = max(1, (Double(limit) / ratio).squareRoot())
        return PixelSize(
            width: max(1, min(limit, Int((height * ratio).rounded(.down)))), height: Int(height.rounded(.down)))
    }
}
