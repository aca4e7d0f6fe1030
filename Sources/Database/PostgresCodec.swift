// SPDX-License-Identifier: Apache-2.0

import CPostgres

/// PostgreSQL's type numbers (OIDs) of its built-in types.
private enum TypeNumber {
    static let unknown: Oid = 0
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1_700
}

/// The values of one call in the format of libpq: bytes are binary, all other values are text that ends with a zero
/// byte.
struct PostgresParameters {
    private(set) var types: [Oid] = []
    private var buffer: [UInt8] = []
    /// Where each value begins in `buffer`; `nil` is NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [SQLValue]) {
        types.reserveCapacity(values.count)
        starts.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        formats.reserveCapacity(values.count)
        buffer.reserveCapacity(values.count * 24)
        for value in values {
            switch value {
            case .null: begin(TypeNumber.unknown, isNull: true)
            case .integer(let number): add(number)
            case .boolean(let flag): add(flag ? "t" : "f", type: TypeNumber.bool)
            case .real(let number): add("\(number)", type: TypeNumber.float8)
            case .text(let text): add(text, type: TypeNumber.unknown)
            case .bytes(let bytes): add(bytes)
            }
        }
        // One more byte, so that even an empty last value has an address.
        buffer.append(0)
    }

    private mutating func begin(_ type: Oid, isNull: Bool = false, length: Int32 = 0, format: Int32 = 0) {
        types.append(type)
        starts.append(isNull ? nil : buffer.count)
        lengths.append(length)
        formats.append(format)
    }

    private mutating func add(_ text: String, type: Oid) {
        begin(type)
        buffer += text.utf8
        buffer.append(0)
    }

    /// Ids have eighteen digits, and a page binds a hundred of them: they do not become strings on the way.
    private mutating func add(_ number: Int64) {
        begin(TypeNumber.int8)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { room in
            room[20] = 0
            var (place, rest) = (20, number.magnitude)
            repeat {
                place -= 1
                room[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                place -= 1
                room[place] = UInt8(ascii: "-")
            }
            buffer.append(contentsOf: room[place...20])
        }
    }

    private mutating func add(_ bytes: [UInt8]) {
        begin(TypeNumber.bytea, length: Int32(clamping: bytes.count), format: 1)
        buffer += bytes
    }

    /// Passes the values, their lengths and their formats to `body` for one call.
    func withPointers<R>(_ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> R) -> R {
        buffer.withUnsafeBytes { raw in
            let pointers = starts.map { start in
                start.flatMap { raw.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return body(pointers, lengths, formats)
        }
    }
}

/// The names and types of the columns of a result; the same for all results of one prepared statement.
struct PostgresLayout {
    let columns: Columns
    let types: [Oid]
}

/// Reads a successful result. Borrows it: whoever made it clears it.
struct PostgresResult {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// The number of rows that an INSERT, UPDATE or DELETE changed; 0 for other statements.
    func changedRows() -> Int {
        guard let status = PQcmdStatus(handle), let count = PQcmdTuples(handle) else { return 0 }
        let word = String(cString: status).prefix { $0 != " " }
        guard word == "INSERT" || word == "UPDATE" || word == "DELETE" else { return 0 }
        return Int(String(cString: count)) ?? 0
    }

    func layout() -> PostgresLayout {
        let fields = PQnfields(handle)
        return PostgresLayout(
            columns: Columns((0..<fields).map { PQfname(handle, $0).map { String(cString: $0) } ?? "" }),
            types: (0..<fields).map { PQftype(handle, $0) })
    }

    func rows(_ layout: PostgresLayout) -> [Row] {
        (0..<PQntuples(handle)).map { row in
            var values: [SQLValue] = []
            values.reserveCapacity(layout.types.count)
            for (field, type) in layout.types.enumerated() {
                values.append(value(row: row, field: Int32(field), type: type))
            }
            return Row(columns: layout.columns, values: values)
        }
    }

    private func value(row: Int32, field: Int32, type: Oid) -> SQLValue {
        guard PQgetisnull(handle, row, field) == 0, let start = PQgetvalue(handle, row, field) else { return .null }
        let length = Int(PQgetlength(handle, row, field))
        return start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            Self.value(of: UnsafeBufferPointer(start: bytes, count: length), type: type)
        }
    }

    private static func value(of text: UnsafeBufferPointer<UInt8>, type: Oid) -> SQLValue {
        switch type {
        case TypeNumber.bool:
            return .boolean(text.first == UInt8(ascii: "t"))
        case TypeNumber.bytea:
            return .bytes(bytes(fromHex: text))
        case TypeNumber.int2, TypeNumber.int4, TypeNumber.int8, TypeNumber.oid, TypeNumber.numeric:
            if let number = integer(text) { return .integer(number) }
            return number(text)
        case TypeNumber.float4, TypeNumber.float8:
            return number(text)
        default:
            return .text(String(decoding: text, as: UTF8.self))
        }
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>) -> SQLValue {
        let string = String(decoding: text, as: UTF8.self)
        return Double(string).map { .real($0) } ?? .text(string)
    }

    /// Parses `-?[0-9]+` when it fits in 64 bits.
    private static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? text.dropFirst() : text[...]
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            // The digits are subtracted, because the smallest integer has no positive counterpart.
            let (next, overflowToo) = shifted.subtractingReportingOverflow(digit)
            guard !overflow, !overflowToo else { return nil }
            number = next
        }
        if isNegative { return number }
        return number == .min ? nil : -number
    }

    /// Parses `\x` and pairs of hexadecimal digits.
    private static func bytes(fromHex text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard text.count >= 2 else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        var index = 2
        while index + 1 < text.count {
            bytes.append(nibble(text[index]) << 4 | nibble(text[index + 1]))
            index += 2
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit & 0x0f : (digit & 0x0f) &+ 9
    }
}
