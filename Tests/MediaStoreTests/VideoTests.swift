// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Videos and sounds", .serialized)
struct VideoTests {
    @Test(
        "every video becomes one that every app plays, and loses what came with it",
        arguments: [
            ("a.mp4", "libx264", "aac"), ("a.mov", "libx264", "pcm_s16le"), ("a.webm", "libvpx", "libopus"),
            ("b.webm", "libvpx-vp9", "libvorbis"), ("a.mkv", "mpeg4", "libmp3lame"), ("a.ogg", "libtheora", "flac"),
            ("b.mkv", "libx265", "ac3"), ("b.mov", "mjpeg", "alac"),
        ])
    func videos(name: String, pictures: String, sound: String) async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=25", "-f", "lavfi", "-i",
                "sine=d=1", "-metadata", "title=CANARY", "-metadata", "location=+52.5200+013.4050/CANARY",
                "-metadata:s:v", "title=CANARY", "-metadata:s:a", "handler_name=CANARY", "-pix_fmt", "yuv420p",
                "-c:v", pictures, "-c:a", sound, name)
            #expect(bytes.holds("CANARY"))
            let media = try await fixture.convert(bytes)
            #expect(media.kind == .video)
            #expect(media.file.mediaType == "video/mp4")
            #expect(media.measures.width == 64)
            #expect(media.measures.height == 48)
            #expect(media.measures.frameRate == "25/1")
            let streams = try await fixture.streams(media.file)
            #expect(streams.count == 2)
            #expect(streams[0].starts(with: ["h264", "yuv420p"]) || streams[0].starts(with: ["h264", "yuvj420p"]))
            #expect(streams[1].first == "aac")
            #expect(abs((media.measures.duration ?? 0) - 1) < 0.2)
            #expect((media.measures.bitrate ?? 0) > 1_000)
            #expect(media.preview?.mediaType == "image/jpeg")
            #expect(media.blurhash != nil)
            #expect(try await !fixture.read(media.file).holds("CANARY"))
        }
    }

    @Test("a video that every app plays is not coded again")
    func copied() async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=25", "-f", "lavfi", "-i",
                "sine=d=1", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-profile:v", "main", "-c:a", "aac", "a.mp4")
            let media = try await fixture.convert(bytes)
            try Data(try await fixture.read(media.file)).write(to: fixture.folder.appending(path: "b.mp4"))
            for stream in ["v", "a"] {
                var hashes: Set<[UInt8]> = []
                for name in ["a.mp4", "b.mp4"] {
                    let sum = try await fixture.make(
                        "ffmpeg", "-v", "error", "-y", "-i", name, "-map", "0:\(stream)", "-c", "copy", "-f", "md5",
                        "sum")
                    hashes.insert(sum)
                }
                #expect(hashes.count == 1, "\(stream)")
            }
        }
    }

    @Test(
        "a video with odd sides, other colours or very many pictures a second becomes one that plays",
        arguments: [
            ("crop=65:49:exact=1", "yuv444p", "libvpx-vp9", 64, 48),
            ("crop=65:49:exact=1", "yuv420p", "libvpx", 64, 48),
            ("crop=64:1:exact=1", "yuv444p", "libvpx-vp9", 64, 2), ("fps=200", "yuv422p10le", "libx264", 66, 50),
            ("fps=25", "gbrp", "libx264rgb", 66, 50),
        ])
    func unusual(filter: String, format: String, codec: String, width: Int, height: Int) async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=66x50:d=1:r=25", "-vf",
                "format=yuv444p,\(filter)", "-pix_fmt", codec == "libx264rgb" ? "rgb24" : format, "-c:v", codec, "a.mkv"
            )
            let media = try await fixture.convert(bytes)
            #expect(media.measures.width == width)
            #expect(media.measures.height == height)
            let streams = try await fixture.streams(media.file)
            #expect(streams == [["h264", "yuv420p", filter == "fps=200" ? "60/1" : "25/1"]])
        }
    }

    @Test("a video without a length in its head, as browsers record them, gets one")
    func recorded() async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=2:r=25", "-c:v", "libvpx", "-live",
                "1",
                "a.webm")
            let media = try await fixture.convert(bytes)
            #expect(abs((media.measures.duration ?? 0) - 2) < 0.2)
        }
    }

    @Test("a video that was held upright stands upright")
    func upright() async throws {
        try await ConverterFixture.open { fixture async throws in
            _ = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-pix_fmt", "yuv420p", "-c:v",
                "libx264", "a.mp4")
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-i", "a.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", "b.mp4")
            let media = try await fixture.convert(bytes)
            #expect(media.measures.width == 48)
            #expect(media.measures.height == 64)
        }
    }

    @Test(
        "sounds keep what browsers play, others become MP3",
        arguments: [
            ("a.mp3", "libmp3lame", "audio/mpeg"), ("a.ogg", "libopus", "audio/ogg"), ("a.flac", "flac", "audio/flac"),
            ("a.wav", "pcm_s16le", "audio/mpeg"), ("a.m4a", "aac", "audio/mp4"), ("a.aac", "aac", "audio/mp4"),
        ])
    func sounds(name: String, codec: String, mediaType: String) async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-metadata", "title=CANARY", "-c:a", codec,
                name)
            let media = try await fixture.convert(bytes)
            #expect(media.kind == .audio)
            #expect(media.file.mediaType == mediaType)
            #expect(media.preview == nil)
            #expect(media.measures.width == nil)
            #expect(abs((media.measures.duration ?? 0) - 1) < 0.2)
            #expect(try await !fixture.read(media.file).holds("CANARY"))
        }
    }

    @Test("a sound with a cover is a sound, and the cover is gone")
    func cover() async throws {
        try await ConverterFixture.open { fixture async throws in
            _ = try await fixture.picture("c.png")
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-i", "c.png", "-map", "0:a", "-map", "1:v",
                "-disposition:v", "attached_pic", "-c:a", "libmp3lame", "-c:v", "copy", "a.mp3")
            #expect(bytes.holds("IHDR"))
            let media = try await fixture.convert(bytes)
            #expect(media.kind == .audio)
            #expect(try await !fixture.read(media.file).holds("IHDR"))
        }
    }

    @Test("the name and the claimed type say nothing: a video called picture is a video")
    func misnamed() async throws {
        try await ConverterFixture.open { fixture async throws in
            let path = "\(fixture.store.spoolFolder)/holiday.jpg"
            _ = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-pix_fmt", "yuv420p", "-c:v",
                "libx264", "-f", "mp4", path)
            let accepted = try await fixture.store.accept(.file(path: path))
            #expect(accepted.kind == .mp4)
            #expect(try await fixture.store.convert(accepted.source).kind == .video)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("what every app plays is copied, anything else is written anew")
    func plans() throws {
        var facts = VideoFacts(
            """
            stream|codec_name=h264|profile=High|codec_type=video|width=3840|height=2160|pix_fmt=yuv420p|level=51|avg_frame_rate=30/1|disposition:attached_pic=0
            stream|codec_name=opus|codec_type=audio|avg_frame_rate=0/0|disposition:attached_pic=0
            format|duration=12.5|bit_rate=1000000
            """)
        #expect(facts.duration == 12.5)
        func plan() throws -> VideoConverter.Plan {
            try VideoConverter.plan(video: facts, try #require(facts.pictures), seconds: 12.5)
        }
        let plain = facts.pictures
        #expect(try plan().pictures == ["-c:v", "copy"])
        #expect(try plan().sound.starts(with: ["-c:a", "aac"]))
        facts.sound = .init(codec: "aac", profile: "LC")
        #expect(try plan().sound == ["-c:a", "copy"])
        facts.sound?.profile = "Main"
        #expect(try plan().sound.starts(with: ["-c:a", "aac"]))
        let changes: [(inout VideoFacts.Pictures) -> Void] = [
            { $0.size.width = 7_680 }, { $0.rate = "240/1" }, { $0.codec = "hevc" }, { $0.format = "yuv420p10le" },
            { $0.profile = "High 4:2:2" }, { $0.level = 62 }, { $0.level = -99 },
        ]
        for change in changes {
            var pictures = try #require(plain)
            change(&pictures)
            facts.pictures = pictures
            #expect(try plan().pictures.contains("libx264"), "\(pictures)")
        }
    }

    @Test(
        "a long video has fewer bits and smaller pictures, one that is far too long is refused",
        arguments: [(1, 1_920), (60, 1_920), (600, 1_140), (2_000, 506)])
    func bounds(seconds: Double, width: Int) throws {
        let size = PixelSize(width: 3_840, height: 2_160)
        let encoder = try VideoEncoder(size, perSecond: 30, seconds: seconds, hasSound: true)
        let sound = VideoEncoder.sound(isTight: encoder.isTight).compactMap { Int($0) }.max() ?? 0
        #expect(Int(seconds) * (encoder.rate + sound) <= MediaLimits.videoBytes * 8)
        let filter = try #require(encoder.pictures.first { $0.hasPrefix("scale=") })
        let part = try #require(Double(filter.split(separator: "*")[1].prefix { $0 != "/" }))
        #expect(Int(3_840 * part / 2) * 2 == width)
        #expect(throws: MediaError.tooLarge) {
            try VideoEncoder(size, perSecond: 30, seconds: 10_000, hasSound: true)
        }
    }
}
