// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding of bytes. Spec: RFC 3986 §2.1; WHATWG URL, application/x-www-form-urlencoded.
public enum PercentEncoding {
    /// Decodes percent-encoded text.
    ///
    /// - Parameter plusIsSpace: whether `+` means a space, as it does in forms and queries.
    /// - Returns: nil when an escape is incomplete or invalid, or when the result is not UTF-8 or contains a NUL.
    public static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
        text(of: Array(bytes), plusIsSpace: plusIsSpace)
    }

    private static func text(of bytes: [UInt8], plusIsSpace: Bool) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(Hexadecimal.value(of:)),
                    let low = iterator.next().flatMap(Hexadecimal.value(of:))
                else { return nil }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
            default: decoded.append(byte)
            }
        }
        guard !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Escapes every byte that is not unreserved, so that the text can be used in a path segment or a query.
    public static func encode(_ text: String) -> String {
        encode(text) { !isUnreserved($0) }
    }

    /// Escapes the bytes for which `needsEscape` is true. A percent sign gets no special treatment.
    public static func encode(_ text: String, where needsEscape: (UInt8) -> Bool) -> String {
        guard text.utf8.contains(where: needsEscape) else { return text }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 2)
        for byte in text.utf8 {
            if needsEscape(byte) { append(byte, to: &encoded) } else { encoded.append(byte) }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Appends the escape of one byte, with upper-case digits.
    public static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(Hexadecimal.upperDigit(byte >> 4))
        bytes.append(Hexadecimal.upperDigit(byte))
    }

    /// Whether a byte is unreserved: a letter, a digit or one of `-._~`. Escaping does not change the meaning of these
    /// bytes. Spec: RFC 3986 §2.3.
    @inlinable
    public static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}

extension String {
    /// The text escaped for a path segment or a query: all characters except letters, digits and `-._~` are escaped.
    public var percentEncoded: String { PercentEncoding.encode(self) }
}
