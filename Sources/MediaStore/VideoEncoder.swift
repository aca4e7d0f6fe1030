// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The ffmpeg arguments for H.264 and AAC as every app plays them, in no more bytes than a video may have.
///
/// The encoder aims at constant quality, and the bit rate is only an upper bound: a short video is as small as its
/// quality allows. A long video has so few bits per second that a smaller picture looks better than a large one with
/// visible blocks.
struct VideoEncoder {
    /// The most pixels of a frame that is encoded again: those of 1920 × 1080, which every phone plays.
    static let shownPixels = 2_073_600
    /// The most frames per second.
    static let frameRate = 60
    /// The part of the byte limit at which the encoder aims; the rest is for the container and for peaks.
    private static let aim = 0.9
    /// The lowest and the highest bit rate of the video stream, per second.
    private static let rates = 64_000.0...8_000_000.0
    /// Bits per pixel; with fewer, only blocks are visible.
    private static let bitsForPixel = 0.02

    private let size: PixelSize
    private let perSecond: Double
    /// The upper bound of the video stream in bits per second.
    let rate: Int
    /// Whether the byte limit allows less than the highest bit rate.
    let isTight: Bool

    /// - Parameters:
    ///   - size: the size of the source frames.
    ///   - perSecond: frames per second; 0 when not known.
    ///   - seconds: the duration of the video.
    /// - Throws: `.tooLarge` when the video is so long that the byte limit allows less than the lowest bit rate.
    init(_ size: PixelSize, perSecond: Double, seconds: Double, hasSound: Bool) throws(MediaError) {
        self.size = size
        self.perSecond = perSecond
        let room = Double(MediaLimits.videoBytes) * 8 * Self.aim / max(1, seconds)
        isTight = room < Self.rates.upperBound
        let left = room - (hasSound ? Double(Self.soundRate(isTight: isTight)) : 0)
        guard left >= Self.rates.lowerBound else { throw .tooLarge }
        rate = Int(min(left, Self.rates.upperBound))
    }

    /// The arguments for the video stream: even width and height, never larger than the source, 4:2:0 chroma
    /// subsampling.
    var pictures: [String] {
        let words = perSecond > Double(Self.frameRate) ? ["-r", String(Self.frameRate)] : []
        return words + [
            "-vf", "scale=w='\(side("iw"))':h='\(side("ih"))'", "-c:v", "libx264", "-preset", "veryfast", "-profile:v",
            "high", "-level:v", "4.2", "-crf", "23", "-maxrate", String(rate), "-bufsize", String(2 * rate), "-pix_fmt",
            "yuv420p",
        ]
    }

    /// The arguments for the audio stream.
    static func sound(isTight: Bool) -> [String] {
        ["-c:a", "aac", "-b:a", String(soundRate(isTight: isTight)), "-ac", "2", "-ar", "48000"]
    }

    private static func soundRate(isTight: Bool) -> Int { isTight ? 64_000 : 128_000 }

    /// An ffmpeg expression for one side of the frame, as an even number. Only ffmpeg knows which side is the width
    /// after it has rotated the frame.
    private func side(_ name: String) -> String {
        let shown = min(max(perSecond, 24), Double(Self.frameRate))
        let pixels = min(Double(Self.shownPixels), Double(rate) / shown / Self.bitsForPixel)
        let part = min(1, (pixels / Double(size.area)).squareRoot())
        return "max(2,trunc(\(name)*\(part)/2)*2)"
    }
}
