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
        try await Workshop.open { shop async throws in
            _ = try await shop.picture("a.png")
            let bytes =
                ending == "png" ? try await shop.picture("a.png") : try await shop.copy("a.png", to: "a.\(ending)")
            let media = try await shop.convert(bytes)
            #expect(media.kind == .image)
            #expect(media.file.mediaType == mediaType)
            #expect(media.measures.width == 64)
            #expect(media.measures.height == 48)
            #expect(media.measures.previewWidth == 64)
            #expect(media.measures.previewHeight == 48)
            #expect(media.blurhash?.count == 28)
            let shown = try await shop.read(media.file)
            #expect(shown.count == media.size)
            #expect(FileKind(head: shown)?.isImage == true)
            #expect(FileKind(head: try await shop.read(media.preview))?.isImage == true)
        }
    }

    @Test("a camera's words and places are gone, and the picture stands upright")
    func camera() async throws {
        try await Workshop.open { shop async throws in
            let bytes = try await shop.picture("a.jpg").withCameraData("CANARY-52.5200N")
            #expect(bytes.holds("CANARY"))
            let media = try await shop.convert(bytes)
            #expect(media.measures.width == 48)
            #expect(media.measures.height == 64)
            for name in [media.file, media.preview] {
                let shown = try await shop.read(name)
                #expect(!shown.holds("CANARY"))
                #expect(!shown.holds("Exif"))
            }
        }
    }

    @Test("what stands behind the pixels is gone")
    func polyglot() async throws {
        try await Workshop.open { shop async throws in
            let tail = Array("PK\u{3}\u{4}<script>alert(1)</script><?php CANARY".utf8)
            for name in ["a.jpg", "a.png", "a.gif"] {
                let shown = try await shop.read(try await shop.convert(try await shop.picture(name) + tail).file)
                #expect(!shown.holds("CANARY"), "\(name)")
            }
        }
    }

    @Test("a large picture shrinks to the largest that is shown")
    func large() async throws {
        try await Workshop.open { shop async throws in
            let media = try await shop.convert(try await shop.picture("a.png", size: "5000x3000"))
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
        try await Workshop.open { shop async throws in
            let bytes = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red@0.3:s=20x20,format=rgba", "-frames:v", "1",
                "a.png")
            let media = try await shop.convert(bytes)
            #expect(media.file.mediaType == "image/png")
            #expect(media.preview?.mediaType == "image/png")
            // The colour type in the header: 6 is RGB with alpha, 4 is grey with alpha.
            #expect(try await [4, 6].contains(shop.read(media.file)[25]))
        }
    }

    @Test("a moving GIF becomes a film that plays by itself, a moving WebP stays one")
    func moving() async throws {
        try await Workshop.open { shop async throws in
            let gif = try await shop.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=63x47:d=1:r=10", "a.gif")
            let film = try await shop.convert(gif)
            #expect(film.kind == .gifv)
            #expect(film.file.mediaType == "video/mp4")
            #expect(film.measures.width == 62)
            #expect(film.measures.height == 46)
            #expect((film.measures.duration ?? 0) > 0.5)
            #expect(film.measures.frameRate == "10/1")
            #expect(film.blurhash != nil)
            #expect(film.preview?.mediaType.hasPrefix("image/") == true)

            _ = try await shop.make("vips", "copy", "a.gif[n=-1]", "a.webp")
            let webp = try await shop.convert([UInt8](try Data(contentsOf: shop.folder.appending(path: "a.webp"))))
            #expect(webp.kind == .image)
            #expect(webp.file.mediaType == "image/webp")
            #expect(try await shop.read(webp.file).holds("ANIM"))
        }
    }

    @Test(
        "a picture that stands for something else is converted like any other; one without loss stays so",
        arguments: [("a.png", "png", 64), ("a.jpg", "jpg", 48), ("a.gif", "jpg", 64), ("b.png", "png", 640)])
    func preview(name: String, ending: String, width: Int) async throws {
        try await Workshop.open { shop async throws in
            var bytes = try await shop.picture(name, size: name == "b.png" ? "1920x1080" : "64x48")
            if ending == "jpg", name == "a.jpg" { bytes = bytes.withCameraData("CANARY") }
            let preview = try await shop.store.makePreview(.bytes(bytes + Array("CANARY".utf8)))
            #expect(preview.file.hasSuffix(".\(ending)"))
            #expect(preview.width == width)
            #expect(preview.blurhash?.count == 28)
            let shown = try await shop.read(MediaName(preview.file))
            #expect(!shown.holds("CANARY"))
            #expect(FileKind(head: shown)?.isImage == true)
            #expect(shop.paths().count == 1)
        }
    }

    @Test("what is no picture stands for nothing, and is not kept")
    func noPreview() async throws {
        try await Workshop.open { shop async throws in
            let sound = try await shop.make("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "a.mp3")
            let png = try await shop.picture("a.png")
            for (bytes, expected) in [
                (sound, .unsupported), (Array("<svg/>".utf8), .unsupported), (Array(png.prefix(60)), .broken),
            ] as [([UInt8], MediaError)] {
                await #expect(throws: expected) { try await shop.store.makePreview(.bytes(bytes)) }
                #expect(shop.paths().isEmpty)
            }
        }
    }

    @Test("portraits fill their frame", arguments: MediaStore.Portrait.allCases)
    func portraits(portrait: MediaStore.Portrait) async throws {
        try await Workshop.open { shop async throws in
            let accepted = try await shop.store.accept(.bytes(try await shop.picture("a.jpg", size: "1700x900")))
            let media = try await shop.store.makePortrait(portrait, of: accepted.source)
            #expect(media.measures.width == portrait.size.width)
            #expect(media.measures.height == portrait.size.height)
        }
    }
}
