// SPDX-License-Identifier: Apache-2.0

public import Model

/// The kind of a file, decided by its first bytes alone. Its name and the claimed media type are never used.
public enum FileKind: String, Sendable, CaseIterable {
    case png, jpeg, gif, webp, heif
    case mp4, matroska
    case mp3, ogg, flac, wav, aac

    /// How many bytes from the beginning of a file are needed to decide.
    public static let needed = 64

    /// - Parameter head: the first ``needed`` bytes; the whole file when it is shorter.
    public init?(head: some Sequence<UInt8>) {
        let bytes = Array(head.prefix(Self.needed))
        func holds(_ text: String, at index: Int = 0) -> Bool { bytes.dropFirst(index).starts(with: text.utf8) }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if holds("GIF87a") || holds("GIF89a") {
            self = .gif
        } else if holds("RIFF"), holds("WEBP", at: 8) {
            self = .webp
        } else if holds("RIFF"), holds("WAVE", at: 8) {
            self = .wav
        } else if holds("ftyp", at: 4) {
            self = Self.isPicture(brand: bytes.dropFirst(8).prefix(4)) ? .heif : .mp4
        } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            self = .matroska
        } else if holds("OggS") {
            self = .ogg
        } else if holds("fLaC") {
            self = .flac
        } else if holds("ID3") || Self.isFrame(bytes, mask: 0xE6, value: 0xE2) {
            self = .mp3
        } else if Self.isFrame(bytes, mask: 0xF6, value: 0xF0) {
            self = .aac
        } else {
            return nil
        }
    }

    /// Whether libvips reads this kind. This includes GIF, which may be converted to a video afterwards.
    public var isImage: Bool {
        switch self {
        case .png, .jpeg, .gif, .webp, .heif: true
        default: false
        }
    }

    /// The kind of media that this file most likely becomes.
    public var guess: MediaKind {
        switch self {
        case .png, .jpeg, .gif, .webp, .heif: .image
        case .mp4, .matroska: .video
        case .mp3, .ogg, .flac, .wav, .aac: .audio
        }
    }

    /// How many bytes a file of this kind may have.
    public var limitBytes: Int { isImage ? MediaLimits.imageBytes : MediaLimits.videoBytes }

    /// The name of the one libvips loader that may read this kind.
    var loader: String { self == .jpeg ? "jpegload" : "\(rawValue)load" }

    /// The name of the one ffmpeg demuxer that may read this kind.
    var demuxer: String { self == .mp4 ? "mov" : rawValue }

    /// Whether an `ftyp` brand is one of a picture.
    ///
    /// Spec: ISO/IEC 23008-12, AV1 Image File Format.
    private static func isPicture(brand: ArraySlice<UInt8>) -> Bool {
        ["avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
            .contains(String(decoding: brand, as: UTF8.self))
    }

    /// Whether the bytes begin with an audio frame: eleven set bits. The layer bits distinguish MPEG audio (III, II)
    /// from ADTS.
    private static func isFrame(_ bytes: [UInt8], mask: UInt8, value: UInt8) -> Bool {
        bytes.count > 2 && bytes[0] == 0xFF && bytes[1] & mask == value && bytes[2] != 0xFF
    }
}
