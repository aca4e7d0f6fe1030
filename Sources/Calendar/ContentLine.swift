// SPDX-License-Identifier: Apache-2.0

/// Lines of an iCalendar stream: folded, ended by CR LF, values escaped.
///
/// Spec: RFC 5545 §3.1, §3.3.11; RFC 6868 for parameter values.
struct ContentLines {
    /// Longest line, its end not counted.
    static let limitBytes = 75

    private(set) var bytes: [UInt8] = []

    /// Appends `NAME:value` where the value is already in its final form.
    mutating func add(_ name: String, _ value: String) { fold(name + ":" + value) }

    /// Appends a property whose value is text from people.
    mutating func add(_ name: String, text: String) { fold(name + ":" + Self.escaped(text)) }

    /// Appends a list of texts, nothing when it is empty.
    mutating func add(_ name: String, list: [String]) {
        guard !list.isEmpty else { return }
        fold(name + ":" + list.map(Self.escaped).joined(separator: ","))
    }

    /// Appends a URI, nothing when it could not stand in a line.
    mutating func add(_ name: String, uri: String) {
        if Self.isURI(uri) { fold(name + ":" + uri) }
    }

    static func isURI(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.contains(0x3A)
            && text.unicodeScalars.allSatisfy { !isControl($0) && $0 != " " && $0 != "\"" && $0 != "\u{2028}" }
    }

    /// Escapes a TEXT value. Line ends of any kind become `\n`; other control characters disappear.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": result.append(contentsOf: "\\n".unicodeScalars)
            case "\\", ";", ",": result.append(contentsOf: ["\\", scalar])
            case "\t": result.append(" ")
            default: if !isControl(scalar) { result.append(scalar) }
            }
        }
        return String(result)
    }

    /// A parameter value in quotes.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "^": result += "^^"
            case "\"": result += "^'"
            case "\n": result += "^n"
            default: if !isControl(scalar) { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// Breaks `line` before the 76th byte, between characters; each further line begins with a space that counts.
    private mutating func fold(_ line: String) {
        var length = 0
        for scalar in line.unicodeScalars {
            let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            if length + encoded.count > Self.limitBytes {
                bytes += [0x0D, 0x0A, 0x20]
                length = 1
            }
            bytes += encoded
            length += encoded.count
        }
        bytes += [0x0D, 0x0A]
    }
}

/// Values of dates, offsets and positions.
enum CalendarValue {
    /// `20260904T070000`, without a zone.
    static func local(_ fields: LocalFields) -> String {
        padded(fields.year, 4) + padded(fields.month, 2) + padded(fields.day, 2) + "T" + padded(fields.hour, 2)
            + padded(fields.minute, 2) + padded(fields.second, 2)
    }

    /// `20260904T070000Z`.
    static func utc(_ millis: Int64) -> String { local(TimeZoneRules.utc.localFields(of: millis)) + "Z" }

    /// `+0200`, with seconds only where a zone of old has them.
    static func offset(_ seconds: Int) -> String {
        let size = abs(seconds)
        let rest = size % 60
        return (seconds < 0 ? "-" : "+") + padded(size / 3600, 2) + padded(size / 60 % 60, 2)
            + (rest == 0 ? "" : padded(rest, 2))
    }

    /// `52.486100;13.352300`, or `nil` when it is no place on earth.
    static func position(latitude: Double, longitude: Double) -> String? {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        return decimal(latitude) + ";" + decimal(longitude)
    }

    private static func decimal(_ value: Double) -> String {
        // Safe: the caller checked that the value is within ±180.
        let millionths = Int((value * 1_000_000).rounded())
        let size = abs(millionths)
        return (millionths < 0 ? "-" : "") + "\(size / 1_000_000)." + padded(size % 1_000_000, 6)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
