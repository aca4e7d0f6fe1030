// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Each supported activity type must have a recorded example: `federation-specs/inbound/PEER/TYPE…/activity.json`.
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

    /// The types in `static let types = ["Accept", "TentativeAccept"]` of all handlers.
    private func handledTypes() throws -> [String] {
        try SourceTree.sources(below: "Sources/Federation/Activities").flatMap { file -> [String] in
            guard let start = file.text.firstRange(of: Self.mark)?.upperBound else { return [] }
            return file.text[start...].prefix { $0 != "]" }.split(separator: ",").map { item in
                item.filter { $0.isLetter }
            }
        }
    }

    /// The activity types that are recorded, by the first word of their folder's name.
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
