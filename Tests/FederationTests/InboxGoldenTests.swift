// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// One folder of `federation-specs/inbound`: the state before, the activity, and the state afterwards.
struct InboundCase: Sendable, CustomTestStringConvertible {
    let folder: URL

    var testDescription: String { folder.pathComponents.suffix(2).joined(separator: "/") }

    static let all: [InboundCase] = Golden.folder("inbound").flatMap { root in
        Golden.children(of: root).flatMap(Golden.children).map(InboundCase.init)
    }

    func json(_ name: String) throws -> JSON {
        try JSON.parse(Array(Data(contentsOf: folder.appending(path: name))))
    }
}

/// Where the documents are, and whether the test run rewrites them.
enum Golden {
    static let isWriting = ProcessInfo.processInfo.environment["GOLDEN"] == "write"

    /// One engine is enough to write the documents. All engines are compared with them.
    static let engines = isWriting ? [TestEngine.sqlite] : TestEngine.available

    static func folder(_ name: String) -> [URL] {
        var root = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return [root.appending(path: "federation-specs/\(name)")]
    }

    static func children(of folder: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
    }

    static func write(_ text: String, to file: URL) throws {
        try Data(text.utf8).write(to: file)
    }
}

@Suite("What other nodes say")
struct InboxGoldenTests {
    @Test("has the effect that its example tells", arguments: InboundCase.all, Golden.engines)
    func example(_ example: InboundCase, _ engine: TestEngine) async throws {
        try await FederationWorld.run(on: engine) { world in
            var setup = GoldenSetup(world)
            try await setup.apply(try example.json("before.json"))
            let activity = try example.json("activity.json")
            let marker = world.marker()
            let outcome = try await world.receive(activity)
            let expected = try example.json("expect.json")
            let actual = try await Self.actual(outcome, world, after: marker, asked: expected)
            guard !Golden.isWriting else {
                return try Golden.write(
                    actual.prettyPrinted() + "\n", to: example.folder.appending(path: "expect.json"))
            }
            #expect(actual.prettyPrinted() == expected.prettyPrinted())
        }
    }

    @Test("there is an example of everything that we understand")
    func complete() {
        #expect(InboundCase.all.count >= 35)
    }

    @Test("FEDERATION.md names every type that we understand, and every answer that we give")
    func isDocumented() throws {
        for file in Golden.folder("FEDERATION.md") {
            let text = try String(decoding: Data(contentsOf: file), as: UTF8.self)
            let types = handlers.flatMap { $0.types }
            let codes = RejectedRequest.all.map(\.code) + ["overloaded", "federation_off"]
            let said = OutgoingKind.allCases.map(\.type)
            for word in types + codes + said + IgnoreReason.allCases.map(\.rawValue) {
                #expect(text.contains("`\(word)`"), "FEDERATION.md does not say \(word)")
            }
        }
    }

    private static func actual(
        _ outcome: String?, _ world: FederationWorld, after marker: Int64, asked expected: JSON
    ) async throws -> JSON {
        let asked = expected["state"]?.object ?? [:]
        let state = try await world.database.read { db in
            JSON.Object(
                try asked.map { kind, ids in
                    let found = try (ids.object ?? [:]).map { id, wanted in
                        (id, try GoldenState.read(kind, id, in: db).projected(onto: wanted))
                    }
                    return (kind, .object(JSON.Object(found)))
                })
        }
        let sends = try await world.sent(after: marker).map(\.essence)
        return ["outcome": outcome.map { JSON($0) } ?? .null, "state": .object(state), "sends": .array(sends)]
    }
}
