// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// A dictionary of structured fields, as far as `Signature-Input`, `Signature` and `Content-Digest` go.
///
/// Stricter than the specification in three places: a repeated key or parameter is an error rather than the last one
/// winning, decimals are not read, and base64 has one spelling. The reader works on bytes and asks before each step
/// whether there is one, so no input can make it read past the end.
/// Spec: RFC 8941 §3, §4.2.
struct StructuredDictionary {
    enum Failure: Error, Equatable {
        case malformed
        case duplicate
        case base64
        case tooMany
    }

    enum Item: Equatable {
        case integer(Int64)
        case string(String)
        case token(String)
        case bytes([UInt8])
        case boolean(Bool)
    }

    typealias Parameters = [(name: String, value: Item)]

    struct Element {
        var item: Item
        var parameters: Parameters
    }

    enum Member {
        case item(Element)
        case list([Element], Parameters)
    }

    private(set) var members: [(key: String, member: Member)] = []

    subscript(key: String) -> Member? { members.first { $0.key == key }?.member }

    /// - Parameter most: how many members there may be.
    init(_ text: String, most: Int) throws(Failure) {
        var reader = StructuredReader(text)
        reader.skipSpaces()
        while true {
            let key = try reader.key()
            guard self[key] == nil else { throw .duplicate }
            guard members.count < most else { throw .tooMany }
            members.append((key, try reader.member()))
            reader.skipWhitespace()
            guard !reader.isAtEnd else { return }
            guard reader.skip(",") else { throw .malformed }
            reader.skipWhitespace()
        }
    }

    /// The canonical text of an inner list with its parameters. Spec: RFC 8941 §4.1.1.
    static func serialize(_ list: [Element], _ parameters: Parameters) -> String {
        let items = list.map { serialize($0.item) + serialize($0.parameters) }
        return "(" + items.joined(separator: " ") + ")" + serialize(parameters)
    }

    private static func serialize(_ parameters: Parameters) -> String {
        var text = ""
        for (name, value) in parameters {
            text += value == .boolean(true) ? ";\(name)" : ";\(name)=\(serialize(value))"
        }
        return text
    }

    private static func serialize(_ item: Item) -> String {
        switch item {
        case .integer(let value): String(value)
        case .string(let value): quoted(value)
        case .token(let value): value
        case .bytes(let value): ":" + Base64.encode(value) + ":"
        case .boolean(let value): value ? "?1" : "?0"
        }
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }
}

/// The cursor that reads structured fields.
struct StructuredReader {
    typealias Failure = StructuredDictionary.Failure

    private var rest: ArraySlice<UInt8>
    private static let largestList = 64

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func skipSpaces() { rest = rest.drop { $0 == 0x20 } }

    mutating func skipWhitespace() { rest = rest.drop(while: Characters.isSpace) }

    mutating func key() throws(Failure) -> String {
        guard let first = rest.first, Characters.isLower(first) || first == UInt8(ascii: "*") else { throw .malformed }
        return take { Characters.isLower($0) || Characters.isDigit($0) || "_-.*".utf8.contains($0) }
    }

    mutating func member() throws(Failure) -> StructuredDictionary.Member {
        guard skip("=") else {
            return .item(.init(item: .boolean(true), parameters: try parameters()))
        }
        guard skip("(") else { return .item(try element()) }
        let list = try innerList()
        return .list(list, try parameters())
    }

    private mutating func innerList() throws(Failure) -> [StructuredDictionary.Element] {
        var list: [StructuredDictionary.Element] = []
        while true {
            skipSpaces()
            if skip(")") { return list }
            guard list.count < Self.largestList else { throw .malformed }
            list.append(try element())
            guard let next = rest.first, next == 0x20 || next == UInt8(ascii: ")") else { throw .malformed }
        }
    }

    private mutating func element() throws(Failure) -> StructuredDictionary.Element {
        let item = try item()
        return .init(item: item, parameters: try parameters())
    }

    private mutating func parameters() throws(Failure) -> StructuredDictionary.Parameters {
        var found: StructuredDictionary.Parameters = []
        while skip(";") {
            skipSpaces()
            let name = try key()
            guard !found.contains(where: { $0.name == name }) else { throw .duplicate }
            found.append((name, skip("=") ? try item() : .boolean(true)))
        }
        return found
    }

    private mutating func item() throws(Failure) -> StructuredDictionary.Item {
        guard let first = rest.first else { throw .malformed }
        switch first {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: ":"): return .bytes(try bytes())
        case UInt8(ascii: "?"): return .boolean(try boolean())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        default:
            guard Characters.isLetter(first) || first == UInt8(ascii: "*") else { throw .malformed }
            return .token(take { Characters.isToken($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") })
        }
    }

    private mutating func string() throws(Failure) -> String {
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst(), next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                else { throw .malformed }
                text.append(next)
            case 0x20...0x7E:
                text.append(byte)
            default:
                throw .malformed
            }
        }
        throw .malformed
    }

    private mutating func bytes() throws(Failure) -> [UInt8] {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed }
        guard let value = Base64.decode(rest[..<end]) else { throw .base64 }
        rest = rest[end...].dropFirst()
        return value
    }

    private mutating func boolean() throws(Failure) -> Bool {
        rest = rest.dropFirst()
        if skip("1") { return true }
        if skip("0") { return false }
        throw .malformed
    }

    /// At most 15 digits, so the value times 1000 still fits in 64 bits.
    private mutating func integer() throws(Failure) -> Int64 {
        let isNegative = skip("-")
        let digits = take(Characters.isDigit)
        guard (1...15).contains(digits.utf8.count), let value = Int64(digits), rest.first != UInt8(ascii: ".")
        else { throw .malformed }
        return isNegative ? -value : value
    }

    private mutating func take(_ belongs: (UInt8) -> Bool) -> String {
        let taken = rest.prefix(while: belongs)
        rest = rest.dropFirst(taken.count)
        return String(decoding: taken, as: UTF8.self)
    }
}
