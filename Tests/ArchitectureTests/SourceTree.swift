// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The checkout from which these tests were compiled.
enum SourceTree {
    /// The folder of `Package.swift`.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file and its text.
    struct File: Sendable, CustomStringConvertible {
        /// The path from the root: `Sources/Model/ID.swift`.
        let path: String
        let text: String
        /// The lines without comments and literals; empty when it is not a Swift file.
        let code: [String]
        /// The modules that a Swift file imports.
        let imports: Set<String>

        init(path: String) throws {
            self.path = path
            text = try SourceTree.text(path)
            code = path.hasSuffix(".swift") ? SwiftCode.lines(of: text) : []
            imports = SwiftCode.imports(in: code)
        }

        var name: String { String(path.split(separator: "/").last ?? "") }
        /// The lines. A line break at the end of the file adds no empty line.
        var lines: [Substring] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.last == "" ? lines.dropLast() : lines
        }
        var description: String { path }
    }

    /// The names in a folder, including hidden ones; empty when there is no such folder.
    static func names(in folder: String) -> [String] {
        let url = root.appending(path: folder)
        return ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    }

    /// The text of a file.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The paths of all files below a folder, or the path itself when it is a file. Build products are left out.
    static func paths(below path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder) else {
            return []
        }
        guard isFolder.boolValue else { return [path] }
        return names(in: path).filter { $0 != "__pycache__" }.flatMap { paths(below: "\(path)/\($0)") }
    }

    /// The Swift and Python sources below a folder.
    static func sources(below folder: String) throws -> [File] {
        try allSources.get().filter { $0.path.hasPrefix(folder + "/") }
    }

    /// All sources, read once.
    private static let allSources = Result {
        try (paths(below: "Sources") + paths(below: "Tests"))
            .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }
            .map { try File(path: $0) }
    }
}

extension String {
    /// Whether the text contains these bytes. Swift's own search is too slow without optimisation.
    func holds(_ word: String) -> Bool {
        strstr(self, word) != nil
    }
}
