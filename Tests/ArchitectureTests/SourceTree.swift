// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The checkout that these tests were compiled from.
enum SourceTree {
    /// Where `Package.swift` lies.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file and its text.
    struct File: Sendable, CustomStringConvertible {
        /// From the root: `Sources/Model/ID.swift`.
        let path: String
        let text: String
        /// Of Swift files the lines without comments and literals; of others none.
        let code: [String]
        /// Of Swift files the modules that they import.
        let imports: Set<String>

        init(path: String) throws {
            self.path = path
            text = try SourceTree.text(path)
            code = path.hasSuffix(".swift") ? SwiftCode.lines(of: text) : []
            imports = SwiftCode.imports(in: code)
        }

        var name: String { String(path.split(separator: "/").last ?? "") }
        /// The lines; a line end at the end of the file begins none.
        var lines: [Substring] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.last == "" ? lines.dropLast() : lines
        }
        var description: String { path }
    }

    /// The names in a folder, hidden ones too; none when there is no such folder.
    static func names(in folder: String) -> [String] {
        let url = root.appending(path: folder)
        return ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    }

    /// The text of a file.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The paths of all files below a folder, or the path itself when it is a file; what builds leave is no file.
    static func paths(below path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder) else {
            return []
        }
        guard isFolder.boolValue else { return [path] }
        return names(in: path).filter { $0 != "__pycache__" }.flatMap { paths(below: "\(path)/\($0)") }
    }

    /// The sources below a folder: Swift, and Python where tests are written in it.
    static func sources(below folder: String) throws -> [File] {
        try allSources.get().filter { $0.path.hasPrefix(folder + "/") }
    }

    /// Read once, by whichever test is first.
    private static let allSources = Result {
        try (paths(below: "Sources") + paths(below: "Tests"))
            .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }
            .map { try File(path: $0) }
    }
}

extension String {
    /// Whether these bytes stand in it. The library's own search is too slow without optimisation.
    func holds(_ word: String) -> Bool {
        strstr(self, word) != nil
    }
}
