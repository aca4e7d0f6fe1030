// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Pictures", .serialized)
struct ImageTests {
    @Test(
        "each format becomes one that browsers show",
        arguments: [
            ("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp"), ("gif", "image/png"),
            ("heic", "image/jpeg"), ("avif", "image/jpeg"),
        ])
    func formats(ending: String, mediaType: String) async throws {
        try await ConverterFixture.open { fixture async throws in
            _ = try await fixture.picture("a.png")
            let bytes =
                ending == "png"
                ? try await fixture.picture("a.png") : try await fixture.copy("a.png", to: "a.\(ending)")
            let media = try await fixture.convert(bytes)
            #expect(media.kind == .image)
            #expect(media.file.mediaType == mediaType)
            #expect(media.measures.width == 64)
            #expect(media.measures.height == 48)
            #expect(media.measures.previewWidth == 64)
            #expect(media.measures.previewHeight == 48)
            #expect(media.blurhash?.count == 28)
            let shown = try await fixture.read(media.file)
            #expect(shown.count == media.size)
            #expect(FileKind(head: shown)?.isImage == true)
            #expect(FileKind(head: try await fixture.read(media.preview))?.isImage == true)
        }
    }

    @Test("a camera's words and places are gone, and the picture stands upright")
    func camera() async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.picture("a.jpg").withCameraData("CANARY-52.5200N")
            #expect(bytes.holds("CANARY"))
            let media = try await fixture.convert(bytes)
            #expect(media.measures.width == 48)
            #expect(media.measures.height == 64)
            for name in [media.file, media.preview] {
                let shown = try await fixture.read(name)
                #expect(!shown.holds("CANARY"))
                #expect(!shown.holds("Exif"))
            }
        }
    }

    @Test("what stands behind the pixels is gone")
    func polyglot() async throws {
        try await ConverterFixture.open { fixture async throws in
            let tail = Array("PK\u{3}\u{4}<script>alert(1)</script><?php CANARY".utf8)
            for name in ["a.jpg", "a.png", "a.gif"] {
                let shown = try await fixture.read(
                    try await fixture.convert(try await fixture.picture(name) + tail).file)
                #expect(!shown.holds("CANARY"), "\(name)")
            }
        }
    }

    @Test("a large picture shrinks to the largest that is shown")
    func large() async throws {
        try await ConverterFixture.open { fixture async throws in
            let media = try await fixture.convert(try await fixture.picture("a.png", size: "5000x3000"))
            let width = try #require(media.measures.width)
            let height = try #require(media.measures.height)
            #expect(width * height <= MediaLimits.shownPixels)
            #expect(width * height > MediaLimits.shownPixels * 9 / 10)
            #expect(abs(Double(width) / Double(height) - 5 / 3) < 0.01)
            let smallWidth = try #require(media.measures.previewWidth)
            let small = smallWidth * (try #require(media.measures.previewHeight))
            #expect((MediaLimits.previewPixels * 9 / 10...MediaLimits.previewPixels).contains(small))
        }
    }

    @Test("a transparent picture stays transparent")
    func transparent() async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red@0.3:s=20x20,format=rgba", "-frames:v", "1",
                "a.png")
            let media = try await fixture.convert(bytes)
            #expect(media.file.mediaType == "image/png")
            #expect(media.preview?.mediaType == "image/png")
            // The colour type in the header: 6 is RGB with alpha, 4 is grey with alpha.
            #expect(try await [4, 6].contains(fixture.read(media.file)[25]))
        }
    }

    @Test("a moving GIF becomes a video that plays by itself, a moving WebP stays one")
    func moving() async throws {
        try await ConverterFixture.open { fixture async throws in
            let gif = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=63x47:d=1:r=10", "a.gif")
            let video = try await fixture.convert(gif)
            #expect(video.kind == .gifv)
            #expect(video.file.mediaType == "video/mp4")
            #expect(video.measures.width == 62)
            #expect(video.measures.height == 46)
            #expect((video.measures.duration ?? 0) > 0.5)
            #expect(video.measures.frameRate == "10/1")
            #expect(video.blurhash != nil)
            #expect(video.preview?.mediaType.hasPrefix("image/") == true)

            _ = try await fixture.make("vips", "copy", "a.gif[n=-1]", "a.webp")
            let webp = try await fixture.convert(
                [UInt8](try Data(contentsOf: fixture.folder.appending(path: "a.webp"))))
            #expect(webp.kind == .image)
            #expect(webp.file.mediaType == "image/webp")
            #expect(try await fixture.read(webp.file).holds("ANIM"))
        }
    }

    @Test(
        "a picture that stands for something else is converted like any other; one without loss stays so",
        arguments: [("a.png", "png", 64), ("a.jpg", "jpg", 48), ("a.gif", "jpg", 64), ("b.png", "png", 640)])
    func preview(name: String, ending: String, width: Int) async throws {
        try await ConverterFixture.open { fixture async throws in
            var bytes = try await fixture.picture(name, size: name == "b.png" ? "1920x1080" : "64x48")
            if ending == "jpg", name == "a.jpg" { bytes = bytes.withCameraData("CANARY") }
            let preview = try await fixture.store.makePreview(.bytes(bytes + Array("CANARY".utf8)))
            #expect(preview.file.hasSuffix(".\(ending)"))
            #expect(preview.width == width)
            #expect(preview.blurhash?.count == 28)
            let shown = try await fixture.read(MediaName(preview.file))
            #expect(!shown.holds("CANARY"))
            #expect(FileKind(head: shown)?.isImage == true)
            #expect(fixture.paths().count == 1)
        }
    }

    @Test("what is no picture stands for nothing, and is not kept")
    func noPreview() async throws {
        try await ConverterFixture.open { fixture async throws in
            let sound = try await fixture.make("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "a.mp3")
            let png = try await fixture.picture("a.png")
            for (bytes, expected) in [
                (sound, .unsupported), (Array("<svg/>".utf8), .unsupported), (Array(png.prefix(60)), .broken),
            ] as [([UInt8], MediaError)] {
                await #expect(throws: expected) { try await fixture.store.makePreview(.bytes(bytes)) }
                #expect(fixture.paths().isEmpty)
            }
        }
    }

    @Test("profile images fill their frame", arguments: MediaStore.ProfileImage.allCases)
    func profileImages(profileImage: MediaStore.ProfileImage) async throws {
        try await ConverterFixture.open { fixture async throws in
            let accepted = try await fixture.store.accept(.bytes(try await fixture.picture("a.jpg", size: "1700x900")))
            let media = try await fixture.store.makeProfileImage(profileImage, of: accepted.source)
            #expect(media.measures.width == profileImage.size.width)
            #expect(media.measures.height == profileImage.size.height)
        }
    }
}
