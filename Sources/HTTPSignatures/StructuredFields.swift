// SPDX-License-Identifier: Apache-2.0

internal import RawStructuredFieldValues
internal import TextEncoding

/// A dictionary of structured fields, limited to what `Signature-Input`, `Signature` and `Content-Digest` need.
///
/// `swift-http-structured-headers` reads and writes the syntax. This type is stricter than the library, because two
/// parsers must never read two different values from one signature:
///
/// - A repeated key or parameter is an error. The specification lets the last one win, and the library does not report
///   the repetition. So the separators in the text are counted and compared with the number of parsed members and
///   parameters.
/// - Base64 has only one accepted spelling.
/// - Decimals, and the dates and display strings of RFC 9651, are refused, because none of these fields contains them.
/// - Every list has a limit. The limits are checked before the library parses, because its maps cost the square of
///   their length.
///
/// Spec: RFC 8941 §3, §4.2; RFC 9651.
struct StructuredDictionary {
    enum Failure: Error, Equatable {
        case malformed
        case duplicate
        case base64
        case tooMany
    }

    /// The members in their order; at least one.
    let members: OrderedMap<String, ItemOrInnerList>

    private static let largestListCount = 64
    private static let largestParameterCount = 64

    /// - Parameter most: the maximum number of members.
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

    /// The bytes of an item; `nil` when the item is not a byte sequence.
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

    /// The number of members and parameters in a syntactically valid text. A comma outside strings can only separate
    /// members, and a semicolon outside strings can only begin a parameter.
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
            // This is a display string. Backslashes do not escape in it, so this loop would miss its end.
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

    /// Checks a member.
    ///
    /// - Returns: the number of parameters of the member and of the items in its list.
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
