// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Films and sounds", .serialized)
struct FilmTests {
    @Test(
        "films keep what browsers play and lose what came with them",
        arguments: [
            ("a.mp4", "libx264", "aac", "video/mp4"), ("a.mov", "libx264", "pcm_s16le", "video/mp4"),
            ("a.webm", "libvpx", "libopus", "video/webm"), ("a.mkv", "mpeg4", "libmp3lame", "video/mp4"),
        ])
    func films(name: String, pictures: String, sound: String, mediaType: String) async throws {
        try await Workshop.open { shop async throws in
            let bytes = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=25", "-f", "lavfi", "-i",
                "sine=d=1", "-metadata", "title=CANARY", "-metadata", "location=+52.5200+013.4050/CANARY",
                "-metadata:s:v", "title=CANARY", "-metadata:s:a", "handler_name=CANARY", "-pix_fmt", "yuv420p",
                "-c:v", pictures, "-c:a", sound, name)
            #expect(bytes.holds("CANARY"))
            let media = try await shop.convert(bytes)
            #expect(media.kind == .video)
            #expect(media.file.mediaType == mediaType)
            #expect(media.measures.width == 64)
            #expect(media.measures.height == 48)
            #expect(media.measures.frameRate == "25/1")
            #expect(abs((media.measures.duration ?? 0) - 1) < 0.2)
            #expect((media.measures.bitrate ?? 0) > 1_000)
            #expect(media.preview?.mediaType == "image/jpeg")
            #expect(media.blurhash != nil)
            #expect(try await !shop.read(media.file).holds("CANARY"))
        }
    }

    @Test("a film that was held upright stands upright")
    func upright() async throws {
        try await Workshop.open { shop async throws in
            _ = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-pix_fmt", "yuv420p", "-c:v",
                "libx264", "a.mp4")
            let bytes = try await shop.make(
                "ffmpeg", "-v", "error", "-i", "a.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", "b.mp4")
            let media = try await shop.convert(bytes)
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
        try await Workshop.open { shop async throws in
            let bytes = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-metadata", "title=CANARY", "-c:a", codec,
                name)
            let media = try await shop.convert(bytes)
            #expect(media.kind == .audio)
            #expect(media.file.mediaType == mediaType)
            #expect(media.preview == nil)
            #expect(media.measures.width == nil)
            #expect(abs((media.measures.duration ?? 0) - 1) < 0.2)
            #expect(try await !shop.read(media.file).holds("CANARY"))
        }
    }

    @Test("a sound with a cover is a sound, and the cover is gone")
    func cover() async throws {
        try await Workshop.open { shop async throws in
            _ = try await shop.picture("c.png")
            let bytes = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-i", "c.png", "-map", "0:a", "-map", "1:v",
                "-disposition:v", "attached_pic", "-c:a", "libmp3lame", "-c:v", "copy", "a.mp3")
            #expect(bytes.holds("IHDR"))
            let media = try await shop.convert(bytes)
            #expect(media.kind == .audio)
            #expect(try await !shop.read(media.file).holds("IHDR"))
        }
    }

    @Test("the name and the claimed type say nothing: a film called picture is a film")
    func misnamed() async throws {
        try await Workshop.open { shop async throws in
            let path = "\(shop.store.spoolFolder)/holiday.jpg"
            _ = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-pix_fmt", "yuv420p", "-c:v",
                "libx264", "-f", "mp4", path)
            let accepted = try await shop.store.accept(.file(path: path))
            #expect(accepted.kind == .mp4)
            #expect(try await shop.store.convert(accepted.source).kind == .video)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("pictures of a film that are too large or too many are written anew")
    func plans() {
        var facts = FilmFacts(
            """
            stream|codec_name=h264|codec_type=video|width=3840|height=2160|pix_fmt=yuv420p|avg_frame_rate=30/1|disposition:attached_pic=0
            stream|codec_name=opus|codec_type=audio|avg_frame_rate=0/0|disposition:attached_pic=0
            format|duration=12.5|bit_rate=1000000
            """)
        #expect(facts.duration == 12.5)
        let pictures = facts.pictures
        #expect(pictures.map { FilmConverter.plan(film: facts, $0).pictures } == ["-c:v", "copy"])
        #expect(pictures.map { FilmConverter.plan(film: facts, $0).sound } == ["-c:a", "aac"])
        facts.pictures?.size.width = 7_680
        #expect(facts.pictures.map { FilmConverter.plan(film: facts, $0).pictures.contains("libx264") } == true)
        facts.pictures?.size.width = 640
        facts.pictures?.rate = "240/1"
        #expect(facts.pictures.map { FilmConverter.plan(film: facts, $0).pictures.starts(with: ["-r", "60"]) } == true)
        facts.pictures?.rate = "25/1"
        facts.pictures?.codec = "vp9"
        #expect(facts.pictures.map { FilmConverter.plan(film: facts, $0).mediaType } == "video/webm")
    }
}
