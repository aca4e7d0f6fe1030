// SPDX-License-Identifier: Apache-2.0

internal import Model

// Every picture is written again from its pixels: rotated as its EXIF orientation says, converted to sRGB, and without
// any metadata. Data that was hidden before, after or between the pixels is not copied.

/// Converts one picture: the file `input` in the folder of one job.
struct ImageConverter {
    /// Which part of the picture is kept.
    enum Crop: Equatable {
        /// The whole picture.
        case none
        /// The part that attracts most attention, scaled to this size.
        case fill(PixelSize)
    }

    /// What libvips says about a file without decoding it.
    struct Header: Equatable {
        var size: PixelSize
        var pages: Int
        var hasAlpha: Bool
        var loader: String
        var isTurned: Bool

        /// Reads `name: value` lines. When a name occurs twice, as it may inside a comment of the file, the first one
        /// counts.
        init?(_ text: String) {
            var facts: [Substring: String] = [:]
            for line in text.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":"), facts[line[..<colon]] == nil else { continue }
                facts[line[..<colon]] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            guard let width = facts["width"].flatMap({ Int($0) }), let height = facts["height"].flatMap({ Int($0) }),
                let bands = facts["bands"].flatMap({ Int($0) }), let loader = facts["vips-loader"], width > 0,
                height > 0
            else { return nil }
            size = PixelSize(width: width, height: height)
            pages = facts["n-pages"].flatMap { Int($0) } ?? 1
            hasAlpha = bands == 2 || (bands == 4 && facts["interpretation"] != "cmyk") || bands == 5
            self.loader = loader
            isTurned = (5...8).contains(facts["orientation"].flatMap { Int($0) } ?? 1)
        }
    }

    let process: ChildProcess
    let kind: FileKind

    /// Converts the picture.
    func convert(_ crop: Crop = .none) async throws(MediaError) -> Conversion {
        let header = try await look("input", loader: kind.loader)
        guard header.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        // The frames of a HEIF file are separate pictures of an album. Those of other formats are an animation.
        let isMoving = header.pages > 1 && kind != .heif && crop == .none
        if isMoving { try Self.check(header.size, pages: header.pages) }
        var conversion: Conversion
        if isMoving, kind == .gif {
            conversion = try await VideoConverter(process: process, kind: kind).convertAnimation(pages: header.pages)
        } else {
            conversion = try await shrink(header, crop, isMoving: isMoving)
        }
        try await addPreview(of: "input", isExact: header.hasAlpha, crop, to: &conversion)
        return conversion
    }

    /// Converts the picture into a preview of another file. Of an animation the first frame is used.
    func convertPreview() async throws(MediaError) -> Conversion {
        let header = try await look("input", loader: kind.loader)
        guard header.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        var conversion = Conversion(kind: .image, file: "input", mediaType: "")
        // A person who draws a preview as PNG chose a lossless format for a reason.
        try await addPreview(of: "input", isExact: header.hasAlpha || kind == .png, to: &conversion)
        guard let small = conversion.preview else { throw .broken }
        (conversion.file, conversion.mediaType, conversion.preview) = (small.file, small.mediaType, nil)
        return conversion
    }

    /// Converts the picture into a small PNG file of at most 128 × 64 pixels. Of an animation the first frame is used.
    func convertEmoji() async throws(MediaError) -> Conversion {
        let header = try await look("input", loader: kind.loader)
        guard header.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        try await thumbnail("input", to: "emoji.png", Self.png, ["--size", "128x64>"])
        let shown = try await look("emoji.png", loader: nil)
        var conversion = Conversion(kind: .image, file: "emoji.png", mediaType: "image/png")
        conversion.measures.width = shown.size.width
        conversion.measures.height = shown.size.height
        return conversion
    }

    /// Checks the number of pixels of one frame and of all frames against the limits.
    static func check(_ size: PixelSize, pages: Int) throws(MediaError) {
        let (total, isTooMuch) = size.area.multipliedReportingOverflow(by: pages)
        guard !isTooMuch, size.area <= MediaLimits.pixels, total <= MediaLimits.movingPixels else {
            throw .tooManyPixels
        }
    }

    private func shrink(_ header: Header, _ crop: Crop, isMoving: Bool) async throws(MediaError) -> Conversion {
        let type = format(header, isMoving: isMoving)
        let file = "shown.\(type.ending)"
        switch crop {
        case .none:
            let target = Self.turned(header).fitting(MediaLimits.shownPixels)
            try await thumbnail(isMoving ? "input[n=-1]" : "input", to: file, type.options, fitting: target)
        case .fill(let size):
            try await thumbnail("input", to: file, type.options, filling: size)
        }
        var conversion = Conversion(kind: .image, file: file, mediaType: type.mediaType)
        let shown = try await look(file, loader: nil)
        conversion.measures.width = shown.size.width
        conversion.measures.height = shown.size.height
        return conversion
    }

    /// Adds the preview of a file and its blurhash.
    ///
    /// - Parameter isExact: whether the preview is written without loss. A picture with transparency needs this.
    func addPreview(
        of file: String, isExact: Bool, _ crop: Crop = .none, to conversion: inout Conversion
    ) async throws(MediaError) {
        let header = try await look(file, loader: nil)
        let small = Self.turned(header).fitting(MediaLimits.previewPixels)
        let preview = isExact ? "preview.png" : "preview.jpg"
        let options = isExact ? Self.png : Self.jpeg
        if case .fill(let size) = crop {
            try await thumbnail(file, to: preview, options, filling: size.fitting(MediaLimits.previewPixels))
        } else {
            try await thumbnail(file, to: preview, options, fitting: small)
        }
        let shown = try await look(preview, loader: nil)
        conversion.preview = (preview, isExact ? "image/png" : "image/jpeg")
        conversion.measures.previewWidth = shown.size.width
        conversion.measures.previewHeight = shown.size.height
        // A blurhash does not depend on the size in pixels, so the picture may be scaled to a square.
        try await thumbnail(preview, to: "blur.ppm", "strip,background=255", ["--size", "32x32!"])
        let bytes = try LocalFile.bytes("\(process.folder)/blur.ppm", limit: 1 << 16)
        conversion.blurhash = Pixmap(bytes).flatMap {
            Blurhash.encode($0.pixels, width: $0.width, height: $0.height)
        }
    }

    /// Reads the header of a file in the job's folder.
    func look(_ file: String, loader: String?) async throws(MediaError) -> Header {
        let answer = try await process.run("vipsheader", ["-a", file], .look)
        guard let header = Header(answer), loader == nil || header.loader == loader else { throw .broken }
        return header
    }

    // MARK: - Formats

    private static let jpeg = "strip,Q=85,optimize_coding,background=255"
    private static let png = "strip,compression=7"

    private func format(_ header: Header, isMoving: Bool) -> (ending: String, mediaType: String, options: String) {
        switch kind {
        case .webp where isMoving: ("webp", "image/webp", "strip,Q=80,effort=2")
        case .webp: ("webp", "image/webp", "strip,Q=85")
        case .png, .gif: ("png", "image/png", Self.png)
        default: header.hasAlpha ? ("png", "image/png", Self.png) : ("jpg", "image/jpeg", Self.jpeg)
        }
    }

    private static func turned(_ header: Header) -> PixelSize {
        header.isTurned ? PixelSize(width: header.size.height, height: header.size.width) : header.size
    }

    private func thumbnail(
        _ file: String, to target: String, _ options: String, fitting size: PixelSize
    ) async throws(MediaError) {
        try await thumbnail(file, to: target, options, ["--size", "\(size.width)x\(size.height)>"])
    }

    private func thumbnail(
        _ file: String, to target: String, _ options: String, filling size: PixelSize
    ) async throws(MediaError) {
        let words = ["--size", "\(size.width)x\(size.height)", "--smartcrop", "attention"]
        try await thumbnail(file, to: target, options, words)
    }

    private func thumbnail(
        _ file: String, to target: String, _ options: String, _ size: [String]
    ) async throws(MediaError) {
        let words = size + ["--export-profile", "srgb", "-o", "\(process.folder)/\(target)[\(options)]", file]
        _ = try await process.run("vipsthumbnail", words, .image)
        // A decoder that stops in the middle only warns, and still exits with 0.
        guard (LocalFile.size("\(process.folder)/\(target)") ?? 0) > 0 else { throw .broken }
    }
}
