// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("The files")
struct FileTests {
    private static let limitLines = 400
    /// Names that do not say what a file contains.
    private static let emptyNames = ["Utils", "Util", "Utilities", "Helper", "Helpers", "Common", "Misc", "Manager"]

    @Test("no file is longer than 400 lines")
    func length() throws {
        for file in try SourceTree.sources(below: "Sources") + SourceTree.sources(below: "Tests") {
            #expect(file.lines.count <= Self.limitLines, "\(file) has \(file.lines.count) lines")
        }
    }

    @Test("a file's name says what is in it")
    func names() {
        for path in SourceTree.paths(below: "Sources") + SourceTree.paths(below: "Tests") {
            let name = path.split(separator: "/").last?.split(separator: ".").first ?? ""
            for empty in Self.emptyNames {
                #expect(!name.hasSuffix(empty) && !name.hasPrefix(empty), "\(path)")
            }
        }
    }

    @Test("every source says its licence in its first line")
    func licence() throws {
        let line = "SPDX-License-Identifier: Apache-2.0"
        for file in try SourceTree.sources(below: "Sources") + SourceTree.sources(below: "Tests") {
            #expect(file.lines.first?.hasSuffix(line) == true, "\(file)")
        }
    }
}
