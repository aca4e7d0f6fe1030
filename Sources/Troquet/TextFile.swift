// SPDX-License-Identifier: Apache-2.0

import FileWriting
import FoundationEssentials

/// Reads and writes small text files.
enum TextFile {
    /// The text of a file; nil when it cannot be read or is not UTF-8.
    static func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(data: data, encoding: .utf8)
    }

    /// Writes a file that only its owner may read.
    static func write(_ text: String, to path: String) throws {
        do throws(FileError) {
            try AtomicFile.write(text.utf8, to: path)
        } catch {
            throw ConfigurationError("\(path) cannot be written (\(error)).")
        }
    }

    /// Whether a file or folder exists at a path.
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Creates a folder, and its parent folders if wanted.
    static func makeFolder(_ path: String, withParents: Bool = true) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: withParents)
    }
}
