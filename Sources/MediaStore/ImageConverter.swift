// SPDX-License-Identifier: Apache-2.0

internal import Model

// Every picture is written anew from its pixels: turned as its camera was held, in the colours of screens, without a
// word of what came with it. What somebody hid behind, before or between the pixels is not there any more.

/// Turns a picture into those that are shown. One job: the file `input` in a folder of its own.
struct ImageConverter {
    /// What a portrait is for.
    enum Cut: Equatable {
        /// The whole picture.
        case none
        /// The part that catches the eye, in this size.
        case fill(PixelSize)
    }

    /// What the library says of a file without decoding it.
    struct Header: Equatable {
        var size: PixelSize
        var pages: Int
        var hasAlpha: Bool
        var loader: String
        var isTurned: Bool

        /// Reads `name: value` lines; of a name that comes twice, as one in a comment may, the first counts.
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
    func convert(_ cut: Cut = .none) async throws(MediaError) -> Conversion {
        let header = try await look("input", loader: kind.loader)
        guard header.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        // The frames of HEIF are pictures of an album, and those of the others a film.
        let isMoving = header.pages > 1 && kind != .heif && cut == .none
        if isMoving { try Self.check(header.size, pages: header.pages) }
        var conversion: Conversion
        if isMoving, kind == .gif {
            conversion = try await FilmConverter(process: process, kind: kind).convertLoop(pages: header.pages)
        } else {
            conversion = try await shrink(header, cut, isMoving: isMoving)
        }
        try await addPreview(of: "input", isExact: header.hasAlpha, cut, to: &conversion)
        return conversion
    }

    /// Converts the picture into one that stands for something else; of one that moves the first is taken.
    func convertPreview() async throws(MediaError) -> Conversion {
        let header = try await look("input", loader: kind.loader)
        guard header.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        var conversion = Conversion(kind: .image, file: "input", mediaType: "")
        // Whoever draws one has a reason for a format without loss.
        try await addPreview(of: "input", isExact: header.hasAlpha || kind == .png, to: &conversion)
        guard let small = conversion.preview else { throw .broken }
        (conversion.file, conversion.mediaType, conversion.preview) = (small.file, small.mediaType, nil)
        return conversion
    }

    /// Holds the pixels of all pictures against what is decoded.
    static func check(_ size: PixelSize, pages: Int) throws(MediaError) {
        let (total, isTooMuch) = size.area.multipliedReportingOverflow(by: pages)
        guard !isTooMuch, size.area <= MediaLimits.pixels, total <= MediaLimits.movingPixels else {
            throw .tooManyPixels
        }
    }

    private func shrink(_ header: Header, _ cut: Cut, isMoving: Bool) async throws(MediaError) -> Conversion {
        let type = format(header, isMoving: isMoving)
        let file = "shown.\(type.ending)"
        switch cut {
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

    /// Adds the smaller picture of a file and its blur.
    ///
    /// - Parameter isExact: whether it is written without loss, as one with transparency has to be.
    func addPreview(
        of file: String, isExact: Bool, _ cut: Cut = .none, to conversion: inout Conversion
    ) async throws(MediaError) {
        let header = try await look(file, loader: nil)
        let small = Self.turned(header).fitting(MediaLimits.previewPixels)
        let preview = isExact ? "preview.png" : "preview.jpg"
        let options = isExact ? Self.png : Self.jpeg
        if case .fill(let size) = cut {
            try await thumbnail(file, to: preview, options, filling: size.fitting(MediaLimits.previewPixels))
        } else {
            try await thumbnail(file, to: preview, options, fitting: small)
        }
        let shown = try await look(preview, loader: nil)
        conversion.preview = (preview, isExact ? "image/png" : "image/jpeg")
        conversion.measures.previewWidth = shown.size.width
        conversion.measures.previewHeight = shown.size.height
        // The waves of a blur have no measure in pixels: any picture may be pressed into a square.
        try await thumbnail(preview, to: "blur.ppm", "strip,background=255", ["--size", "32x32!"])
        let bytes = try LocalFile.bytes("\(process.folder)/blur.ppm", limit: 1 << 16)
        conversion.blurhash = Pixmap(bytes).flatMap {
            Blurhash.encode($0.pixels, width: $0.width, height: $0.height)
        }
    }

    /// Asks for the header of a file in the job's folder.
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
        // A reader that gives up in the middle says so, and still ends well.
        guard (LocalFile.size("\(process.folder)/\(target)") ?? 0) > 0 else { throw .broken }
    }
}
