// SPDX-License-Identifier: Apache-2.0

import Foundation
import Mail
import Model
import Storage
import Testing
import TextEncoding

/// 2026-01-02T03:04:05Z, a Friday.
let friday = Timestamp(1_767_323_045_000)

/// An e-mail as the queue returns it.
func letter(_ id: Int64 = 7, subject: String = "Hello", body: String = "Hello") -> QueuedMail {
    QueuedMail(id: ID(id), recipient: "ada@mail.example", subject: subject, body: body)
}

/// An e-mail as the sender receives it.
func message(
    subject: String = "Hello", body: String = "Hello", name: String = "", date: Timestamp = friday,
    changing change: (inout QueuedMail) -> Void = { _ in }
) throws -> MailMessage {
    let to = try #require(MailAddress("ada@mail.example"))
    var mail = letter(subject: subject, body: body)
    change(&mail)
    return MailMessage(mail, to: to, from: try house(name), date: date)
}

/// The sender's mailbox.
func house(_ name: String = "") throws -> Mailbox {
    Mailbox(name: name, address: try #require(MailAddress("node@cafe.example")))
}

/// A rendered message, parsed by the rules of RFC 5322, RFC 2047 and RFC 2045. The parser shares no code with the
/// renderer.
struct ReadMessage {
    /// Names and unfolded values, in order.
    var fields: [(name: String, value: String)] = []
    /// The decoded text of the first part.
    var body = ""
    /// The decoded text of the second part.
    var html = ""
    /// The header fields of each part below the first level.
    var parts: [String] = []
    /// Every line without its line ending.
    var lines: [String] = []

    init(_ message: MailMessage) throws {
        let text = try #require(String(validating: message.rendered(), as: UTF8.self))
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        for line in try #require(parts.first).split(separator: "\r\n") {
            if line.first == " ", let last = fields.indices.last {
                fields[last].value += line
            } else {
                let pair = line.split(separator: ":", maxSplits: 1)
                fields.append((String(pair[0]), pair.count > 1 ? String(pair[1]) : ""))
            }
        }
        let type = try #require(fields.first { $0.name == "Content-Type" }).value
        let boundary = try #require(type.split(separator: "\"").last)
        let inner = try #require(parts.last).components(separatedBy: "--\(boundary)").dropFirst().dropLast()
        for part in inner {
            let halves = part.components(separatedBy: "\r\n\r\n")
            self.parts.append(halves[0].trimmingPrefix("\r\n").description)
            // The line ending before a boundary belongs to the boundary.
            let text = try Self.unquoted(halves.dropFirst().joined(separator: "\r\n\r\n").dropLast("\r\n".count)[...])
            if self.parts.count == 1 { body = text } else { html = text }
        }
    }

    /// The value of a field, with encoded words decoded and surrounding spaces removed.
    func value(_ name: String) throws -> String {
        let raw = try #require(fields.first { $0.name == name }).value
        var bytes: [UInt8] = []
        var wasEncoded = false
        for word in raw.split(separator: " ") {
            if word.hasPrefix("=?utf-8?B?"), word.hasSuffix("?=") {
                bytes += try #require(Base64.decode(word.dropFirst(10).dropLast(2).utf8))
                wasEncoded = true
            } else {
                bytes += (bytes.isEmpty ? "" : " ").utf8
                bytes += word.utf8
            }
        }
        let value = try #require(String(validating: bytes, as: UTF8.self))
        return wasEncoded ? value : raw.drop { $0 == " " }.description
    }

    private static func unquoted(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            let next = String(decoding: rest.prefix(2), as: UTF8.self)
            rest = rest.dropFirst(2)
            if next != "\r\n" { bytes.append(try #require(UInt8(next, radix: 16))) }
        }
        return try #require(String(validating: bytes, as: UTF8.self))
    }
}
