// SPDX-License-Identifier: Apache-2.0

internal import Model

/// What a look at a film or a sound says: its first streams and its length.
struct FilmFacts: Equatable {
    /// One picture after the other.
    struct Pictures: Equatable {
        var codec: String
        /// How the encoder was used, as the program calls it: `High`.
        var profile = ""
        /// Ten times the level; below zero when it is not known.
        var level = -1
        var format: String
        var size: PixelSize
        /// `25/1`; nil when it is not known.
        var rate: String?

        /// Pictures a second.
        var perSecond: Double {
            let parts = (rate ?? "").split(separator: "/").compactMap { Double($0) }
            return parts.count == 2 && parts[1] > 0 ? parts[0] / parts[1] : 0
        }

        /// Whether every app plays them: H.264 with eight bits and four colours for sixteen pixels, not too large.
        var isPlain: Bool {
            codec == "h264" && ["yuv420p", "yuvj420p"].contains(format)
                && ["Constrained Baseline", "Baseline", "Main", "High"].contains(profile) && (1...52).contains(level)
                && size.area <= MediaLimits.shownPixels && perSecond <= Double(MediaLimits.frameRate)
        }
    }

    /// What is heard.
    struct Sound: Equatable {
        var codec: String
        /// How the encoder was used, as the program calls it: `LC`.
        var profile = ""

        /// Whether every app plays it beside pictures.
        var isPlain: Bool { codec == "aac" && ["LC", "HE-AAC", "HE-AACv2"].contains(profile) }
    }

    var pictures: Pictures?
    var sound: Sound?
    /// Seconds.
    var duration: Double?
    /// Bits a second.
    var bitrate: Int?

    /// The words that ask for it; the answer has one line for each stream and one for the whole.
    static let question = [
        "-show_entries",
        "stream=codec_type,codec_name,profile,level,width,height,pix_fmt,avg_frame_rate,duration"
            + ":stream_disposition=attached_pic"
            + ":format=duration,bit_rate", "-of", "compact=print_section=1",
    ]

    /// Reads the answer; a cover that comes with a sound is no film.
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
