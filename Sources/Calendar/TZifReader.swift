// SPDX-License-Identifier: Apache-2.0

/// A reader for compiled time-zone files (TZif), versions 2 to 4.
///
/// Every count in the file is checked against the number of bytes before anything is read. A damaged file gives `nil`.
/// Spec: RFC 8536 §3.
struct TZifReader {
    /// The maximum size of a file, ten times as large as any file of the database.
    static let limitBytes = 262_144

    private struct Counts {
        var isUT = 0
        var isStandard = 0
        var leaps = 0
        var times = 0
        var types = 0
        var characters = 0

        func bytes(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + isStandard + isUT
        }
    }

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8], identifier: String) -> TimeZoneRules? {
        guard bytes.count <= limitBytes else { return nil }
        var reader = TZifReader(bytes)
        return reader.read(identifier: identifier)
    }

    private mutating func read(identifier: String) -> TimeZoneRules? {
        guard let first = readHeader(), first.version >= 0x32, skip(first.counts.bytes(timeSize: 4)) else { return nil }
        // Files with leap seconds are refused, because all other code counts seconds without them.
        guard let counts = readHeader()?.counts, counts.types > 0, counts.leaps == 0,
            counts.bytes(timeSize: 8) <= bytes.count - position
        else { return nil }
        let times = (0..<counts.times).map { _ in readInteger(8) }
        let indices = (0..<counts.times).map { _ in Int(readByte()) }
        let types = (0..<counts.types).map { _ in
            (
                offset: Int64(Int32(truncatingIfNeeded: readInteger(4))), isDaylight: readByte() != 0,
                name: Int(readByte())
            )
        }
        let names = Array(bytes[position..<position + counts.characters])
        guard skip(counts.bytes(timeSize: 8) - counts.times * 9 - counts.types * 6) else { return nil }
        guard zip(times, times.dropFirst()).allSatisfy(<), indices.allSatisfy({ $0 < types.count }) else { return nil }
        let periods = types.compactMap { type -> ZonePeriod? in
            guard abs(type.offset) <= 93_600, type.name < names.count else { return nil }
            let name = names[type.name...].prefix { $0 != 0 }
            return ZonePeriod(
                offset: Int(type.offset), isDaylight: type.isDaylight,
                abbreviation: String(decoding: name, as: UTF8.self))
        }
        guard periods.count == types.count else { return nil }
        return TimeZoneRules(
            identifier: identifier,
            transitions: zip(times, indices).map { ZoneTransition(at: $0, period: periods[$1]) },
            initial: periods[indices.isEmpty ? 0 : firstStandard(periods)], future: PosixRule(readFooter()))
    }

    /// The index of the period before the first transition: the first type that is not daylight-saving time.
    private func firstStandard(_ periods: [ZonePeriod]) -> Int { periods.firstIndex { !$0.isDaylight } ?? 0 }

    private mutating func readHeader() -> (version: UInt8, counts: Counts)? {
        guard bytes.count - position >= 44, bytes[position...].starts(with: "TZif".utf8) else { return nil }
        let version = bytes[position + 4]
        position += 20
        var counts = Counts()
        for field in [\Counts.isUT, \.isStandard, \.leaps, \.times, \.types, \.characters] {
            let value = readInteger(4)
            guard value <= Self.limitBytes, value >= 0 else { return nil }
            counts[keyPath: field] = Int(value)
        }
        return (version, counts)
    }

    private mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, count <= bytes.count - position else { return false }
        position += count
        return true
    }

    // Safe: the callers checked that all bytes of the block exist.
    private mutating func readByte() -> UInt8 {
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func readInteger(_ size: Int) -> Int64 {
        var value: UInt64 = 0
        for _ in 0..<size { value = value << 8 | UInt64(readByte()) }
        return Int64(bitPattern: value)
    }

    private mutating func readFooter() -> String {
        guard position < bytes.count, bytes[position] == 0x0A else { return "" }
        return String(decoding: bytes[(position + 1)...].prefix(128).prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
