// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Writes JSON as bytes, one member after the other. A page of twenty statuses takes a fraction of a millisecond.
///
/// The functions in `Entities` write every documented member. They write null only where apps accept it.
///
/// Names are literals: none of them needs escaping, and none becomes a `String`. ``key(named:)`` writes the few names
/// that are not known when the program is built.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next value needs a comma, because another one precedes it in the same object or array.
    private var isFollowing = false

    /// Reserves space for a small response. A page of statuses doubles it a few times.
    init() {
        bytes.reserveCapacity(4_096)
    }

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

    mutating func number(_ value: Int64) {
        separate()
        digits(value)
    }

    mutating func number(_ value: Int) { number(Int64(value)) }

    /// Writes a number. A number that is not finite is written as null.
    mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes += "\(value)".utf8
    }

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

    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        literal(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        isFollowing = false
    }

    /// Writes a name that comes from a value.
    mutating func key(named name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        isFollowing = false
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func field(_ name: StaticString, _ value: Int) {
        key(name)
        number(value)
    }

    mutating func field(_ name: StaticString, number value: Double?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// Writes an id as a string of digits.
    mutating func field<Entity>(_ name: StaticString, _ id: ID<Entity>?) {
        key(name)
        guard let id else { return null() }
        separate()
        bytes.append(UInt8(ascii: "\""))
        digits(id.rawValue)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, _ time: Timestamp?) {
        key(name)
        guard let time else { return null() }
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes += time.withMilliseconds.utf8
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func null(_ name: StaticString) {
        key(name)
        null()
    }

    mutating func object(_ name: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try object(body)
    }

    mutating func array<Items: Sequence>(
        _ name: StaticString, _ items: Items, _ body: (inout JSONWriter, Items.Element) throws -> Void
    ) rethrows {
        key(name)
        try array(items, body)
    }

    mutating func array(_ name: StaticString, _ texts: some Sequence<String>) {
        array(name, texts) { $0.string($1) }
    }

    /// Writes an empty array.
    mutating func empty(_ name: StaticString) { array(name, [] as [String]) }

    // MARK: - Bytes

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

    private mutating func plain(_ text: StaticString) {
        separate()
        literal(text)
    }

    private mutating func literal(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func digits(_ value: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { room in
            var (place, rest) = (room.count, value.magnitude)
            repeat {
                place -= 1
                room[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                place -= 1
                room[place] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: room[place...])
        }
    }

    /// Most strings contain no byte that must be escaped, so the bytes between two such bytes are copied together.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            while let mark = Self.firstEscaped(in: utf8, from: start) {
                bytes.append(contentsOf: utf8[start..<mark])
                escape(utf8[mark])
                start = mark + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        default: bytes += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
        }
    }

    /// The index of the next byte that must be escaped. Eight bytes are compared at once: a byte that is looked for
    /// becomes zero, and a subtraction sets the highest bit of a byte that is below the limit. The bit may also be set in
    /// a byte after such a byte, so the exact index is searched byte by byte.
    private static func firstEscaped(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let raw = UnsafeRawBufferPointer(utf8)
        var index = start
        while index + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let controls = (word &- ones &* 0x20) & ~word
            let found = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
            if found & highs != 0 { break }
            index += 8
        }
        while index < utf8.count {
            let byte = utf8[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            index += 1
        }
        return nil
    }
}
