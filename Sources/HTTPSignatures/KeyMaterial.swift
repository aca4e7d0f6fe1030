// SPDX-License-Identifier: Apache-2.0

/// The type of a key. Only this type decides the signature algorithm.
public enum KeyAlgorithm: String, Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5.
    case rsa
    /// Ed25519.
    case ed25519
}

/// Why a key is refused.
public enum KeyError: Error, Equatable {
    /// The text or bytes are not a PEM, DER or multibase public key, or there is other text around the key.
    case malformed
    /// The key is longer than any accepted key; PEM text may have up to 16 kB.
    case tooLarge
    /// The key has another type: a certificate, a private key instead of a public one, DSA, EC, X25519, RSA-PSS and so
    /// on.
    case unsupportedAlgorithm
    /// The RSA modulus is even or outside 2048 ... 8192 bits.
    case unsupportedModulus
    /// The RSA exponent is even, below 3 or longer than 32 bits.
    case unsupportedExponent
    /// The Ed25519 point has a small order, so that anybody can make signatures for it.
    case weakPoint
    /// OpenSSL refused numbers that passed our own checks.
    case library(OpenSSLError)
}

/// The limits for the size of a key.
package struct KeyLimits: Sendable {
    /// The smallest RSA modulus in bits. Only published test vectors of 2014 need 1024; keys from the network never get
    /// that limit.
    package var smallestModulusBits = 2048
    /// The largest RSA modulus in bits; it bounds the cost of one verification.
    package var largestModulusBits = 8192
    /// The largest PEM text in bytes.
    package var largestTextBytes = 16_384

    package init(smallestModulusBits: Int = 2048) { self.smallestModulusBits = smallestModulusBits }
}

/// The numbers of a public key, already checked.
enum KeyMaterial: Hashable, Sendable {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case ed25519([UInt8])

    private static let rsaOID: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    private static let ed25519OID: [UInt8] = [0x2B, 0x65, 0x70]

    var algorithm: KeyAlgorithm {
        switch self {
        case .rsa: .rsa
        case .ed25519: .ed25519
        }
    }

    /// Reads a SubjectPublicKeyInfo. Spec: RFC 5280 §4.1.2.7.
    init(spki bytes: [UInt8], limits: KeyLimits) throws(KeyError) {
        var outer = DERReader(bytes[...])
        guard let info = outer.take(DERReader.sequence), outer.isAtEnd else { throw .malformed }
        var reader = DERReader(info)
        guard let identifier = reader.take(DERReader.sequence), let key = reader.takeBits(), reader.isAtEnd
        else { throw .malformed }
        var algorithm = DERReader(identifier)
        guard let oid = algorithm.take(DERReader.objectIdentifier) else { throw .malformed }
        switch Array(oid) {
        case Self.rsaOID:
            let hasNull = algorithm.take(DERReader.null)?.isEmpty ?? algorithm.isAtEnd
            guard hasNull, algorithm.isAtEnd else { throw .malformed }
            try self.init(pkcs1: Array(key), limits: limits)
        case Self.ed25519OID:
            guard algorithm.isAtEnd else { throw .malformed }
            try self.init(ed25519: Array(key))
        default:
            throw .unsupportedAlgorithm
        }
    }

    /// Reads an RSAPublicKey. Spec: RFC 8017 §A.1.1.
    init(pkcs1 bytes: [UInt8], limits: KeyLimits) throws(KeyError) {
        var outer = DERReader(bytes[...])
        guard let content = outer.take(DERReader.sequence), outer.isAtEnd else { throw .malformed }
        var reader = DERReader(content)
        guard let modulus = reader.takeMagnitude(), let exponent = reader.takeMagnitude(), reader.isAtEnd
        else { throw .malformed }
        try Self.judge(modulus: modulus, exponent: exponent, limits: limits)
        self = .rsa(modulus: modulus, exponent: exponent)
    }

    /// Takes the 32 bytes of an Ed25519 point. Spec: RFC 8032 §5.1.5.
    init(ed25519 bytes: [UInt8]) throws(KeyError) {
        guard bytes.count == 32 else { throw .malformed }
        guard !SmallOrderPoints.contains(bytes) else { throw .weakPoint }
        self = .ed25519(bytes)
    }

    private static func judge(modulus: [UInt8], exponent: [UInt8], limits: KeyLimits) throws(KeyError) {
        guard let first = modulus.first, let last = modulus.last, let exponentEnd = exponent.last
        else { throw .malformed }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard bits >= limits.smallestModulusBits, bits <= limits.largestModulusBits, last & 1 == 1
        else { throw .unsupportedModulus }
        guard exponent.count <= 4, exponentEnd & 1 == 1, exponent != [1] else { throw .unsupportedExponent }
    }

    /// The canonical SubjectPublicKeyInfo of the key.
    var spki: [UInt8] {
        switch self {
        case .rsa:
            let oid = DERWriter.element(DERReader.objectIdentifier, Self.rsaOID)
            let identifier = DERWriter.element(DERReader.sequence, oid + DERWriter.element(DERReader.null, []))
            return DERWriter.element(DERReader.sequence, identifier + DERWriter.bits(payload))
        case .ed25519:
            let oid = DERWriter.element(DERReader.objectIdentifier, Self.ed25519OID)
            let identifier = DERWriter.element(DERReader.sequence, oid)
            return DERWriter.element(DERReader.sequence, identifier + DERWriter.bits(payload))
        }
    }

    /// The key without its algorithm: the RSAPublicKey structure or the Ed25519 point.
    var payload: [UInt8] {
        switch self {
        case .rsa(let modulus, let exponent):
            DERWriter.element(DERReader.sequence, DERWriter.integer(modulus) + DERWriter.integer(exponent))
        case .ed25519(let point):
            point
        }
    }
}

/// The encodings of the eight points whose order divides 8, and of the same points with coordinates above the field's
/// prime.
///
/// OpenSSL accepts such a key, and then one signature is valid for many messages.
/// Spec: RFC 8032 §5.1.7; the list is the one that libsodium refuses.
enum SmallOrderPoints {
    static func contains(_ point: [UInt8]) -> Bool {
        guard point.count == 32, let last = point.last else { return false }
        let withoutSign = point.dropLast() + [last & 0x7F]
        return encodings.contains(Array(withoutSign))
    }

    private static let orderEight: [UInt8] = [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
        0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ]
    private static let orderEightNegated: [UInt8] = [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
        0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ]
    private static let encodings: Set<[UInt8]> = [
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        orderEight,
        orderEightNegated,
        nearPrime(0xEC), nearPrime(0xED), nearPrime(0xEE),
    ]

    private static func nearPrime(_ lowest: UInt8) -> [UInt8] {
        [lowest] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    }
}
