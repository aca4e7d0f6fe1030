// SPDX-License-Identifier: Apache-2.0

/// A parser for the ISO 8601 formats that other servers send.
struct ISODateReader {
    private var rest: ArraySlice<UInt8>
    private var hour: Int64 = 0
    private var minute: Int64 = 0
    private var second: Int64 = 0
    private var millisecond: Int64 = 0
    private var offset: Int64?

    /// Parses a date.
    ///
    /// - Returns: nil when the text is not such a date.
    static func read(_ text: String) -> DateReading? {
        let bytes = Array(text.utf8.prefix(65))
        guard (10...64).contains(bytes.count), bytes[4] == 0x2D, bytes[7] == 0x2D,
            let year = DateTime.number(bytes[0..<4]), let month = DateTime.number(bytes[5..<7]),
            let day = DateTime.number(bytes[8..<10])
        else { return nil }
        var reader = ISODateReader(rest: bytes[10...])
        guard reader.readTime(),
            let instant = DateTime.milliseconds(
                year: year, month: month, day: day, hour: reader.hour, minute: reader.minute, second: reader.second)
        else { return nil }
        return DateReading(
            milliseconds: instant + reader.millisecond - (reader.offset ?? 0) * 1000,
            offsetSeconds: reader.offset.map { Int($0) }, isDateOnly: bytes.count == 10)
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    private mutating func readTime() -> Bool {
        if rest.isEmpty { return true }
        guard let mark = rest.popFirst(), mark | 0x20 == 0x74 || mark == 0x20 else { return false }
        guard let hour = twoDigits(), skip(0x3A), let minute = twoDigits() else { return false }
        self.hour = hour
        self.minute = minute
        if skip(0x3A) {
            guard let second = twoDigits() else { return false }
            self.second = second
        }
        if skip(0x2E) || skip(0x2C), readFraction() == false { return false }
        return readOffset() && rest.isEmpty
    }

    private mutating func twoDigits() -> Int64? {
        guard rest.count >= 2, let value = DateTime.number(rest.prefix(2)) else { return nil }
        rest = rest.dropFirst(2)
        return value
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func readFraction() -> Bool {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        rest = rest.dropFirst(digits.count)
        let kept = Array(digits.prefix(3)) + Array(repeating: 0x30, count: max(0, 3 - digits.count))
        millisecond = DateTime.number(kept[...]) ?? 0
        return digits.isEmpty == false
    }

    private mutating func readOffset() -> Bool {
        guard let mark = rest.popFirst() else { return true }
        if mark | 0x20 == 0x7A {
            offset = 0
            return true
        }
        guard mark == 0x2B || mark == 0x2D, let hours = twoDigits(), hours < 24 else { return false }
        _ = skip(0x3A)
        let minutes = rest.isEmpty ? 0 : twoDigits()
        guard let minutes, minutes < 60 else { return false }
        offset = (hours * 3600 + minutes * 60) * (mark == 0x2D ? -1 : 1)
        return true
    }
}
