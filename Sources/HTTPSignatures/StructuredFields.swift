// SPDX-License-Identifier: Apache-2.0

internal import RawStructuredFieldValues
internal import TextEncoding

/// A dictionary of structured fields, as far as `Signature-Input`, `Signature` and `Content-Digest` go.
///
/// `swift-http-structured-headers` reads and writes the grammar. What stands here is where we are stricter than it,
/// because two readers of one signature must not see two values:
///
/// - A repeated key or parameter is an error. The specification lets the last one win, and the library does not say that
///   there were others, so the separators in the text are counted and compared with what was read.
/// - Base64 has one spelling.
/// - Decimals, and the dates and display strings of RFC 9651, are not read: no field here has any.
/// - There are limits to everything that can be listed. They are looked at before the library reads, whose maps cost
///   the square of their length.
///
/// Spec: RFC 8941 §3, §4.2; RFC 9651.
struct StructuredDictionary {
    enum Failure: Error, Equatable {
        case malformed
        case duplicate
        case base64
        case tooMany
    }

    /// The members in their order; there is one at least.
    let members: OrderedMap<String, ItemOrInnerList>

    private static let largestListCount = 64
    private static let largestParameterCount = 64

    /// - Parameter most: how many members there may be.
    init(_ text: String, most: Int) throws(Failure) {
        let bytes = Array(text.utf8)
        let named = try Self.count(in: bytes)
        guard named.members <= most else { throw .tooMany }
        guard named.parameters <= Self.largestParameterCount else { throw .malformed }
        var parser = StructuredFieldValueParser(bytes)
        guard let members = try? parser.parseDictionaryFieldValue(), !members.isEmpty else { throw .malformed }
        var parameters = 0
        for (_, member) in members { parameters += try Self.check(member) }
        guard members.count == named.members, parameters == named.parameters else { throw .duplicate }
        self.members = members
    }

    /// The bytes of an item; nil when it is no byte sequence.
    static func bytes(_ member: ItemOrInnerList?) -> [UInt8]? {
        guard case .item(let item) = member, case .undecodedByteSequence(let text) = item.rfc9651BareItem else {
            return nil
        }
        return Base64.decode(text.utf8)
    }

    /// The canonical text of an inner list with its parameters. Spec: RFC 8941 §4.1.1.
    static func serialize(_ list: InnerList) throws(Failure) -> String {
        var serializer = StructuredFieldValueSerializer()
        guard let bytes = try? serializer.writeListFieldValue([.innerList(list)]) else { throw .malformed }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Counting

    /// How many members and parameters a text names, if it follows the grammar: a comma outside of strings can only
    /// part members, a semicolon can only begin a parameter.
    private static func count(in text: [UInt8]) throws(Failure) -> (members: Int, parameters: Int) {
        var (members, parameters) = (1, 0)
        var (isQuoted, isEscaped) = (false, false)
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\"") where isQuoted: isQuoted = false
            case _ where isQuoted: break
            // A display string: its backslashes escape nothing, so that this count would miss its end.
            case UInt8(ascii: "\"") where previous == UInt8(ascii: "%"): throw .malformed
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: ","): members += 1
            case UInt8(ascii: ";"): parameters += 1
            default: break
            }
            previous = byte
        }
        return (members, parameters)
    }

    // MARK: - Checking

    /// - Returns: how many parameters the member and the items of its list have.
    private static func check(_ member: ItemOrInnerList) throws(Failure) -> Int {
        switch member {
        case .item(let item): return try check(item)
        case .innerList(let list):
            guard list.bareInnerList.count <= largestListCount else { throw .malformed }
            var count = try check(list.rfc9651Parameters)
            for item in list.bareInnerList { count += try check(item) }
            return count
        }
    }

    private static func check(_ item: Item) throws(Failure) -> Int {
        try check(item.rfc9651BareItem)
        return try check(item.rfc9651Parameters)
    }

    private static func check(_ parameters: OrderedMap<String, RFC9651BareItem>) throws(Failure) -> Int {
        for (_, value) in parameters { try check(value) }
        return parameters.count
    }

    private static func check(_ value: RFC9651BareItem) throws(Failure) {
        switch value {
        case .bool, .integer, .string, .token: return
        case .undecodedByteSequence(let text): guard Base64.decode(text.utf8) != nil else { throw .base64 }
        case .decimal, .date, .displayString: throw .malformed
        }
    }
}
