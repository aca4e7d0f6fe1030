// SPDX-License-Identifier: Apache-2.0

/// draft-cavage-http-signatures-12: one `Signature` header with `keyId`, `algorithm`, `headers` and `signature`.
///
/// The signing string has one line per listed header, `name: value`, joined by line feeds. This is safe only when no
/// value can contain a line feed: `HeaderRules` refuses such requests before this code runs.
package enum CavageSignature {
    /// The parameters of the header, unescaped. The verifier checks their meaning.
    package struct Parameters: Equatable {
        package var keyID: String?
        package var algorithm: String?
        package var headers: String?
        package var signature: String?
        package var created: String?
        package var expires: String?

        /// The parameters of a signer that states no times.
        package static let empty = Parameters()
    }

    static let largestHeaderBytes = 8192
    private static let largestList = 64

    /// Parses `a="b",c=d`. Values may be quoted, and white space around commas and equals signs is allowed.
    ///
    /// Spec: RFC 7235 §2.1 (auth-param). Some senders write the scheme name `Signature` first; it is skipped.
    package static func parameters(of header: String) throws(SignatureError) -> Parameters {
        guard header.utf8.count <= largestHeaderBytes else { throw .malformedSignature }
        var reader = ParameterReader(header)
        reader.skipScheme()
        var found: [String: String] = [:]
        repeat {
            let (name, value) = try reader.pair()
            guard found.updateValue(value, forKey: name) == nil else { throw .duplicateParameter }
        } while try reader.skipComma()
        return Parameters(
            keyID: found["keyid"], algorithm: found["algorithm"], headers: found["headers"],
            signature: found["signature"], created: found["created"], expires: found["expires"])
    }

    /// The listed header names in lower case.
    ///
    /// - Throws: `duplicateParameter` when a name is listed twice, `weakCoverage` when the list is empty.
    package static func list(_ headers: String?) throws(SignatureError) -> [String] {
        let names = (headers ?? "").split(separator: " ").map { Characters.lowercased($0) }
        guard !names.isEmpty else { throw .weakCoverage }
        guard names.count <= largestList else { throw .malformedSignature }
        guard Set(names).count == names.count else { throw .duplicateParameter }
        for name in names where !name.hasPrefix("(") {
            guard Characters.isToken(name) else { throw .malformedSignature }
        }
        return names
    }

    static func declared(_ algorithm: String?) throws(SignatureError) -> DeclaredAlgorithm {
        switch algorithm.map({ Characters.lowercased($0) }) {
        case nil, "hs2019": return .hs2019
        case "rsa-sha256": return .rsaSHA256
        case "ed25519": return .ed25519
        default: throw .unsupportedAlgorithm
        }
    }

    /// Builds the signing string.
    ///
    /// - Parameters:
    ///   - names: the listed headers and pseudo-headers, in order.
    ///   - target: path and query to sign; the verifier also tries the path without the query.
    /// - Throws: `missingHeader`, `dateMissing` when a listed time has no value, `unsupportedComponent`.
    package static func signingString(
        _ names: [String], head: RequestHead, target: String, parameters: Parameters
    ) throws(SignatureError) -> [UInt8] {
        var lines: [String] = []
        for name in names {
            lines.append("\(name): \(try value(of: name, head: head, target: target, parameters: parameters))")
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func value(
        of name: String, head: RequestHead, target: String, parameters: Parameters
    ) throws(SignatureError) -> String {
        switch name {
        case "(request-target)":
            return "\(Characters.lowercased(head.method)) \(target)"
        case "(created)":
            guard let created = parameters.created else { throw .dateMissing }
            return created
        case "(expires)":
            guard let expires = parameters.expires else { throw .dateMissing }
            return expires
        case "host":
            return head.signedValue(of: name) ?? head.authority
        default:
            guard !name.hasPrefix("(") else { throw .unsupportedComponent }
            guard let value = head.signedValue(of: name) else {
                throw name == "date" ? .dateMissing : name == "digest" ? .digestMissing : .missingHeader
            }
            return value
        }
    }
}

/// A cursor that reads authentication parameters.
private struct ParameterReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    mutating func skipScheme() {
        skipSpace()
        let word = Array("signature ".utf8)
        let start = rest.prefix(word.count).map { $0 | 0x20 }
        if start == word { rest = rest.dropFirst(word.count) }
        skipSpace()
    }

    /// Takes `name = value`; the name is returned in lower case.
    mutating func pair() throws(SignatureError) -> (name: String, value: String) {
        let name = rest.prefix(while: Characters.isToken)
        rest = rest.dropFirst(name.count)
        skipSpace()
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { throw .malformedSignature }
        skipSpace()
        let value = rest.first == UInt8(ascii: "\"") ? try quoted() : try bare()
        return (Characters.lowercased(String(decoding: name, as: UTF8.self)), value)
    }

    /// Takes the comma before the next parameter.
    ///
    /// - Returns: whether another parameter follows; `false` at the end.
    mutating func skipComma() throws(SignatureError) -> Bool {
        skipSpace()
        guard let next = rest.popFirst() else { return false }
        guard next == UInt8(ascii: ",") else { throw .malformedSignature }
        skipSpace()
        return true
    }

    private mutating func quoted() throws(SignatureError) -> String {
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard let escaped = rest.popFirst() else { throw .malformedSignature }
            text.append(escaped)
        }
        throw .malformedSignature
    }

    private mutating func bare() throws(SignatureError) -> String {
        let value = rest.prefix { (0x21...0x7E).contains($0) && !"\",;\\".utf8.contains($0) }
        guard !value.isEmpty else { throw .malformedSignature }
        rest = rest.dropFirst(value.count)
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func skipSpace() { rest = rest.drop(while: Characters.isSpace) }
}
