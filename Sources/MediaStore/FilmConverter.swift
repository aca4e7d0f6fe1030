// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Turns a film or a sound into one that every browser plays, without a word of what came with it.
///
/// Streams that browsers play are copied as they are into a new container; only others are decoded and written anew.
/// The reader for the file is named: a playlist that calls itself a film is never followed, and no address is opened.
struct FilmConverter {
    /// How a stream goes into the new file.
    struct Plan: Equatable {
        /// The file in the job's folder.
        var file: String
        var mediaType: String
        /// The container, as the program calls it.
        var container: String
        /// The words for the pictures; empty for a sound.
        var pictures: [String] = []
        /// The words for the sound; empty for none.
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
        let plan = Self.plan(film: facts, pictures)
        var words = ["-map", "0:V:0"] + plan.pictures
        if !plan.sound.isEmpty { words += ["-map", "0:a:0"] + plan.sound }
        try await write(words, to: plan)
        var conversion = Conversion(kind: .video, file: plan.file, mediaType: plan.mediaType)
        try await addStill(to: &conversion, from: plan)
        return conversion
    }

    /// Converts a moving GIF into a film that plays by itself.
    ///
    /// Its size is asked again: the two libraries do not believe the same part of a GIF.
    func convertLoop(pages: Int) async throws(MediaError) -> Conversion {
        guard let size = try await look("input", as: kind.demuxer).pictures?.size else { throw .broken }
        try ImageConverter.check(size, pages: pages)
        var plan = Plan(file: "shown.mp4", mediaType: "video/mp4", container: "mp4")
        plan.pictures = Self.encoder(for: size, perSecond: 0)
        try await write(["-map", "0:v:0"] + plan.pictures, to: plan)
        var conversion = Conversion(kind: .gifv, file: plan.file, mediaType: plan.mediaType)
        try await measure(plan, &conversion)
        return conversion
    }

    private func convertSound(_ facts: FilmFacts) async throws(MediaError) -> Conversion {
        guard let codec = facts.sound else { throw .unsupported }
        let plan = Self.plan(sound: codec)
        try await write(["-map", "0:a:0"] + plan.sound, to: plan)
        var conversion = Conversion(kind: .audio, file: plan.file, mediaType: plan.mediaType)
        try await measure(plan, &conversion)
        return conversion
    }

    // MARK: - Plans

    static func plan(film facts: FilmFacts, _ pictures: FilmFacts.Pictures) -> Plan {
        let isModest =
            pictures.size.area <= MediaLimits.shownPixels && pictures.perSecond <= Double(MediaLimits.frameRate)
        if isModest, ["vp8", "vp9"].contains(pictures.codec) {
            var plan = Plan(file: "shown.webm", mediaType: "video/webm", container: "webm")
            plan.pictures = ["-c:v", "copy"]
            if let sound = facts.sound {
                plan.sound = ["-c:a", ["opus", "vorbis"].contains(sound) ? "copy" : "libopus"]
            }
            return plan
        }
        var plan = Plan(file: "shown.mp4", mediaType: "video/mp4", container: "mp4")
        let isPlain = pictures.codec == "h264" && ["yuv420p", "yuvj420p"].contains(pictures.format)
        plan.pictures =
            isModest && isPlain
            ? ["-c:v", "copy"] : encoder(for: pictures.size, perSecond: pictures.perSecond)
        if let sound = facts.sound { plan.sound = ["-c:a", ["aac", "mp3"].contains(sound) ? "copy" : "aac"] }
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

    /// H.264 as every browser plays it: even measures, four colours for sixteen pixels.
    private static func encoder(for size: PixelSize, perSecond: Double) -> [String] {
        let target = size.fitting(MediaLimits.shownPixels)
        let scale = target == size ? "trunc(iw/2)*2:trunc(ih/2)*2" : "\(target.width / 2 * 2):-2"
        // A picture of one pixel has no even measures.
        let filter = size.width < 2 || size.height < 2 ? "pad=ceil(iw/2)*2:ceil(ih/2)*2" : "scale=\(scale)"
        let rate = perSecond > Double(MediaLimits.frameRate) ? ["-r", "60"] : []
        return rate + [
            "-vf", filter, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p",
        ]
    }

    // MARK: - Programs

    private func look(_ file: String, as demuxer: String) async throws(MediaError) -> FilmFacts {
        let words = ["-v", "error", "-protocol_whitelist", "file", "-f", demuxer] + FilmFacts.question
        return FilmFacts(try await process.run("ffprobe", words + ["file:\(file)"], .look))
    }

    private func write(_ words: [String], to plan: Plan) async throws(MediaError) {
        var all = ["-v", "error", "-nostdin", "-y", "-threads", "2", "-protocol_whitelist", "file"]
        all += ["-f", kind.demuxer, "-i", "file:input"] + words
        all += ["-sn", "-dn", "-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1"]
        all += ["-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
        all += ["-threads", "2"]
        if ["mp4", "ipod"].contains(plan.container) { all += ["-movflags", "+faststart"] }
        _ = try await process.run("ffmpeg", all + ["-f", plan.container, "file:\(plan.file)"], .film)
        guard (LocalFile.size("\(process.folder)/\(plan.file)") ?? 0) > 0 else { throw .broken }
    }

    /// Takes the first picture of the new file: as it is shown, turned as its camera was held.
    private func addStill(to conversion: inout Conversion, from plan: Plan) async throws(MediaError) {
        try await measure(plan, &conversion)
        var words = ["-v", "error", "-nostdin", "-y", "-threads", "2", "-protocol_whitelist", "file"]
        words += ["-f", Self.demuxer(of: plan.container), "-i", "file:\(plan.file)"]
        words += ["-map", "0:v:0", "-frames:v", "1", "-f", "image2", "-update", "1", "-c:v", "png", "file:still.png"]
        _ = try await process.run("ffmpeg", words, .film)
        let images = ImageConverter(process: process, kind: .png)
        let still = try await images.look("still.png", loader: "pngload")
        conversion.measures.width = still.size.width
        conversion.measures.height = still.size.height
        try await images.addPreview(of: "still.png", hasAlpha: false, to: &conversion)
    }

    private func measure(_ plan: Plan, _ conversion: inout Conversion) async throws(MediaError) {
        let facts = try await look(plan.file, as: Self.demuxer(of: plan.container))
        conversion.measures.width = facts.pictures?.size.width
        conversion.measures.height = facts.pictures?.size.height
        conversion.measures.frameRate = facts.pictures?.rate
        conversion.measures.duration = facts.duration
        conversion.measures.bitrate = facts.bitrate
    }

    private static func demuxer(of container: String) -> String {
        switch container {
        case "mp4", "ipod": "mov"
        case "webm": "matroska"
        default: container
        }
    }
}
