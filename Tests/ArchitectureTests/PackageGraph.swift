// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The targets that `Package.swift` declares, as SwiftPM reads them.
struct PackageGraph: Sendable {
    /// One target and its declared dependencies.
    struct Target: Sendable, CustomStringConvertible {
        let name: String
        let type: String
        /// The folder of its sources, from the root.
        let path: String
        /// The targets of this package on which it depends.
        let targets: Set<String>
        /// The products of other packages on which it depends.
        let products: Set<String>

        var isTest: Bool { type == "test" }
        var isSystemLibrary: Bool { type == "system" }
        var description: String { name }
    }

    let targets: [Target]
    /// The packages of the manifest by identity, each with its exact version; nil when the version is not exact.
    let packages: [String: String?]

    /// The graph of this package. It is read once, because that takes a second.
    static let ours = Result { try PackageGraph() }

    func target(_ name: String) -> Target? {
        targets.first { $0.name == name }
    }

    /// Runs SwiftPM in a scratch folder of its own, because the process that runs the tests may have locked the usual
    /// one.
    private init() throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "troquet-dump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        // Files and not pipes, because a full pipe that nobody reads would block the child process.
        let output = scratch.appending(path: "package.json")
        let errors = scratch.appending(path: "errors")
        for file in [output, errors] { try Data().write(to: file) }
        let swift = Process()
        swift.executableURL = URL(filePath: "/usr/bin/env")
        swift.arguments = [
            "swift", "package", "--package-path", SourceTree.root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        swift.standardInput = FileHandle.nullDevice
        swift.standardOutput = try FileHandle(forWritingTo: output)
        swift.standardError = try FileHandle(forWritingTo: errors)
        try swift.run()
        swift.waitUntilExit()
        guard swift.terminationStatus == 0 else {
            throw DumpFailure(message: try String(contentsOf: errors, encoding: .utf8))
        }
        let dump = try JSONDecoder().decode(Dump.self, from: try Data(contentsOf: output))
        targets = dump.targets.map(\.target)
        let packages = dump.dependencies.flatMap(\.sourceControl)
        self.packages = Dictionary(packages.map { ($0.identity, $0.requirement.exact?.first) }) { first, _ in first }
    }

    private struct DumpFailure: Error {
        let message: String
    }
}

/// The part of SwiftPM's JSON that is needed here.
private struct Dump: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]

        var target: PackageGraph.Target {
            PackageGraph.Target(
                name: name, type: type, path: path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)"),
                targets: Set(dependencies.compactMap(\.byName)), products: Set(dependencies.compactMap(\.product)))
        }
    }

    /// `{"byName": [name, condition]}` or `{"product": [name, package, aliases, condition]}`.
    struct Dependency: Decodable {
        let byName: String?
        let product: String?

        private enum Keys: String, CodingKey {
            case byName, product, target
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            func first(_ key: Keys) throws -> String? {
                guard values.contains(key) else { return nil }
                var list = try values.nestedUnkeyedContainer(forKey: key)
                return try list.decode(String.self)
            }
            byName = try first(.byName) ?? first(.target)
            product = try first(.product)
        }
    }

    /// `{"sourceControl": [{"identity": name, "requirement": {"exact": [version]}}]}`.
    struct Package: Decodable {
        struct Source: Decodable {
            let identity: String
            let requirement: Requirement
        }

        struct Requirement: Decodable {
            let exact: [String]?
        }

        let sourceControl: [Source]
    }

    let targets: [Target]
    let dependencies: [Package]
}
