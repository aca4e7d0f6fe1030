// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Finds the end of one HTTP/1.1 response, and its status; nothing else of it matters here.
///
/// Requests are never pipelined, so a response ends where the received bytes end. That makes it far cheaper than the
/// server that it measures, with which it shares the processors.
struct ResponseReader {
    private var buffer = ByteBuffer()
    private var head: Head?

    private struct Head {
        var status: Int
        var bytes: Int
        /// nil for a chunked body.
        var length: Int?
    }

    /// Takes in what arrived.
    ///
    /// - Returns: the status, once the response is complete.
    mutating func receive(_ bytes: ByteBuffer) -> Int? {
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
        if head == nil { head = buffer.withUnsafeReadableBytes(Self.head) }
        guard let head, isComplete(head) else { return nil }
        self.head = nil
        buffer = ByteBuffer()
        return head.status
    }

    private func isComplete(_ head: Head) -> Bool {
        if let length = head.length { return buffer.readableBytes >= head.bytes + length }
        return buffer.readableBytes >= head.bytes + 5
            && buffer.withUnsafeReadableBytes { $0.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
    }

    private static func head(_ bytes: UnsafeRawBufferPointer) -> Head? {
        guard let end = endOfHead(bytes), end > 12 else { return nil }
        var head = Head(status: number(bytes[9..<12]) ?? 0, bytes: end, length: 0)
        for line in bytes[..<end].split(separator: 10) {
            if isField("content-length:", line) {
                head.length = number(line.dropFirst(15).drop { $0 == 32 }.prefix { $0 != 13 }) ?? 0
            } else if isField("transfer-encoding:", line) {
                head.length = nil
            }
        }
        return head
    }

    private static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10 { return index + 1 }
            index += 1
        }
        return nil
    }

    private static func isField(_ name: String, _ line: some Collection<UInt8>) -> Bool {
        line.count > name.utf8.count && zip(line, name.utf8).allSatisfy { $0 | 0x20 == $1 }
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        Int(String(decoding: digits, as: UTF8.self))
    }
}
