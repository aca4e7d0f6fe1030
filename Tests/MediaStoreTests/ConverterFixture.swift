// SPDX-License-Identifier: Apache-2.0

import Foundation
import MediaStore
import Model
import TestSupport
import Testing

/// A media store in a folder of its own, and functions that create files for it.
struct ConverterFixture: Sendable {
    let store: MediaStore
    let folder: URL

    /// Runs a test with a store, and deletes its folder afterwards.
    static func open(
        sandbox: MediaSandbox = .auto, _ body: (ConverterFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "media-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try MediaStore(path: folder.appending(path: "store").path, sandbox: sandbox)
        try await body(ConverterFixture(store: store, folder: folder))
    }

    /// Whether a child runs in the sandbox: the ways that this system allows. Without a sandbox this says why, and
    /// checks that `doctor` tells an operator what to do.
    func ways() async throws -> [Bool] {
        let finding = try await store.sandboxFinding()
        guard finding != .works else { return [false, true] }
        print("No sandbox on this system: \(finding)")
        #expect(finding.text.contains("Install the package bubblewrap"))
        return [false]
    }

    /// Runs a program in the folder. The last argument is the file that it creates.
    @discardableResult
    func make(_ words: String...) async throws -> [UInt8] {
        try await TestProgram.make(words, in: folder)
    }

    /// A test picture made by ffmpeg: `a.png`, `a.jpg`, `a.gif`.
    func picture(_ name: String, size: String = "64x48") async throws -> [UInt8] {
        try await make("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=\(size)", "-frames:v", "1", name)
    }

    /// The same picture in another format, converted by libvips.
    func copy(_ name: String, to target: String) async throws -> [UInt8] {
        try await make("vips", "copy", name, target)
    }

    /// Accepts bytes as an upload and converts them.
    func convert(_ bytes: [UInt8]) async throws(MediaError) -> ConvertedMedia {
        let accepted = try await store.accept(.bytes(bytes))
        defer { store.discard(source: accepted.source) }
        return try await store.convert(accepted.source)
    }

    /// The bytes of a stored file.
    func read(_ name: MediaName?) async throws -> [UInt8] {
        let name = try #require(name)
        let file = try #require(try await store.open(name))
        return try await file.read(from: 0, count: file.size)
    }

    /// The codec, pixel format and frame rate of each stream of a stored video.
    func streams(_ name: MediaName?) async throws -> [[String]] {
        try Data(try await read(name)).write(to: folder.appending(path: "finished"))
        let answer = try await make(
            "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,pix_fmt,avg_frame_rate", "-of",
            "csv=print_section=0", "finished", "-o", "streams")
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: ",").map(String.init)
        }
    }

    /// Every file in the store's folder, including its working folders.
    func paths() -> [String] {
        let root = folder.appending(path: "store").path
        let all = FileManager.default.subpaths(atPath: root) ?? []
        return all.filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }
}

extension [UInt8] {
    /// Whether the bytes contain a text.
    func holds(_ text: String) -> Bool {
        Data(self).range(of: Data(text.utf8)) != nil
    }

    /// A JPEG with an EXIF segment after its first marker: a rotation, a GPS position, and a word to search for.
    func withCameraData(_ word: String) -> [UInt8] {
        var exif: [UInt8] = Array("Exif\0\0".utf8)
        // Little endian; the first directory is at byte 8 and has two entries: orientation 6, and a GPS directory at
        // byte 38.
        exif += [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 2, 0]
        exif += [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        exif += [0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]
        // The GPS directory has one entry, `GPSLatitudeRef`.
        exif += [1, 0, 1, 0, 2, 0, 2, 0, 0, 0, 0x4E, 0, 0, 0, 0, 0, 0, 0]
        exif += Array(word.utf8)
        let length = exif.count + 2
        let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif
        let comment = [0xFF, 0xFE, 0, UInt8(word.utf8.count + 2)] + Array(word.utf8)
        return Array(prefix(2)) + segment + comment + Array(dropFirst(2))
    }
}
