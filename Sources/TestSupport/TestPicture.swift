// SPDX-License-Identifier: Apache-2.0

/// Makes pictures for tests in Swift, so that no external program is needed.
public enum TestPicture {
    /// An uncompressed PNG with a gradient from red to blue.
    public static func png(width: Int = 8, height: Int = 6) -> [UInt8] {
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)
            for x in 0..<width {
                rows += [UInt8(255 - 255 * x / width), UInt8(255 * y / height), UInt8(255 * x / width)]
            }
        }
        let head = number(UInt32(width)) + number(UInt32(height)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", head) + chunk("IDAT", stored(rows))
            + chunk("IEND", [])
    }

    /// Wraps bytes in uncompressed deflate blocks. Spec: RFC 1950 and 1951.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(65_535)
            let length = UInt16(block.count)
            let ends = [length, ~length].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            result += [rest.isEmpty ? 1 : 0] + ends + block
        } while !rest.isEmpty
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return result + number(b << 16 | a)
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var sum: UInt32 = .max
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return number(UInt32(data.count)) + body + number(~sum)
    }

    private static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
}
