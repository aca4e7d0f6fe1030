// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// The PEM encoding of a public key.
///
/// Only white space may surround the PEM block or appear inside its base64. Different software reads a key with other
/// text around it differently, and then two servers disagree about who signed.
/// Spec: RFC 7468.
enum PEM {
    /// The structure inside the PEM block, named by the label.
    enum Kind: String, CaseIterable {
        case spki = "PUBLIC KEY"
        case pkcs1 = "RSA PUBLIC KEY"
    }

    static func decode(_ text: String, limits: KeyLimits) throws(KeyError) -> (kind: Kind, der: [UInt8]) {
        guard text.utf8.count <= limits.largestTextBytes else { throw .tooLarge }
        let trimmed = trim(Array(text.utf8))
        for kind in Kind.allCases {
            let head = Array("-----BEGIN \(kind.rawValue)-----".utf8)
            let tail = Array("-----END \(kind.rawValue)-----".utf8)
            guard trimmed.starts(with: head) else { continue }
            let body = trimmed.dropFirst(head.count)
            guard body.count >= tail.count, body.suffix(tail.count).elementsEqual(tail) else { throw .malformed }
            let digits = body.dropLast(tail.count).filter { !isSpace($0) }
            guard !digits.isEmpty, let der = Base64.decode(digits) else { throw .malformed }
            return (kind, der)
        }
        let isOtherArmour = trimmed.starts(with: Array("-----BEGIN ".utf8))
        throw isOtherArmour ? .unsupportedAlgorithm : .malformed
    }

    static func encode(_ der: [UInt8]) -> String {
        var lines = ["-----BEGIN \(Kind.spki.rawValue)-----"]
        var rest = Base64.encode(der)[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END \(Kind.spki.rawValue)-----")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func trim(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let leading = bytes.drop(while: isSpace)
        guard let end = leading.lastIndex(where: { !isSpace($0) }) else { return [] }
        return leading[...end]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// The Multikey encoding of a public key: `z`, then base58btc of a multicodec prefix and the key.
///
/// Spec: FEP-521a, Controlled Identifiers §2.2.2 (Multikey), Multicodec 0xed (ed25519-pub) and 0x1205 (rsa-pub).
enum Multibase {
    private static let ed25519Prefix: [UInt8] = [0xED, 0x01]
    private static let rsaPrefix: [UInt8] = [0x85, 0x24]
    /// This is longer than an RSA key of 8192 bits. The limit exists because decoding base58 costs the square of its
    /// length.
    private static let largestTextBytes = 2048

    static func decode(_ text: String, limits: KeyLimits) throws(KeyError) -> KeyMaterial {
        guard text.utf8.count <= largestTextBytes else { throw .tooLarge }
        guard text.utf8.first == UInt8(ascii: "z"), let bytes = Base58.decode(text.utf8.dropFirst())
        else { throw .malformed }
        if bytes.starts(with: ed25519Prefix) { return try KeyMaterial(ed25519: Array(bytes.dropFirst(2))) }
        if bytes.starts(with: rsaPrefix) { return try KeyMaterial(pkcs1: Array(bytes.dropFirst(2)), limits: limits) }
        throw .unsupportedAlgorithm
    }

    static func encode(_ material: KeyMaterial) -> String {
        let prefix = material.algorithm == .rsa ? rsaPrefix : ed25519Prefix
        return "z" + Base58.encode(prefix + material.payload)
    }
}

/// Base58 with Bitcoin's alphabet, for short byte strings.
enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        let zeros = bytes.prefix { $0 == 0 }.count
        let digits = convert(bytes.dropFirst(zeros), from: 256, to: 58)
        // Safe: `convert` returns digits below 58, the length of the alphabet.
        let text = [UInt8](repeating: UInt8(ascii: "1"), count: zeros) + digits.map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        for byte in text {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            digits.append(UInt8(value))
        }
        let zeros = digits.prefix { $0 == 0 }.count
        return [UInt8](repeating: 0, count: zeros) + convert(digits.dropFirst(zeros), from: 58, to: 256)
    }

    /// Converts a number, most significant digit first, from one base to another.
    private static func convert(_ digits: ArraySlice<UInt8>, from: Int, to base: Int) -> [UInt8] {
        var output: [UInt8] = []
        for digit in digits {
            var carry = Int(digit)
            for index in output.indices {
                carry += Int(output[index]) * from
                output[index] = UInt8(carry % base)
                carry /= base
            }
            while carry > 0 {
                output.append(UInt8(carry % base))
                carry /= base
            }
        }
        return output.reversed()
    }
}
