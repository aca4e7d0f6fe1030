// SPDX-License-Identifier: Apache-2.0

/// A writer for iCalendar lines: long lines are folded, lines end with CR LF, values are escaped.
///
/// Spec: RFC 5545 §3.1, §3.3.11; RFC 6868 for parameter values.
struct ContentLines {
    /// The maximum length of a line in bytes, without its line end.
    static let limitBytes = 75

    private(set) var bytes: [UInt8] = []

    /// Appends `NAME:value` where the value is already in its final form.
    mutating func add(_ name: String, _ value: String) { fold(name + ":" + value) }

    /// Appends a property whose value is untrusted plain text.
    mutating func add(_ name: String, text: String) { fold(name + ":" + Self.escaped(text)) }

    /// Appends a list of texts; nothing when the list is empty.
    mutating func add(_ name: String, list: [String]) {
        guard !list.isEmpty else { return }
        fold(name + ":" + list.map(Self.escaped).joined(separator: ","))
    }

    /// Appends a URI; nothing when the URI contains characters that are not allowed in a line.
    mutating func add(_ name: String, uri: String) {
        if Self.isURI(uri) { fold(name + ":" + uri) }
    }

    static func isURI(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.contains(0x3A)
            && text.unicodeScalars.allSatisfy { !isControl($0) && $0 != " " && $0 != "\"" && $0 != "\u{2028}" }
    }

    /// Escapes a TEXT value. Line ends of any kind become `\n`; other control characters are removed.
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

    /// A quoted parameter value.
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

    /// Folds `line` after at most 75 bytes, between characters. Each continuation line begins with a space, which
    /// counts as one byte.
    ///
    /// A backslash stays on the line of the character that it escapes: some readers unescape a line before they unfold
    /// it, and then refuse the event.
    private mutating func fold(_ line: String) {
        var length = 0
        var isEscaped = false
        for scalar in line.unicodeScalars {
            let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            let opensEscape = scalar == "\\" && !isEscaped
            if length + encoded.count + (opensEscape ? 1 : 0) > Self.limitBytes {
                bytes += [0x0D, 0x0A, 0x20]
                length = 1
            }
            bytes += encoded
            length += encoded.count
            isEscaped = opensEscape
        }
        bytes += [0x0D, 0x0A]
    }
}

/// Formatting of dates, offsets and positions.
enum CalendarValue {
    /// Formats `20260904`.
    static func date(_ fields: LocalFields) -> String {
        padded(fields.year, 4) + padded(fields.month, 2) + padded(fields.day, 2)
    }

    /// Formats `20260904T070000`, without a zone.
    static func local(_ fields: LocalFields) -> String {
        padded(fields.year, 4) + padded(fields.month, 2) + padded(fields.day, 2) + "T" + padded(fields.hour, 2)
            + padded(fields.minute, 2) + padded(fields.second, 2)
    }

    /// Formats `20260904T070000Z`.
    static func utc(_ millis: Int64) -> String { local(TimeZoneRules.utc.localFields(of: millis)) + "Z" }

    /// Formats `+0200`. Seconds are written only for historical offsets that have them.
    static func offset(_ seconds: Int) -> String {
        let size = abs(seconds)
        let rest = size % 60
        return (seconds < 0 ? "-" : "+") + padded(size / 3600, 2) + padded(size / 60 % 60, 2)
            + (rest == 0 ? "" : padded(rest, 2))
    }

    /// Formats `52.486100;13.352300`; `nil` when the coordinates are out of range.
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
