// SPDX-License-Identifier: Apache-2.0

import FileWriting
import Foundation
import Testing

@Suite("Writing a file")
struct AtomicFileTests {
    @Test("it has all bytes, is for its owner alone, and nothing else is left", arguments: [0, 1, 65_536, 3_000_000])
    func written(size: Int) throws {
        try inFolder { folder in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try AtomicFile.write(bytes, to: "\(folder)/file")
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/file")) == Data(bytes))
            #expect(try permissions("\(folder)/file") == 0o600)
            #expect(try names(folder) == ["file"])
        }
    }

    @Test("what stood there is replaced, and a link is not followed")
    func replaced() throws {
        try inFolder { folder in
            let (victim, link) = ("\(folder)/victim", "\(folder)/link")
            try AtomicFile.write("kept".utf8, to: victim)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: victim)
            try AtomicFile.write("new".utf8, to: link)
            #expect(try String(contentsOfFile: victim, encoding: .utf8) == "kept")
            #expect(try String(contentsOfFile: link, encoding: .utf8) == "new")
            #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: link) }
        }
    }

    @Test("a reader sees the old file or the new one, whole, however many write it at once")
    func concurrent() async throws {
        try await inFolder { folder async throws in
            let path = "\(folder)/file"
            try AtomicFile.write(Array(repeating: UInt8(0), count: 100_000), to: path)
            await withTaskGroup(of: Void.self) { group in
                for writer in UInt8(1)...4 {
                    group.addTask {
                        for _ in 0..<20 {
                            #expect(throws: Never.self) {
                                try AtomicFile.write(Array(repeating: writer, count: 100_000), to: path)
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<200 {
                        let seen = FileManager.default.contents(atPath: path) ?? Data()
                        #expect(seen.count == 100_000 && Set(seen).count == 1)
                    }
                }
            }
            #expect(try names(folder) == ["file"])
        }
    }

    @Test("a file that cannot be written says which call failed, and leaves nothing")
    func failures() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/taken", withIntermediateDirectories: false)
            let long = String(repeating: "n", count: 300)
            for (name, expected) in [
                ("no/file", "open: No such file or directory"), ("taken", "rename: Is a directory"),
                (long, "open: File name too long"),
            ] {
                let said = failure { () throws(FileError) in try AtomicFile.write([1], to: "\(folder)/\(name)") }
                #expect(said == expected)
            }
            let closed = failure { () throws(FileError) in try AtomicFile.writeAll([1], to: -1) }
            #expect(closed == "write: Bad file descriptor")
            #expect(try names(folder) == ["taken"])
        }
    }

    @Test("folders are made with those above them, for their owner alone")
    func folders() throws {
        try inFolder { folder in
            try Folder.make("\(folder)/a/b/c")
            try Folder.make("\(folder)/a/b/c")
            #expect(try permissions("\(folder)/a/b") == 0o700)
            try AtomicFile.write([], to: "\(folder)/a/file")
            let said = failure { () throws(FileError) in try Folder.make("\(folder)/a/file/b/c") }
            #expect(said == "mkdir: Not a directory")
        }
    }

    /// The text of the error of a call that must fail.
    private func failure(_ body: () throws(FileError) -> Void) -> String? {
        do throws(FileError) {
            try body()
            return nil
        } catch {
            return error.description
        }
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-file-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-file-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }
}
