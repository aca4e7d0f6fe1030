// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Hostile files", .serialized)
struct HostileTests {
    @Test(
        "what is neither picture, video nor sound is not taken in",
        arguments: [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>",
            "<?xml version=\"1.0\"?><svg/>", "%PDF-1.7\n", "%!PS-Adobe-3.0\n",
            "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
            "ffconcat version 1.0\nfile /etc/passwd\n", "push graphic-context\nfill 'url(https://x)'\n",
            "P6\n1 1\n255\nabc",
            "<html><script>alert(1)</script></html>", "GIF8", "BM000000", "II*\0", "", "\0\0\0\0", "RIFF0000AVI LIST",
            "{\"type\":\"Note\"}", "PK\u{3}\u{4}", "#!/bin/sh\n", "\u{7F}ELF", "8BPS", "gimp xcf file",
        ])
    func unknown(text: String) async throws {
        try await ConverterFixture.open { fixture async throws in
            await #expect(throws: MediaError.unsupported) { try await fixture.store.accept(.bytes(Array(text.utf8))) }
            #expect(fixture.paths().isEmpty)
        }
    }

    @Test(
        "something that only begins like a picture or a video is broken",
        arguments: [
            "\u{89}PNG", "GIF89a", "webp", "jpeg", "mp4", "matroska", "OggS", "fLaC", "ID3", "wav",
        ])
    func pretenders(head: String) async throws {
        let heads: [String: [UInt8]] = [
            "\u{89}PNG": [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "jpeg": [0xFF, 0xD8, 0xFF, 0xE0],
            "webp": Array("RIFF\u{10}\0\0\0WEBPVP8 ".utf8), "mp4": Array("\0\0\0\u{18}ftypisom".utf8),
            "matroska": [0x1A, 0x45, 0xDF, 0xA3], "wav": Array("RIFF\u{10}\0\0\0WAVEfmt ".utf8),
        ]
        try await ConverterFixture.open { fixture async throws in
            let tail = Array("<svg><script>#EXTM3U\nfile:///etc/passwd\n".utf8) + [UInt8](repeating: 0x41, count: 900)
            let bytes = (heads[head] ?? Array(head.utf8)) + tail
            let accepted = try await fixture.store.accept(.bytes(bytes))
            let error = await #expect(throws: MediaError.self) { try await fixture.store.convert(accepted.source) }
            #expect(error == .broken || error == .unsupported)
            #expect(fixture.paths() == ["incoming/\(accepted.source)"])
        }
    }

    @Test("a picture that claims more pixels than we decode is refused before it is decoded")
    func bomb() async throws {
        try await ConverterFixture.open { fixture async throws in
            for (width, height) in [(30_000, 30_000), (6_000, 6_000), (1_000_000, 34)] {
                let accepted = try await fixture.store.accept(.bytes(Self.png(width: width, height: height)))
                let error = await #expect(throws: MediaError.self) { try await fixture.store.convert(accepted.source) }
                #expect(error == .tooManyPixels || error == .broken)
            }
        }
    }

    @Test("a moving picture of very many pictures is refused")
    func manyPictures() async throws {
        try await ConverterFixture.open { fixture async throws in
            // Forty frames of one pixel each, on a canvas of 4000 × 4000.
            var gif = Array("GIF89a".utf8) + [0xA0, 0x0F, 0xA0, 0x0F, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
            for _ in 0..<40 {
                gif += [0x21, 0xF9, 4, 0, 5, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
            }
            let accepted = try await fixture.store.accept(.bytes(gif + [0x3B]))
            await #expect(throws: MediaError.tooManyPixels) { try await fixture.store.convert(accepted.source) }
        }
    }

    @Test(
        "a picture or a video that ends early never ends the store",
        arguments: ["a.png", "a.jpg", "a.gif", "a.mp4", "a.webm"])
    func truncated(name: String) async throws {
        try await ConverterFixture.open { fixture async throws in
            let whole =
                ["a.mp4", "a.webm"].contains(name)
                ? try await fixture.make("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=d=1", name)
                : try await fixture.picture(name)
            for part in [12, 40, whole.count / 3, whole.count - 20] {
                let accepted = try await fixture.store.accept(.bytes(Array(whole.prefix(part))))
                // A truncated file may still be converted. Otherwise it must be refused with one of these errors.
                do throws(MediaError) {
                    _ = try await fixture.store.convert(accepted.source)
                } catch {
                    #expect([.broken, .unsupported].contains(error), "\(part) bytes: \(error)")
                }
            }
            _ = try await fixture.convert(try await fixture.picture("b.png"))
        }
    }

    @Test("a file's size is held against what it is, and nothing of it is kept")
    func sizes() async throws {
        try await ConverterFixture.open { fixture async throws in
            let png = try await fixture.picture("a.png")
            let large = png + [UInt8](repeating: 0, count: MediaLimits.imageBytes)
            await #expect(throws: MediaError.tooLarge) { try await fixture.store.accept(.bytes(large)) }
            let path = "\(fixture.store.spoolFolder)/large"
            try Data(large).write(to: URL(filePath: path))
            await #expect(throws: MediaError.tooLarge) { try await fixture.store.accept(.file(path: path)) }
            #expect(fixture.paths().isEmpty)
        }
    }

    @Test("a playlist inside of a video opens nothing")
    func playlist() async throws {
        try await ConverterFixture.open { fixture async throws in
            let secret = fixture.folder.appending(path: "secret.txt")
            try Data("CANARY".utf8).write(to: secret)
            let list = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nconcat:\(secret.path)\n#EXT-X-ENDLIST"
            let bytes = Array("\0\0\0\u{18}ftypisom\0\0\0\0isommp42".utf8) + Array(list.utf8)
            let accepted = try await fixture.store.accept(.bytes(bytes))
            await #expect(throws: MediaError.self) { try await fixture.store.convert(accepted.source) }
        }
    }

    @Test(
        "no name leads out of the folder",
        arguments: [
            "../../etc/passwd", "..", ".", "", "a.jpg", "/etc/passwd", "abcdefghijklmnopqrstuvwxyz234567",
            "abcdefghijklmnopqrstuvwxyz234567.svg", "abcdefghijklmnopqrstuvwxyz234567.html",
            "abcdefghijklmnopqrstuvwxyz23456/.jpg", "abcdefghijklmnopqrstuvwxyz234567.jpg.html",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567.jpg", "abcdefghijklmnopqrstuvwxyz234567.jpg\0",
            "abcdefghijklmnopqrstuvwxyz23456é.jpg",
        ])
    func names(text: String) {
        #expect(MediaName(text) == nil)
    }

    @Test("a child that takes too long, too much or fails is ended, and says which")
    func limits() async throws {
        try await ConverterFixture.open { fixture async throws in
            for isSandboxed in try await fixture.ways() {
                try await checkLimits(ChildProcess(folder: fixture.folder.path, isSandboxed: isSandboxed))
            }
        }
    }

    private func checkLimits(_ process: ChildProcess) async throws {
        func end(_ words: [String], _ change: (inout ChildProcess.Limits) -> Void) async -> MediaError? {
            var limits = ChildProcess.Limits.look
            change(&limits)
            do throws(MediaError) {
                _ = try await process.run(words[0], Array(words.dropFirst()), limits)
                return nil
            } catch {
                return error
            }
        }
        #expect(await end(["sleep", "60"]) { $0.deadline = .milliseconds(200) } == .tooSlow)
        #expect(await end(["sh", "-c", "while :; do :; done"]) { $0.processorSeconds = 1 } == .tooSlow)
        let big = ["dd", "if=/dev/urandom", "of=big", "bs=1M", "count=1"]
        #expect(await end(big) { $0.fileBytes = 1_000 } == .tooLarge)
        #expect(await end(["sh", "-c", "kill -SEGV $$"]) { _ in } == .broken)
        await #expect(throws: MediaError.broken) { try await process.run("false", [], .look) }
        await #expect(throws: MediaError.unavailable("no-such-program cannot be run")) {
            try await process.run("no-such-program", [], .look)
        }
    }

    @Test("a child has none of our descriptors and nothing of our environment")
    func descriptors() async throws {
        setenv("TROQUET_TEST_SECRET", "CANARY", 1)
        try await ConverterFixture.open { fixture async throws in
            let open = Foundation.open("/dev/null", O_RDONLY)
            defer { close(open) }
            let list = "for i in {0..63}; do (: >&$i) 2>/dev/null && echo $i; done; true"
            for isSandboxed in try await fixture.ways() {
                let process = ChildProcess(folder: fixture.folder.path, isSandboxed: isSandboxed)
                let listed = try await process.run("bash", ["-c", list], .look)
                #expect(listed == "0\n1\n2\n")
                #expect(try await !process.run("env", [], .look).contains("CANARY"))
                #expect(try await process.run("pwd", [], .look).hasSuffix("\(fixture.folder.lastPathComponent)\n"))
            }
        }
    }

    /// A PNG whose header declares a size and whose pixels are missing.
    private static func png(width: Int, height: Int) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(name.utf8) + data
            return number(data.count) + body + number(Int(crc(body)))
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", number(width) + number(height) + [8, 2, 0, 0, 0])
            + chunk("IDAT", [0x78, 0x9C, 0x63, 0, 0, 0, 0, 0xFF, 0xFF]) + chunk("IEND", [])
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = .max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }
}
