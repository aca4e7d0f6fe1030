// SPDX-License-Identifier: Apache-2.0

import Foundation
import MediaStore
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("Who may do what")
struct AuthorizationTests {
    @Test("every command lets through whom the table says, and refuses everybody else", arguments: TestEngine.available)
    func table(_ engine: TestEngine) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "authorization-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try MediaStore(path: folder.path)
        try await Cafe.open(engine, registration: .approval, store: store) { cafe in
            let stage = try await Stage(cafe)
            for (who, commands) in AuthorizationTable.rows {
                for command in commands {
                    let preparation = try #require(AuthorizationAttempts.all[command], "\(command)")
                    for part in Part.allCases {
                        let passes = try await attempt(preparation, part, stage, "\(command) as \(part)")
                        #expect(passes == who.contains(part.rawValue), "\(command) as \(part)")
                    }
                }
            }
        }
    }

    /// Whether a command lets the principal through. The only other accepted result is a refusal.
    private func attempt(
        _ preparation: Preparation, _ part: Part, _ stage: Stage, _ comment: Comment
    ) async throws -> Bool {
        let scene = try await Scene(stage, part)
        let attempt = try await preparation(scene)
        do {
            try await attempt(try await scene.enter())
            return true
        } catch ServiceError.notAllowed, ServiceError.notFound, ServiceError.signInNeeded {
            return false
        } catch {
            Issue.record(error, comment)
            return false
        }
    }

    @Test("the table names every public command of Services, and nothing else")
    func complete() throws {
        let listed = AuthorizationTable.rows.flatMap(\.commands).map { String($0.prefix { $0 != " " }) }
        let known = Set(listed).union(AuthorizationTable.entrances).union(AuthorizationTable.duties)
            .union(AuthorizationTable.questions).union(AuthorizationTable.reads)
        let written = try Set(PublicCommands.all())
        #expect(written.subtracting(known).sorted() == [], "not in the table")
        #expect(known.subtracting(written).sorted() == [], "not in Services any more")
        #expect(Set(AuthorizationAttempts.all.keys) == Set(AuthorizationTable.rows.flatMap(\.commands)))
    }

    @Test("pages and endpoints name the person who acts, never the operator or the node")
    func attendees() throws {
        for file in try PublicCommands.files(below: ["Sources/WebPages", "Sources/MastodonAPI"]) {
            #expect(!file.text.contains(".onBehalf(") && !file.text.contains("as: .operator"), "\(file.path)")
        }
    }
}

/// The public functions of Services, read from its source.
private enum PublicCommands {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func files(below folders: [String]) throws -> [(path: String, text: String)] {
        try folders.flatMap { folder in
            let paths = FileManager.default.subpaths(atPath: root.appending(path: folder).path) ?? []
            return try paths.filter { $0.hasSuffix(".swift") }.map { path in
                (path, try String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8))
            }
        }
    }

    /// Returns all names, such as `publishPost(_:as:)`.
    static func all() throws -> [String] {
        try files(below: ["Sources/Services"]).flatMap { file in
            file.text.matches(of: /public (?:static )?func (\w+)(?:<[^>]*>)?\(/).map { match in
                "\(match.1)(\(labels(after: match.range.upperBound, in: file.text)))"
            }
        }
    }

    /// Returns the labels of the parameter list that begins here. Text inside nested brackets contains no labels.
    private static func labels(after start: String.Index, in text: String) -> String {
        var (depth, parameters, current) = (1, [String](), "")
        for character in text[start...] {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if depth == 0 { break }
            if character == ",", depth == 1 {
                parameters.append(current)
                current = ""
            } else {
                current.append(character)
            }
        }
        parameters.append(current)
        return parameters.compactMap { parameter in
            parameter.split(whereSeparator: { $0.isWhitespace || $0 == ":" }).first.map { "\($0):" }
        }.joined()
    }
}
