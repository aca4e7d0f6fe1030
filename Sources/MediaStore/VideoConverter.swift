// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Converts a video into one that every app plays, and audio into a format that browsers play. No metadata is copied.
///
/// A video becomes MP4 with H.264 and AAC. Streams that have these codecs already are copied into a new container; only
/// others are decoded and encoded again. The demuxer is given by name, so a playlist that pretends to be a video is
/// never followed. No network address is opened.
struct VideoConverter {
    /// How the output file is written.
    struct Plan: Equatable {
        /// The name of the output file in the job's folder.
        var file: String
        var mediaType: String
        /// The container, by the name that ffmpeg has for it.
        var container: String
        /// The ffmpeg arguments for the video stream; empty for an audio file.
        var pictures: [String] = []
        /// The ffmpeg arguments for the audio stream; empty when there is none.
        var sound: [String] = []
    }

    let process: ChildProcess
    let kind: FileKind

    /// Converts the file `input`.
    func convert() async throws(MediaError) -> Conversion {
        let facts = try await look("input", as: kind.demuxer)
        if let duration = facts.duration, duration > Double(MediaLimits.seconds) { throw .tooSlow }
        guard let pictures = facts.pictures else { return try await convertSound(facts) }
        guard pictures.size.area <= MediaLimits.pixels else { throw .tooManyPixels }
        let seconds = pictures.isPlain ? 0 : try await length()
        let plan = try Self.plan(video: facts, pictures, seconds: seconds)
        var arguments = ["-map", "0:V:0"] + plan.pictures
        if !plan.sound.isEmpty { arguments += ["-map", "0:a:0"] + plan.sound }
        try await write(arguments, to: plan)
        var conversion = Conversion(kind: .video, file: plan.file, mediaType: plan.mediaType)
        try await addPoster(to: &conversion, from: plan)
        return conversion
    }

    /// Converts an animated GIF into a video without sound that plays automatically.
    ///
    /// The size is read again with ffprobe, because libvips and ffmpeg take the size of a GIF from different fields.
    func convertAnimation(pages: Int) async throws(MediaError) -> Conversion {
        guard let size = try await look("input", as: kind.demuxer).pictures?.size else { throw .broken }
        try ImageConverter.check(size, pages: pages)
        var plan = Plan(file: "shown.mp4", mediaType: "video/mp4", container: "mp4")
        plan.pictures = try VideoEncoder(size, perSecond: 0, seconds: try await length(), hasSound: false).pictures
        try await write(["-map", "0:v:0"] + plan.pictures, to: plan)
        var conversion = Conversion(kind: .gifv, file: plan.file, mediaType: plan.mediaType)
        try await measure(plan, &conversion)
        return conversion
    }

    private func convertSound(_ facts: VideoFacts) async throws(MediaError) -> Conversion {
        guard let sound = facts.sound else { throw .unsupported }
        let plan = Self.plan(sound: sound.codec)
        try await write(["-map", "0:a:0"] + plan.sound, to: plan)
        var conversion = Conversion(kind: .audio, file: plan.file, mediaType: plan.mediaType)
        try await measure(plan, &conversion)
        return conversion
    }

    // MARK: - Plans

    /// - Parameter seconds: the duration of a video that must be encoded again.
    static func plan(
        video facts: VideoFacts, _ pictures: VideoFacts.Pictures, seconds: Double
    ) throws(MediaError) -> Plan {
        var plan = Plan(file: "shown.mp4", mediaType: "video/mp4", container: "mp4", pictures: ["-c:v", "copy"])
        var isTight = false
        if !pictures.isPlain {
            let encoder = try VideoEncoder(
                pictures.size, perSecond: pictures.perSecond, seconds: seconds, hasSound: facts.sound != nil)
            plan.pictures = encoder.pictures
            isTight = encoder.isTight
        }
        if let sound = facts.sound {
            plan.sound = sound.isPlain && !isTight ? ["-c:a", "copy"] : VideoEncoder.sound(isTight: isTight)
        }
        return plan
    }

    static func plan(sound codec: String) -> Plan {
        switch codec {
        case "mp3": Plan(file: "shown.mp3", mediaType: "audio/mpeg", container: "mp3", sound: ["-c:a", "copy"])
        case "vorbis", "opus":
            Plan(file: "shown.ogg", mediaType: "audio/ogg", container: "ogg", sound: ["-c:a", "copy"])
        case "flac": Plan(file: "shown.flac", mediaType: "audio/flac", container: "flac", sound: ["-c:a", "copy"])
        case "aac": Plan(file: "shown.m4a", mediaType: "audio/mp4", container: "ipod", sound: ["-c:a", "copy"])
        default:
            Plan(
                file: "shown.mp3", mediaType: "audio/mpeg", container: "mp3",
                sound: ["-c:a", "libmp3lame", "-q:a", "2"])
        }
    }

    // MARK: - Programs

    private func look(_ file: String, as demuxer: String) async throws(MediaError) -> VideoFacts {
        let arguments = ["-v", "error", "-protocol_whitelist", "file", "-f", demuxer] + VideoFacts.question
        return VideoFacts(try await process.run("ffprobe", arguments + ["file:\(file)"], .look))
    }

    /// The duration in seconds, counted from the packets. The duration in the file's header may be missing or wrong.
    private func length() async throws(MediaError) -> Double {
        let arguments = ["-v", "quiet", "-nostdin", "-nostats", "-progress", "pipe:1", "-protocol_whitelist", "file"]
        let copy = ["-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-f", "null", "-"]
        let answer = try await process.run(
            "ffmpeg", arguments + ["-f", kind.demuxer, "-i", "file:input"] + copy, .look)
        let last = answer.split(separator: "\n").last { $0.hasPrefix("out_time_us=") }
        guard let microseconds = last.flatMap({ Double($0.dropFirst(12)) }) else { throw .broken }
        guard microseconds <= Double(MediaLimits.seconds) * 1e6 else { throw .tooSlow }
        return max(0, microseconds / 1e6)
    }

    private func write(_ arguments: [String], to plan: Plan) async throws(MediaError) {
        var all = ["-v", "error", "-nostdin", "-y", "-threads", "2", "-protocol_whitelist", "file"]
        // A video may declare a small size in its header and a larger one later.
        all += ["-max_pixels", String(2 * MediaLimits.pixels)]
        all += ["-f", kind.demuxer, "-i", "file:input"] + arguments
        all += ["-sn", "-dn", "-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1"]
        all += ["-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
        all += ["-threads", "2"]
        if ["mp4", "ipod"].contains(plan.container) { all += ["-movflags", "+faststart"] }
        _ = try await process.run("ffmpeg", all + ["-f", plan.container, "file:\(plan.file)"], .video)
        guard (LocalFile.size("\(process.folder)/\(plan.file)") ?? 0) > 0 else { throw .broken }
    }

    /// Makes the preview from the first frame of the new file, rotated as it is displayed.
    private func addPoster(to conversion: inout Conversion, from plan: Plan) async throws(MediaError) {
        try await measure(plan, &conversion)
        var arguments = ["-v", "error", "-nostdin", "-y", "-threads", "2", "-protocol_whitelist", "file"]
        arguments += ["-f", Self.demuxer(of: plan.container), "-i", "file:\(plan.file)"]
        arguments += [
            "-map", "0:v:0", "-frames:v", "1", "-f", "image2", "-update", "1", "-c:v", "png", "file:still.png",
        ]
        _ = try await process.run("ffmpeg", arguments, .video)
        let images = ImageConverter(process: process, kind: .png)
        let still = try await images.look("still.png", loader: "pngload")
        conversion.measures.width = still.size.width
        conversion.measures.height = still.size.height
        try await images.addPreview(of: "still.png", isExact: false, to: &conversion)
    }

    private func measure(_ plan: Plan, _ conversion: inout Conversion) async throws(MediaError) {
        let facts = try await look(plan.file, as: Self.demuxer(of: plan.container))
        guard conversion.kind == .audio || facts.pictures != nil else { throw .broken }
        if let duration = facts.duration, duration > Double(MediaLimits.seconds) { throw .tooSlow }
        conversion.measures.width = facts.pictures?.size.width
        conversion.measures.height = facts.pictures?.size.height
        conversion.measures.frameRate = facts.pictures?.rate
        conversion.measures.duration = facts.duration
        conversion.measures.bitrate = facts.bitrate
    }

    private static func demuxer(of container: String) -> String {
        switch container {
        case "mp4", "ipod": "mov"
        default: container
        }
    }
}
