// SPDX-License-Identifier: Apache-2.0

import Testing

/// `OutgoingKind` in `Outbox.swift` lists all that an actor of this node can say, with the methods that say it and their file.
@Suite("What can be said")
struct OutgoingActivityTests {
    private static let list = "Sources/Federation/Outbox/Outbox.swift"

    private struct Entry {
        let file: String
        let kind: String
        let methods: [String]
    }

    @Test("everything in the list is said where the list says")
    func listed() throws {
        let entries = try Self.entries()
        try #require(entries.count >= 25, "the list is not found: has its form changed?")
        for entry in entries {
            let text = try SourceTree.text("Sources/Federation/\(entry.file)")
            #expect(text.holds(".\(entry.kind)"), "\(entry.file) does not say \(entry.kind)")
            #expect(!entry.methods.isEmpty, "\(entry.kind) names no method")
            for method in entry.methods {
                #expect(text.holds("func \(method)("), "\(entry.file) has no \(method)")
            }
        }
    }

    @Test("there is one way out")
    func wayOut() throws {
        // `SilentPeers` queues deliveries that were given up once more.
        let queuing = ["Outbox.swift", "SilentPeers.swift"]
        for file in try SourceTree.sources(below: "Sources") where !queuing.contains(file.name) {
            let queues = file.code.contains { $0.holds("OutboxQueue.insert(") || $0.holds("OutboxQueue.deliver(") }
            #expect(!queues, "\(file) passes Outbox.enqueue by")
        }
    }

    /// The lines `case follow = "Follow"  // outbox.follow`, below their `// Activities/Follow.swift`.
    private static func entries() throws -> [Entry] {
        var file = ""
        return try SourceTree.text(list).split(separator: "\n").compactMap { line in
            let line = String(line.drop { $0 == " " })
            if line.hasPrefix("// "), line.hasSuffix(".swift") { file = String(line.dropFirst(3)) }
            guard line.hasPrefix("case "), let comment = line.firstRange(of: "// ") else { return nil }
            let methods = line[comment.upperBound...].split(separator: ",").compactMap { part -> String? in
                guard let start = part.firstRange(of: "outbox.")?.upperBound else { return nil }
                return String(part[start...].prefix { $0.isLetter })
            }
            return Entry(file: file, kind: String(line.dropFirst(5).prefix { $0.isLetter }), methods: methods)
        }
    }
}
