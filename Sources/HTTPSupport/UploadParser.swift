// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// Splits a multipart body into its parts while it arrives. It buffers little more of a part's content than the length
/// of a delimiter.
///
/// Spec: RFC 7578, RFC 2046 §5.1.1.
struct UploadParser {
    /// The header of a part.
    struct Head: Equatable {
        var name: String
        /// Nil for a plain field; empty for a file field without a chosen file.
        var filename: String?
        var contentType: String?
    }

    /// What the parser found.
    enum Event: Equatable {
        case part(Head)
        case bytes(ArraySlice<UInt8>)
        case partEnd
        case end
    }

    private enum State {
        case preamble, delimiter, head, body, done
    }

    /// The most bytes of a part's header.
    private static let headBytes = 8_192
    /// How many bytes are searched at a time. Processed bytes are removed from the front of `pending`.
    private static let pieceBytes = 16_384
    static let broken = RequestError.malformed(code: "malformed_form")

    private let mark: [UInt8]
    private var state = State.preamble
    // The first delimiter may be at the very beginning of the body, without a line break before it.
    private var pending: [UInt8] = [0x0D, 0x0A]

    init(boundary: String) {
        mark = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the closing delimiter was found.
    var isDone: Bool { state == .done }

    /// Processes the next bytes of the body, or all of it.
    mutating func take(_ bytes: some Collection<UInt8>, _ handle: (Event) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.pieceBytes)
            rest = rest[piece.endIndex...]
            pending += piece
            while try step(handle) {}
        }
    }

    /// - Returns: whether the pending bytes may contain more events.
    private mutating func step(_ handle: (Event) throws -> Void) throws -> Bool {
        switch state {
        case .preamble:
            guard let found = Self.find(mark, in: pending) else {
                pending.removeFirst(max(0, pending.count - mark.count))
                return false
            }
            pending.removeFirst(found + mark.count)
            state = .delimiter
        case .delimiter:
            guard pending.count >= 2 else { return false }
            let isEnd = pending.starts(with: [0x2D, 0x2D])
            guard isEnd || pending.starts(with: [0x0D, 0x0A]) else { throw Self.broken }
            pending.removeFirst(2)
            state = isEnd ? .done : .head
            if isEnd { try handle(.end) }
        case .head:
            guard let found = Self.find([0x0D, 0x0A, 0x0D, 0x0A], in: pending) else {
                guard pending.count <= Self.headBytes else { throw Self.broken }
                return false
            }
            guard found <= Self.headBytes, let head = Head(pending[..<found]) else { throw Self.broken }
            try handle(.part(head))
            // The line break that ends the header of an empty part is also the one that belongs to the next delimiter.
            pending.removeFirst(found + 2)
            state = .body
            isAtBodyStart = true
        case .body:
            return try body(handle)
        case .done:
            pending = []
            return false
        }
        return true
    }

    private var isAtBodyStart = false

    private mutating func body(_ handle: (Event) throws -> Void) throws -> Bool {
        // The two bytes that end the header are still pending. They are not content, but may be the start of a
        // delimiter.
        let skipped = isAtBodyStart ? 2 : 0
        if let found = Self.find(mark, in: pending) {
            if found > skipped { try handle(.bytes(pending[skipped..<found])) }
            try handle(.partEnd)
            pending.removeFirst(found + mark.count)
            state = .delimiter
            return true
        }
        let safe = pending.count - mark.count
        guard safe > skipped else { return false }
        try handle(.bytes(pending[skipped..<safe]))
        pending.removeFirst(safe)
        isAtBodyStart = false
        return false
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard let first = needle.first else { return nil }
        return bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            while buffer.count - start >= needle.count,
                let found = buffer[start...(buffer.count - needle.count)].firstIndex(of: first)
            {
                if buffer[found..<(found + needle.count)].elementsEqual(needle) { return found }
                start = found + 1
            }
            return nil
        }
    }
}

extension UploadParser.Head {
    /// Reads the header lines of a part; nil when there is no name.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var disposition: [String: String] = [:]
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = UploadParser.parameters(of: value)
            case "content-type": contentType = String(value.trimmingSpaces.prefix(255))
            default: continue
            }
        }
        guard let name = disposition["name"] else { return nil }
        self.name = name
        filename = disposition["filename"] ?? disposition["filename*"]
    }
}

// MARK: - Parameters of a header field

extension UploadParser {
    /// The parameters after the first semicolon, with their names in lower case. A quoted value may contain any
    /// character; `\"` stands for a quote.
    static func parameters(of value: Substring) -> [String: String] {
        var found: [String: String] = [:]
        var rest = value.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest[name.endIndex...]
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            let text = rest.first == "\"" ? quoted(&rest) : plain(&rest)
            // Of two parameters with one name the first counts, as in other form parsers.
            if found[name.lowercased()] == nil { found[name.lowercased()] = text }
        }
        return found
    }

    private static func plain(_ rest: inout Substring) -> String {
        let text = rest.prefix { $0 != ";" }
        rest = rest[text.endIndex...]
        return String(text.trimmingSpaces)
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let next = rest.first, next != "\"" {
            rest = rest.dropFirst()
            if next == "\\", rest.first == "\"" {
                text.append("\"")
                rest = rest.dropFirst()
            } else {
                text.append(next)
            }
        }
        rest = rest.drop { $0 != ";" }
        return text
    }
}
