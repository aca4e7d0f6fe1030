// SPDX-License-Identifier: Apache-2.0

internal import Model

/// What ffprobe says about a video or audio file: its first streams and its duration.
struct VideoFacts: Equatable {
    /// The video stream.
    struct Pictures: Equatable {
        var codec: String
        /// The profile of the encoder, by the name that ffmpeg has for it: `High`.
        var profile = ""
        /// Ten times the level; negative when it is not known.
        var level = -1
        var format: String
        var size: PixelSize
        /// The frame rate, such as `25/1`; nil when it is not known.
        var rate: String?

        /// Frames per second; 0 when not known.
        var perSecond: Double {
            let parts = (rate ?? "").split(separator: "/").compactMap { Double($0) }
            return parts.count == 2 && parts[1] > 0 ? parts[0] / parts[1] : 0
        }

        /// Whether every app plays the stream: H.264 with 8 bits and 4:2:0 chroma subsampling, not too large.
        var isPlain: Bool {
            codec == "h264" && ["yuv420p", "yuvj420p"].contains(format)
                && ["Constrained Baseline", "Baseline", "Main", "High"].contains(profile) && (1...52).contains(level)
                && size.area <= MediaLimits.shownPixels && perSecond <= Double(MediaLimits.frameRate)
        }
    }

    /// The audio stream.
    struct Sound: Equatable {
        var codec: String
        /// The profile of the encoder, by the name that ffmpeg has for it: `LC`.
        var profile = ""

        /// Whether every app plays this audio stream in a video.
        var isPlain: Bool { codec == "aac" && ["LC", "HE-AAC", "HE-AACv2"].contains(profile) }
    }

    var pictures: Pictures?
    var sound: Sound?
    /// The duration in seconds.
    var duration: Double?
    /// Bits per second.
    var bitrate: Int?

    /// The arguments for ffprobe. Its output has one line for each stream and one for the whole file.
    static let question = [
        "-show_entries",
        "stream=codec_type,codec_name,profile,level,width,height,pix_fmt,avg_frame_rate,duration"
            + ":stream_disposition=attached_pic"
            + ":format=duration,bit_rate", "-of", "compact=print_section=1",
    ]

    /// Reads the output. A cover picture in an audio file does not count as a video stream.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: "|")
            var facts: [Substring: String] = [:]
            for word in words.dropFirst() {
                guard let equals = word.firstIndex(of: "=") else { continue }
                facts[word[..<equals]] = String(word[word.index(after: equals)...])
            }
            switch words.first {
            case "stream": read(stream: facts)
            case "format":
                duration = facts["duration"].flatMap { Double($0) }.flatMap { $0 > 0 ? $0 : nil } ?? duration
                bitrate = facts["bit_rate"].flatMap { Int($0) }
            default: continue
            }
        }
    }

    private mutating func read(stream facts: [Substring: String]) {
        if duration == nil { duration = facts["duration"].flatMap { Double($0) }.flatMap { $0 > 0 ? $0 : nil } }
        switch facts["codec_type"] {
        case "audio":
            sound = sound ?? Sound(codec: facts["codec_name"] ?? "unknown", profile: facts["profile"] ?? "")
        case "video":
            guard pictures == nil, facts["disposition:attached_pic"] != "1",
                let width = facts["width"].flatMap({ Int($0) }), let height = facts["height"].flatMap({ Int($0) }),
                width > 0, height > 0
            else { return }
            let rate = facts["avg_frame_rate"].flatMap { $0.hasPrefix("0/") || $0.hasSuffix("/0") ? nil : $0 }
            pictures = Pictures(
                codec: facts["codec_name"] ?? "unknown", profile: facts["profile"] ?? "",
                level: facts["level"].flatMap { Int($0) } ?? -1, format: facts["pix_fmt"] ?? "",
                size: PixelSize(width: width, height: height), rate: rate)
        default: return
        }
    }
}
