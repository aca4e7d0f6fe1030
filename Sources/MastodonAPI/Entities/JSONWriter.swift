// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import Model
internal import TextEncoding

/// Writes JSON as bytes, one member after the other. A page of twenty statuses takes a fraction of a millisecond.
///
/// The functions in `Entities` write every documented member. They write null only where apps accept it.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next value needs a comma, because another one precedes it in the same object or array.
    private var isFollowing = false

    // MARK: - Values

    mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        begin(UInt8(ascii: "{"))
        try body(&self)
        end(UInt8(ascii: "}"))
    }

    mutating func array<Items: Sequence>(
        _ items: Items, _ body: (inout JSONWriter, Items.Element) throws -> Void
    ) rethrows {
        begin(UInt8(ascii: "["))
        for item in items { try body(&self, item) }
        end(UInt8(ascii: "]"))
    }

    mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    mutating func number(_ value: Int64) { plain(String(value)) }

    mutating func number(_ value: Int) { plain(String(value)) }

    /// Writes a number. A number that is not finite is written as null.
    mutating func number(_ value: Double) { plain(value.isFinite ? "\(value)" : "null") }

    mutating func bool(_ value: Bool) { plain(value ? "true" : "false") }

    mutating func null() { plain("null") }

    /// Writes JSON that was already encoded.
    mutating func raw(_ json: [UInt8]) {
        separate()
        bytes += json
    }

    /// Writes members of an object that were already encoded, without the braces.
    mutating func raw(members: [UInt8]) {
        guard !members.isEmpty else { return }
        separate()
        bytes += members
    }

    // MARK: - Members

    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        isFollowing = false
    }

    mutating func field(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func field(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    mutating func field(_ name: String, number value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// Writes an id as a string of digits.
    mutating func field<Entity>(_ name: String, _ id: ID<Entity>?) {
        field(name, id.map(\.description))
    }

    mutating func field(_ name: String, _ time: Timestamp?) {
        field(name, time.map(Self.text))
    }

    mutating func null(_ name: String) {
        key(name)
        null()
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try object(body)
    }

    mutating func array<Items: Sequence>(
        _ name: String, _ items: Items, _ body: (inout JSONWriter, Items.Element) throws -> Void
    ) rethrows {
        key(name)
        try array(items, body)
    }

    mutating func array(_ name: String, _ texts: some Sequence<String>) {
        array(name, texts) { $0.string($1) }
    }

    /// Writes an empty array.
    mutating func empty(_ name: String) { array(name, [] as [String]) }

    // MARK: - Bytes

    /// `2026-01-02T03:04:05.678Z`, with exactly three digits of a second. Without them, some apps show the current
    /// time.
    static func text(of time: Timestamp) -> String { Dates.isoMilliseconds(time.milliseconds) }

    /// `2026-01-02`.
    static func day(of time: Timestamp) -> String { String(time.description.prefix(10)) }

    private mutating func separate() {
        if isFollowing { bytes.append(UInt8(ascii: ",")) }
        isFollowing = true
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        isFollowing = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        isFollowing = true
    }

    private mutating func plain(_ text: String) {
        separate()
        bytes += text.utf8
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0..<0x20: bytes += "\\u00\(Hexadecimal.encode([byte]))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
