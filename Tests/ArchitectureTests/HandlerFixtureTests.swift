// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Each activity that we understand has a recorded case of it: `federation-specs/inbound/PEER/TYPE…/activity.json`.
@Suite("Handlers and their fixtures")
struct HandlerFixtureTests {
    @Test("every activity type that a handler names has a fixture")
    func fixtures() throws {
        let types = try handledTypes()
        try #require(types.count >= 10, "the handlers' types are not found: has their spelling changed?")
        let cases = try recordedCases()
        for type in types {
            #expect(
                cases[type.lowercased()]?.contains(type) == true, "no federation-specs/inbound/*/\(type.lowercased())*")
        }
    }

    @Test("every handler is in the list")
    func listed() throws {
        let list = try SourceTree.text("Sources/Federation/Activities/Handlers.swift")
        for file in try SourceTree.sources(below: "Sources/Federation/Activities") where file.text.holds(Self.mark) {
            let name = file.name.dropLast(".swift".count)
            #expect(list.holds("\(name)Handler.self"), "\(file) is not in Handlers.swift")
        }
    }

    private static let mark = "static let types = ["

    /// What stands in `static let types = ["Accept", "TentativeAccept"]`, over all handlers.
    private func handledTypes() throws -> [String] {
        try SourceTree.sources(below: "Sources/Federation/Activities").flatMap { file -> [String] in
            guard let start = file.text.firstRange(of: Self.mark)?.upperBound else { return [] }
            return file.text[start...].prefix { $0 != "]" }.split(separator: ",").map { item in
                item.filter { $0.isLetter }
            }
        }
    }

    /// By the first word of the case's folder, the types of the activities that are recorded there.
    private func recordedCases() throws -> [String: Set<String>] {
        var cases: [String: Set<String>] = [:]
        for path in SourceTree.paths(below: "federation-specs/inbound") where path.hasSuffix("/activity.json") {
            let folder = path.split(separator: "/").dropLast().last ?? ""
            let json = try JSONSerialization.jsonObject(with: Data(try SourceTree.text(path).utf8))
            let type = try #require((json as? [String: Any])?["type"] as? String, "\(path) has no type")
            cases[String(folder.prefix { $0.isLetter }), default: []].insert(type)
        }
        return cases
    }
}
