// SPDX-License-Identifier: Apache-2.0

internal import CZlib
public import NIOCore

/// Bytes that are compressed with gzip, except for some parts that can still be replaced.
///
/// The replaceable parts are the form tokens of a page. They are never compressed, for two reasons. A cached page gets
/// the token of each visitor without being compressed again. And the size of a compressed page says nothing about the
/// token in it, whatever else is on the page (the attack that is called BREACH).
///
/// Spec: RFC 1951 (deflate), RFC 1952 (gzip).
public struct Gzip: Sendable {
    /// How hard zlib tries.
    public enum Effort: Int32, Sendable {
        /// For what is sent once.
        case once = 3
        /// For what is sent several times.
        case kept = 6
        /// For what is sent as long as the program runs.
        case always = 9
    }

    /// The compressed bytes.
    public private(set) var bytes: [UInt8]
    /// Where each replaceable part begins in ``bytes``.
    private var gaps: [Int] = []
    /// The length of each replaceable part.
    private let gapLength: Int
    /// The checksum and length of the text around the replaceable parts: before the first one, between them, after the
    /// last one.
    private var pieces: [(checksum: UInt, length: Int)] = []

    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    /// A part of a deflate stream that is not compressed states its length in sixteen bits.
    private static let longestGap = 0xFFFF

    /// Compresses bytes.
    ///
    /// - Parameters:
    ///   - offsets: where the replaceable parts begin, in order. They contain the same text and do not overlap.
    ///   - gapLength: the length of each of them, at most 65,535 bytes.
    /// - Returns: nil when the offsets are wrong, when a text with such parts contains a zero byte, or without memory.
    public init?(_ text: [UInt8], leaving offsets: [Int] = [], of gapLength: Int = 0, effort: Effort) {
        let gap = offsets.first.map { $0 + gapLength <= text.count ? text[$0..<$0 + gapLength] : [] } ?? []
        // A zero would be found in what the compressor believes to be in the place of the gaps.
        guard gapLength <= Self.longestGap, offsets.isEmpty || !text.contains(0),
            let deflater = Deflater(effort.rawValue)
        else { return nil }
        self.gapLength = gapLength
        bytes = Self.header
        bytes.reserveCapacity(text.count / 3 + 256)
        var start = 0
        for offset in offsets {
            guard offset >= start, offset + gapLength <= text.count, text[offset..<offset + gapLength] == gap,
                deflater.add(text[start..<offset], Z_SYNC_FLUSH, to: &bytes)
            else { return nil }
            pieces.append(Self.checksum(text[start..<offset]))
            gaps.append(bytes.count + 5)
            let length = UInt16(gapLength)
            // One block that is not compressed and not the last one.
            bytes += [0, UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
            bytes += text[offset..<offset + gapLength]
            guard deflater.skip(gapLength) else { return nil }
            start = offset + gapLength
        }
        guard deflater.add(text[start...], Z_FINISH, to: &bytes) else { return nil }
        pieces.append(Self.checksum(text[start...]))
        bytes += [UInt8](repeating: 0, count: 8)
        finish(with: Self.checksum(gap).checksum, textLength: text.count)
    }

    /// Compresses a buffer.
    public init?(_ text: ByteBuffer, leaving offsets: [Int] = [], of gapLength: Int = 0, effort: Effort) {
        self.init(Array(text.readableBytesView), leaving: offsets, of: gapLength, effort: effort)
    }

    /// Returns the bytes with a text in the place of each replaceable part. It must be as long as these parts.
    public func filled(with text: [UInt8]) -> [UInt8] {
        guard text.count == gapLength, !gaps.isEmpty else { return bytes }
        var filled = self
        for gap in gaps { filled.bytes.replaceSubrange(gap..<gap + gapLength, with: text) }
        let length = pieces.reduce(gaps.count * gapLength) { $0 + $1.length }
        filled.finish(with: Self.checksum(text[...]).checksum, textLength: length)
        return filled.bytes
    }

    /// Writes the checksum and the length of the text at the end.
    private mutating func finish(with gap: UInt, textLength: Int) {
        var all = pieces.first?.checksum ?? 0
        for piece in pieces.dropFirst() {
            all = crc32_combine(all, gap, gapLength)
            all = crc32_combine(all, piece.checksum, piece.length)
        }
        let end = bytes.count - 8
        for index in 0..<4 {
            bytes[end + index] = UInt8(truncatingIfNeeded: all >> UInt(8 * index))
            bytes[end + 4 + index] = UInt8(truncatingIfNeeded: textLength >> (8 * index))
        }
    }

    private static func checksum(_ part: ArraySlice<UInt8>) -> (checksum: UInt, length: Int) {
        (part.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32(truncatingIfNeeded: $0.count)) }, part.count)
    }
}

/// One deflate stream.
private final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var room = [UInt8](repeating: 0, count: 16_384)

    init?(_ level: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_begin(stream, level) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a part and appends what comes out.
    ///
    /// - Parameter flush: `Z_SYNC_FLUSH` ends at a whole byte, `Z_FINISH` ends the stream.
    func add(_ part: ArraySlice<UInt8>, _ flush: Int32, to bytes: inout [UInt8]) -> Bool {
        part.withUnsafeBufferPointer { input in
            // Safe: zlib reads its input and does not change it.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(truncatingIfNeeded: input.count)
            defer { stream.pointee.next_in = nil }
            var result = Z_OK
            repeat {
                let written = room.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(output.count)
                    result = deflate(stream, flush)
                    return output.count - Int(stream.pointee.avail_out)
                }
                bytes += room[..<written]
                // Z_BUF_ERROR: there was nothing left to do.
                guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return false }
            } while stream.pointee.avail_out == 0
            return flush != Z_FINISH || result == Z_STREAM_END
        }
    }

    /// Tells the stream that bytes were written beside it, so that its distances stay right. It knows them as zeros,
    /// which no text contains, so that nothing is ever found in them.
    func skip(_ count: Int) -> Bool {
        guard count > 0 else { return true }
        let zeros = [UInt8](repeating: 0, count: count)
        return deflateSetDictionary(stream, zeros, UInt32(count)) == Z_OK
    }
}
