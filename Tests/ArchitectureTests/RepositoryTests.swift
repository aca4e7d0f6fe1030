// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The repository")
struct RepositoryTests {
    private static let topLevel: Set = [
        "Package.swift", "Sources", "Tests", "federation-specs", "deploy", "README.md", "LICENSE", ".gitignore",
        ".swift-format", ".ci",
    ]
    /// Files of version control, of the package manager and of a running node.
    private static let byproducts: Set = [".git", ".build", ".swiftpm", "Package.resolved", "troquet-data"]

    @Test("the top level holds these names and no others")
    func top() {
        let names = Set(SourceTree.names(in: ".")).subtracting(Self.byproducts)
        #expect(names == Self.topLevel)
    }

    @Test("nothing names a place on one machine, or a package registry")
    func places() throws {
        // Concatenated here, so that this file itself does not contain them.
        let machine = ["work/", "tmp/troquet", "opt/swift", "root/", "home/"].map { "/" + $0 }
        let registries = ["pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "docker" + ".io"]
        for path in Self.topLevel.sorted().flatMap({ SourceTree.paths(below: $0) }) {
            guard let text = try? SourceTree.text(path) else { continue }
            for word in machine + registries {
                #expect(!names(text, word), "\(path) names \(word)")
            }
        }
    }

    @Test("what is meant to be run can be run")
    func executables() throws {
        for path in ["deploy/run", "deploy/test", ".ci/run"] {
            #expect(try SourceTree.text(path).hasPrefix("#!"), "\(path)")
        }
        for path in Self.topLevel.sorted().flatMap({ SourceTree.paths(below: $0) }) {
            let isScript = (try? SourceTree.text(path))?.hasPrefix("#!") == true
            let isExecutable = FileManager.default.isExecutableFile(atPath: SourceTree.root.appending(path: path).path)
            if isScript { #expect(isExecutable, "\(path) begins with #! and is not executable") }
        }
    }

    /// Whether a text contains a path, but not as the continuation of a longer path or a URL.
    private func names(_ text: String, _ word: String) -> Bool {
        guard word.hasPrefix("/"), text.holds(word) else { return text.holds(word) }
        return text.ranges(of: word).contains { range in
            guard range.lowerBound > text.startIndex else { return true }
            let before = text[text.index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || before == "}" || before == "." || before == "-")
        }
    }
}
