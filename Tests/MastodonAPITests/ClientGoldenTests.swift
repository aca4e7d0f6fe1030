// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import TestSupport
import Testing
import Vocabulary

/// Runs every file of `federation-specs/client-api`: a list of requests of an app, and the expected last response.
///
/// Ada and Bea are members of a new node. Ids and tokens differ between runs, so they are numbered in the order in
/// which they appear. `GOLDEN=write` writes new responses into the files; review the difference before you commit it.
@Suite("Answers to apps, word for word")
struct ClientGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../federation-specs/client-api").standardizedFileURL
    private static let isWriting = ProcessInfo.processInfo.environment["GOLDEN"] == "write"

    private static var cases: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted()
    }

    @Test("there are cases")
    func some() { #expect(Self.cases.count >= 12) }

    @Test("an app is answered as the file says", arguments: cases)
    func answer(name: String) async throws {
        let file = Self.folder.appending(path: name)
        let golden = try JSON.parse(Array(try Data(contentsOf: file)))
        try await ClientNode.open { node in
            let people = ["ada": try await node.guest("ada", .steward), "bea": try await node.guest("bea")]
            var known: [String: String] = [:]
            var last = JSON.null
            for step in golden["ask"]?.array ?? [] {
                let words = (step["request"]?.string ?? "").split(separator: " ").map(String.init)
                let (method, path) = (try #require(words.first), try #require(words.dropFirst().first))
                let reply = try await node.call(
                    method, Self.filled(path, known), token: step["as"]?.string.flatMap { people[$0]?.token },
                    json: step["body"].map { Self.filled($0, known) })
                if let name = step["keep"]?.string { known[name] = reply.id }
                last = ["status": JSON(reply.status), "body": reply.json]
            }
            let said = Numbering.apply(to: last)
            if Self.isWriting {
                var object = try #require(golden.object)
                object["answer"] = said
                try Data((JSON.object(object).prettyPrinted() + "\n").utf8).write(to: file)
            } else {
                #expect(said == golden["answer"])
            }
        }
    }

    /// Replaces `{post}` with the id that an earlier response had.
    private static func filled(_ text: String, _ known: [String: String]) -> String {
        known.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    private static func filled(_ json: JSON, _ known: [String: String]) -> JSON {
        switch json {
        case .string(let text): .string(filled(text, known))
        case .array(let elements): .array(elements.map { filled($0, known) })
        case .object(let object):
            .object(JSON.Object(object.map { ($0.key, filled($0.value, known)) }))
        default: json
        }
    }
}

/// Replaces long numbers with `#1`, `#2` in the order in which they appear, wherever they occur.
private struct Numbering {
    private var names: [Substring: String] = [:]

    static func apply(to json: JSON) -> JSON {
        var numbering = Numbering()
        return numbering.numbered(json)
    }

    private mutating func numbered(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): return .string(numbered(text))
        case .number(let number): return number.text.utf8.count >= 15 ? .string(numbered(number.text)) : json
        case .array(let elements): return .array(elements.map { numbered($0) })
        case .object(let object):
            var members: [(String, JSON)] = []
            for (key, value) in object { members.append((key, numbered(value))) }
            return .object(JSON.Object(members))
        default: return json
        }
    }

    private mutating func numbered(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(where: \.isNumber) {
            let digits = rest[start...].prefix(while: \.isNumber)
            result += rest[..<start]
            if digits.count >= 15 {
                let name = names[digits] ?? "#\(names.count + 1)"
                names[digits] = name
                result += name
            } else {
                result += digits
            }
            rest = rest[digits.endIndex...]
        }
        return result + rest
    }
}
