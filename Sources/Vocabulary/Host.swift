// SPDX-License-Identifier: Apache-2.0

/// The normal form of host names and IP addresses. Identifiers, handles and peer policies all use it.
public enum Host {
    /// Normalises a host: lower case, `xn--` for international labels, IPv6 in brackets and in its shortest form.
    ///
    /// - Returns: `nil` for every other input: an empty label, a trailing dot, a percent sign, an IPv6 zone, an IPv4
    ///   address that is not four plain decimal numbers, or a character that Unicode normalisation (NFKC) changes.
    ///
    /// Spec: RFC 1123 §2.1; RFC 3492; RFC 5952; UTS #46.
    public static func normalise(_ text: some StringProtocol) -> String? {
        guard text.isEmpty == false, text.utf8.count <= 1024 else { return nil }
        if text.utf8.first == UInt8(ascii: "[") { return bracketed(String(text)) }
        if isPlainName(text.utf8) { return String(text) }
        var labels: [String] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let label = label(String(part)) else { return nil }
            labels.append(label)
        }
        let name = labels.joined(separator: ".")
        guard name.utf8.count <= 253, let last = labels.last else { return nil }
        return looksNumeric(last) ? plainIPv4(name) : name
    }

    /// Splits `host[:port]`.
    ///
    /// - Returns: the normalised host and the port, which is `defaultPort` when none is written; `nil` when either is
    ///   malformed.
    public static func split(_ authority: some StringProtocol, defaultPort: Int) -> (host: String, port: Int)? {
        let text = String(authority)
        let afterAddress = text.utf8.first == UInt8(ascii: "[") ? text.utf8.firstIndex(of: UInt8(ascii: "]")) : nil
        let tail = text[(afterAddress ?? text.startIndex)...]
        guard let colon = tail.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            return normalise(text).map { ($0, defaultPort) }
        }
        guard let port = port(text[text.utf8.index(after: colon)...]), let host = normalise(text[..<colon])
        else { return nil }
        return (host, port)
    }

    private static func port(_ digits: Substring) -> Int? {
        guard (1...5).contains(digits.utf8.count), digits.utf8.first != UInt8(ascii: "0"),
            digits.utf8.allSatisfy(isDigit), let port = Int(digits), port <= 65_535
        else { return nil }
        return port
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

// MARK: - Names

extension Host {
    /// Whether a host is in normal form already; false also for some unusual ones that are.
    static func isNormal(_ utf8: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        isPlainName(utf8) || isPlainIPv4(utf8)
    }

    /// Whether this is an IPv4 address in four plain decimal numbers.
    private static func isPlainIPv4(_ utf8: some Sequence<UInt8>) -> Bool {
        var (parts, digits, number) = (1, 0, 0)
        for byte in utf8 {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, parts < 4 else { return false }
                (parts, digits, number) = (parts + 1, 0, 0)
            } else {
                guard isDigit(byte), digits == 0 || number > 0, digits < 3 else { return false }
                (digits, number) = (digits + 1, number * 10 + Int(byte & 15))
                guard number <= 255 else { return false }
            }
        }
        return parts == 4 && digits > 0
    }

    /// Whether the name is already normalised and its last label begins with a lower-case letter. This fast path covers
    /// nearly all names.
    private static func isPlainName(_ utf8: some Sequence<UInt8>) -> Bool {
        var (length, labelLength, labelStart, previous) = (0, 0, UInt8(0), UInt8(ascii: "."))
        for byte in utf8 {
            length += 1
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                break
            case UInt8(ascii: "-"):
                if labelLength == 0 { return false }
            case UInt8(ascii: "."):
                if labelLength == 0 || labelLength > 63 || previous == UInt8(ascii: "-") { return false }
            default: return false
            }
            if labelLength == 0 { labelStart = byte }
            labelLength = byte == UInt8(ascii: ".") ? 0 : labelLength + 1
            previous = byte
        }
        return length <= 253 && (1...63).contains(labelLength) && previous != UInt8(ascii: "-")
            && labelStart >= UInt8(ascii: "a")
    }

    private static func label(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return internationalLabel(text) }
        guard (1...63).contains(text.utf8.count), text.utf8.first != 0x2D, text.utf8.last != 0x2D else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A: bytes.append(byte | 0x20)
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x5F: bytes.append(byte)
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Accepts only letters, marks and digits that Unicode's compatibility folding does not change. So two spellings
    /// that look alike, for example with full-width or invisible characters, never become one name.
    private static func internationalLabel(_ text: String) -> String? {
        let scalars = Array(text.lowercased().unicodeScalars)
        guard scalars.first != "-", scalars.last != "-", scalars.allSatisfy(isAllowed),
            let encoded = Punycode.encode(scalars)
        else { return nil }
        return label("xn--" + encoded)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar == "-" || isDigit(UInt8(scalar.value)) || ("a"..."z").contains(scalar) }
        if scalar.value == 0xDF || scalar.value == 0x3C2 { return true }
        guard scalar.properties.changesWhenNFKCCaseFolded == false else { return false }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }
}

// MARK: - Addresses

extension Host {
    private static func looksNumeric(_ label: String) -> Bool {
        label.utf8.allSatisfy(isDigit) || label.hasPrefix("0x")
    }

    private static func plainIPv4(_ name: String) -> String? { ipv4(name) == nil ? nil : name }

    private static func ipv4(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(isDigit), part == "0" || part.first != "0",
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func bracketed(_ text: String) -> String? {
        guard text.utf8.last == UInt8(ascii: "]"), let groups = ipv6(String(text.dropFirst().dropLast())) else {
            return nil
        }
        return "[" + spelling(of: groups) + "]"
    }

    private static func ipv6(_ text: String) -> [UInt16]? {
        guard (2...45).contains(text.utf8.count) else { return nil }
        guard let gap = firstGap(in: text) else { return groups(text[...]).flatMap { $0.count == 8 ? $0 : nil } }
        let tail = text[gap.upperBound...]
        guard firstGap(in: String(tail)) == nil, tail.first != ":",
            let before = groups(text[..<gap.lowerBound]), let after = groups(tail),
            before.count + after.count <= 7, text[..<gap.lowerBound].contains(".") == false
        else { return nil }
        return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    }

    private static func firstGap(in text: String) -> Range<String.Index>? {
        var previous: String.Index?
        for index in text.indices {
            if let previous, text[previous] == ":", text[index] == ":" { return previous..<text.index(after: index) }
            previous = index
        }
        return nil
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (position, part) in parts.enumerated() {
            if position == parts.count - 1, part.contains(".") {
                guard let bytes = ipv4(part) else { return nil }
                groups.append(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
                groups.append(UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }

    private static func spelling(of groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        for position in 0...groups.count where position == groups.count || groups[position] != 0 {
            if position - start > max(longest.count, 1) { longest = start..<position }
            start = position + 1
        }
        let words = groups.map { String($0, radix: 16) }
        guard longest.isEmpty == false else { return words.joined(separator: ":") }
        return words[..<longest.lowerBound].joined(separator: ":") + "::"
            + words[longest.upperBound...].joined(separator: ":")
    }
}
