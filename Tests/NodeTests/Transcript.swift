// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Vocabulary

/// The exchanges between two nodes in readable form.
struct Transcript {
    /// A part of the story and its exchanges.
    struct TranscriptSection {
        let title: String
        let exchanges: [Recorder.Exchange]
    }

    let a: TestNode
    let b: TestNode
    var chapters: [TranscriptSection] = []

    /// The whole text. Hosts, ids and signatures are masked, so that two runs differ in little except the dates.
    var text: String {
        var numbers = Numbers()
        var text = """
            Two Troquet nodes, A (a.example) and B (b.example): every request between them, with its answer.

            Addresses are replaced, ids are numbered, signatures and keys are shortened, and what stands in the head of
            every answer is left out; all else is as it was on the wire. Lines with > are the request's head, lines with
            < the answer's. Bodies are set out for reading.

            """
        for chapter in chapters {
            text += "\n\n======== \(chapter.title)\n"
            for exchange in chapter.exchanges { text += "\n" + numbers.mask(hidingHosts(describe(exchange))) }
        }
        return text
    }

    /// One line for each kind of activity that one node posted to the other, without its number. So it does not depend
    /// on timing.
    var messages: Set<String> {
        Set(chapters.flatMap(\.exchanges).filter { $0.request.method == "POST" }.map { hidingHosts(headline($0)) })
    }

    /// The same lines, taken from a text.
    static func messages(of text: String) -> Set<String> {
        Set(text.split(separator: "\n").filter { $0.hasPrefix("---- ") && $0.contains(" POST ") }.map(String.init))
    }

    // MARK: - One exchange

    private func headline(_ exchange: Recorder.Exchange) -> String {
        let direction = exchange.origin == a.origin ? "B to A" : "A to B"
        let body = try? JSON.parse(exchange.request.body)
        let inner = body?["object"]?["type"]?.string.map { " of \($0)" } ?? ""
        let type = body?["type"]?.string.map { " (\($0)\(inner))" } ?? ""
        return
            "---- \(direction): \(exchange.request.method) \(exchange.request.target)\(type), \(exchange.answer.status)"
    }

    private func describe(_ exchange: Recorder.Exchange) -> String {
        let request = exchange.request
        let answer = exchange.answer
        var lines = [headline(exchange)]
        lines += request.headers.map { "> \($0.name): \(Self.shortened($0.value, in: $0.name))" }
        lines += Self.readable(request.body)
        lines.append("< \(answer.status)")
        let telling = ["content-type", "cache-control", "vary", "location", "retry-after"]
        lines += answer.headers.filter { telling.contains($0.name.lowercased()) }.map { "< \($0.name): \($0.value)" }
        lines += Self.readable(answer.body)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func readable(_ body: [UInt8]) -> [String] {
        guard !body.isEmpty else { return [] }
        guard let json = try? JSON.parse(body) else { return ["", String(decoding: body, as: UTF8.self), ""] }
        return ["", json.shorteningKeys().prettyPrinted(), ""]
    }

    /// Keeps only the first characters of a signature.
    private static func shortened(_ value: String, in name: String) -> String {
        guard name.lowercased() == "signature", let start = value.firstRange(of: "signature=\"") else { return value }
        return "\(value[..<start.upperBound])\(value[start.upperBound...].prefix(8))…\""
    }

    private func hidingHosts(_ text: String) -> String {
        var text = text
        for (node, name) in [(a, "a.example"), (b, "b.example")] {
            let encoded = node.host.replacing(":", with: "%3A")
            text = text.replacing("http://\(node.host)", with: "https://\(name)")
                .replacing("http%3A%2F%2F\(encoded)", with: "https%3A%2F%2F\(name)")
                .replacing(node.host, with: name).replacing(encoded, with: name)
        }
        return text
    }
}

/// Replaces long numbers with small ones, in the order in which they occur.
private struct Numbers {
    private var known: [Substring: Int] = [:]

    mutating func mask(_ text: String) -> String {
        var masked = ""
        var rest = text[...]
        while !rest.isEmpty {
            let plain = rest.prefix { !$0.isASCIIDigit }
            rest = rest.dropFirst(plain.count)
            let digits = rest.prefix { $0.isASCIIDigit }
            rest = rest.dropFirst(digits.count)
            masked += plain
            masked += digits.count < 15 ? String(digits) : number(digits)
        }
        return masked
    }

    private mutating func number(_ digits: Substring) -> String {
        let number = known[digits] ?? known.count + 1
        known[digits] = number
        return String(number)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension JSON {
    /// A copy with only the first line of each public key.
    fileprivate func shorteningKeys() -> JSON {
        switch self {
        case .string(let text): text.hasPrefix("-----BEGIN") ? .string("-----BEGIN PUBLIC KEY-----\n…") : self
        case .array(let elements): .array(elements.map { $0.shorteningKeys() })
        case .object(let object): .object(JSON.Object(object.map { ($0.key, $0.value.shorteningKeys()) }))
        default: self
        }
    }
}
