// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Hostile videos", .serialized)
struct HostileVideoTests {
    @Test(
        "a video that claims more pixels than we decode is refused before it is decoded",
        arguments: [("libvpx", 16_000), ("libvpx", 16_383), ("ffv1", 100_000)])
    func bomb(codec: String, side: Int) async throws {
        try await ConverterFixture.open { fixture async throws in
            let video = try await fixture.video("testsrc2=s=300x300:d=1:r=5", codec: codec)
            let (low, high) = (UInt8(side & 255), UInt8(side >> 8 & 255))
            // The size is declared in the container and once more in the header of the stream.
            var huge = try #require(
                video.replacing(
                    [0xB0, 0x82, 1, 44, 0xBA, 0x82, 1, 44], with: [0xB0, 0x82, 255, 255, 0xBA, 0x82, 255, 255]))
            let (mark, end): ([UInt8], [UInt8]) = codec == "ffv1" ? ([40, 0, 0, 0], [0, 0]) : ([0x9D, 1, 0x2A], [])
            let top: [UInt8] = codec == "ffv1" ? [UInt8(side >> 16), 0] : []
            huge = try #require(
                huge.replacing(
                    mark + [44, 1] + end + [44, 1] + end, with: mark + [low, high] + top + [low, high] + top))
            let error = await #expect(throws: MediaError.self) { try await fixture.convert(huge) }
            #expect(error == .tooManyPixels || error == .broken || error == .unsupported)
            #expect(fixture.paths().isEmpty)
        }
    }

    @Test("a video whose pictures become giants in the middle does no harm")
    func growing() async throws {
        try await ConverterFixture.open { fixture async throws in
            for (name, source) in [("a.webm", "testsrc2=s=64x48:d=1:r=5"), ("b.webm", "color=s=9000x9000:d=0.2:r=5")] {
                _ = try await fixture.video(source, name)
            }
            try Data("file a.webm\nfile b.webm\n".utf8).write(to: fixture.folder.appending(path: "list"))
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "concat", "-i", "list", "-c", "copy", "c.webm")
            do throws(MediaError) {
                let media = try await fixture.convert(bytes)
                #expect(media.measures.width == 64)
            } catch {
                #expect(error == .broken)
            }
        }
    }

    @Test(
        "a video that lies about its length is measured, or refused",
        arguments: [(1e12, nil), (1, 1), (.infinity, nil), (-5, 1)] as [(Double, Double?)])
    func length(claimed: Double, expected: Double?) async throws {
        try await ConverterFixture.open { fixture async throws in
            let video = try await fixture.video("testsrc2=s=64x48:d=1:r=25")
            let found = try #require(Data(video).range(of: Data([0x44, 0x89, 0x88])))
            let bits = claimed.bitPattern
            let number = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
            var bytes = video
            bytes.replaceSubrange(found.upperBound..<found.upperBound + 8, with: number)
            do throws(MediaError) {
                let media = try await fixture.convert(bytes)
                #expect(abs((media.measures.duration ?? 0) - (expected ?? 1)) < 0.2)
            } catch {
                #expect(expected == nil && error == .tooSlow, "\(error)")
            }
        }
    }

    @Test("a few pictures spread over days are refused")
    func sparse() async throws {
        try await ConverterFixture.open { fixture async throws in
            let bytes = try await fixture.make(
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=10", "-vf",
                "setpts=N*20000/TB", "-vsync", "vfr", "-c:v", "libvpx", "-live", "1", "a.webm")
            await #expect(throws: MediaError.tooSlow) { try await fixture.convert(bytes) }
        }
    }

    @Test("a video of noise behind a good head is broken or shown, and leaves nothing when it is broken")
    func noise() async throws {
        try await ConverterFixture.open { fixture async throws in
            let video = try await fixture.video("testsrc2=s=64x48:d=1:r=25")
            for part in [video.count / 10, video.count / 2] {
                let bytes = video.prefix(part) + (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7_919 >> 3) }
                do throws(MediaError) {
                    let media = try await fixture.convert(Array(bytes))
                    try await fixture.store.remove(media.file)
                    if let preview = media.preview { try await fixture.store.remove(preview) }
                } catch {
                    #expect([.broken, .unsupported].contains(error), "\(part): \(error)")
                }
                #expect(fixture.paths().isEmpty)
            }
            let head = Array(video.prefix(400)) + [UInt8](repeating: 0x55, count: 5_000)
            let error = await #expect(throws: MediaError.self) { try await fixture.convert(head) }
            #expect(error == .broken || error == .unsupported)
        }
    }
}

extension ConverterFixture {
    /// A video as browsers record it, with complete headers.
    fileprivate func video(
        _ source: String, _ name: String = "film.mkv", codec: String = "libvpx"
    ) async throws -> [UInt8] {
        let haste = codec == "libvpx" ? "16" : "1"
        return try await make(
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", codec, "-pix_fmt", "yuv420p",
            codec == "libvpx" ? "-cpu-used" : "-level", haste, name)
    }
}

extension [UInt8] {
    /// A copy with other bytes in one place; nil when `old` does not occur.
    fileprivate func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8]? {
        guard let found = Data(self).range(of: Data(old)) else { return nil }
        var copy = self
        copy.replaceSubrange(found, with: new)
        return copy
    }
}
