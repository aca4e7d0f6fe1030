// SPDX-License-Identifier: Apache-2.0

internal import Model

/// H.264 and AAC as every app plays them, in no more bytes than a film may have.
///
/// Good pictures are the aim and the rate is only a bound: a short film is as small as its quality allows. A long one
/// has so few bits a second that a smaller picture looks better than a large one made of blocks.
struct FilmEncoder {
    /// Pixels of a picture that is written anew: those of 1920 × 1080, which every telephone plays.
    static let shownPixels = 2_073_600
    /// Pictures a second.
    static let frameRate = 60
    /// The part of the bytes that a film may have at which we aim; the rest is for the container and for peaks.
    private static let aim = 0.9
    /// Bits a second of the pictures, at the most and at the least.
    private static let rates = 64_000.0...8_000_000.0
    /// Bits for a pixel below which it is nothing but a block.
    private static let bitsForPixel = 0.02

    private let size: PixelSize
    private let perSecond: Double
    /// Bits a second of the pictures.
    let rate: Int
    /// Whether there is less room than good pictures would take.
    let isTight: Bool

    /// - Parameters:
    ///   - size: of the pictures as they came.
    ///   - perSecond: pictures a second; 0 when it is not known.
    ///   - seconds: how long the film is.
    /// - Throws: `.tooLarge` for one so long that nothing could be seen in the bytes that it may have.
    init(_ size: PixelSize, perSecond: Double, seconds: Double, hasSound: Bool) throws(MediaError) {
        self.size = size
        self.perSecond = perSecond
        let room = Double(MediaLimits.videoBytes) * 8 * Self.aim / max(1, seconds)
        isTight = room < Self.rates.upperBound
        let left = room - (hasSound ? Double(Self.soundRate(isTight: isTight)) : 0)
        guard left >= Self.rates.lowerBound else { throw .tooLarge }
        rate = Int(min(left, Self.rates.upperBound))
    }

    /// The words for the pictures: even measures, never larger than they came, four colours for sixteen pixels.
    var pictures: [String] {
        let words = perSecond > Double(Self.frameRate) ? ["-r", String(Self.frameRate)] : []
        return words + [
            "-vf", "scale=w='\(side("iw"))':h='\(side("ih"))'", "-c:v", "libx264", "-preset", "veryfast", "-profile:v",
            "high", "-level:v", "4.2", "-crf", "23", "-maxrate", String(rate), "-bufsize", String(2 * rate), "-pix_fmt",
            "yuv420p",
        ]
    }

    /// The words for the sound.
    static func sound(isTight: Bool) -> [String] {
        ["-c:a", "aac", "-b:a", String(soundRate(isTight: isTight)), "-ac", "2", "-ar", "48000"]
    }

    private static func soundRate(isTight: Bool) -> Int { isTight ? 64_000 : 128_000 }

    /// An even part of a side. The program knows which side is which once the film stands upright, we do not.
    private func side(_ name: String) -> String {
        let shown = min(max(perSecond, 24), Double(Self.frameRate))
        let pixels = min(Double(Self.shownPixels), Double(rate) / shown / Self.bitsForPixel)
        let part = min(1, (pixels / Double(size.area)).squareRoot())
        return "max(2,trunc(\(name)*\(part)/2)*2)"
    }
}
