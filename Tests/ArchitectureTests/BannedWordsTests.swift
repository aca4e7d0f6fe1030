// SPDX-License-Identifier: Apache-2.0

import Testing

/// Constructs that may end the process or hide a data race. They need a reason beside them or are forbidden.
@Suite("Banned words")
struct BannedWordsTests {
    /// Constructs that need a comment near them that begins with `// Safe:` and gives the reason.
    private static let needReason = [
        "try!", " as!", "fatalError", "preconditionFailure", "precondition(", "@unchecked Sendable", "unsafeBitCast",
        "nonisolated(unsafe)",
    ]
    /// How many lines before or after the construct the reason may be.
    private static let reach = 6

    @Test("nothing that can trap or race stands without its reason")
    func reasons() throws {
        for file in try SourceTree.sources(below: "Sources") {
            for finding in findings(in: file.code, of: file.text) { Issue.record("\(file):\(finding)") }
        }
    }

    @Test("a dispatch queue has no place here")
    func queues() throws {
        for file in try SourceTree.sources(below: "Sources") {
            let found = file.code.contains { $0.holds("DispatchQueue") || $0.holds("DispatchSemaphore") }
            #expect(!found, "\(file)")
        }
    }

    @Test("locks stand in Database alone")
    func locks() throws {
        let locks = ["NSLock", "NSCondition", "NSRecursiveLock", "pthread_mutex", "NIOLock"]
        for file in try SourceTree.sources(below: "Sources") where !file.path.hasPrefix("Sources/Database/") {
            #expect(!file.code.contains { line in locks.contains { line.holds($0) } }, "\(file)")
        }
    }

    @Test("markup is declared clean in three targets alone")
    func markup() throws {
        let allowed = ["Sources/Markup/", "Sources/Storage/", "Sources/Model/"]
        for file in try SourceTree.sources(below: "Sources") where !allowed.contains(where: file.path.hasPrefix) {
            #expect(!file.code.contains { $0.holds("SanitizedHTML(unchecked") }, "\(file)")
        }
    }

    @Test("there is no TODO")
    func unfinished() throws {
        for file in try SourceTree.sources(below: "Sources") + SourceTree.sources(below: "Tests")
        where !file.path.hasSuffix("BannedWordsTests.swift") {
            #expect(!file.text.holds("TODO") && !file.text.holds("FIXME"), "\(file)")
        }
    }

    @Test(
        "the search finds what it should, and only that",
        arguments: [
            ("let a = try! f()", 1), ("let a = b as! C", 1), ("fatalError()", 1), ("let a = b!", 1), ("a![0]", 1),
            ("f(b!)", 1), ("a[0]!.b", 1), ("f()!.b", 1), ("var a: B!", 1), ("class A: @unchecked Sendable {", 1),
            ("a != b", 0), ("!a", 0), ("if !a, !b() {", 0), ("a! // Safe: it was just set", 0),
            ("// Safe: it was just set\nlet a = b!", 0), ("// a!", 0), ("\"Hello!\"", 0), ("a!=b", 0), ("a !== b", 0),
            ("// Safe: far away\n\n\n\n\n\n\n\nlet a = b!", 1), ("return !a", 0), ("(!a)", 0), ("try? f()", 0),
        ])
    func search(source: String, count: Int) {
        #expect(findings(in: SwiftCode.lines(of: source), of: source).count == count)
    }

    /// The lines with a construct without a reason, with their numbers.
    private func findings(in code: [String], of text: String) -> [String] {
        code.enumerated().compactMap { index, line in
            guard Self.needReason.contains(where: line.holds) || hasForceUnwrap(line) else { return nil }
            let source = text.split(separator: "\n", omittingEmptySubsequences: false)
            let range = max(0, index - Self.reach)...min(source.count - 1, index + Self.reach)
            guard !source[range].contains(where: { $0.contains("// Safe:") }) else { return nil }
            return "\(index + 1): \(line.drop { $0 == " " })"
        }
    }

    /// Whether there is an exclamation mark directly after a value and not before `=`.
    private func hasForceUnwrap(_ line: String) -> Bool {
        guard line.holds("!") else { return false }
        let bytes = Array(line.utf8)
        return bytes.indices.dropFirst().contains { index in
            guard bytes[index] == UInt8(ascii: "!"), isEndOfValue(bytes[index - 1]) else { return false }
            return index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "=")
        }
    }

    private func isEndOfValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ")"), UInt8(ascii: "]"),
            UInt8(ascii: "?"), UInt8(ascii: ">"):
            true
        default: false
        }
    }
}
