// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// A report that an e-mail could not be delivered, as it comes back to the return path.
///
/// Only the address to which the report was sent says which e-mail it is about. It contains a secret that was told to
/// the mail server alone, so nobody can have addresses suppressed by writing reports.
/// Spec: RFC 3464 (the report), RFC 3463 (its codes).
public struct BounceReport: Sendable, Hashable {
    /// The secret in the address to which the report was sent.
    public let token: String
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`; empty when the message is no such report.
    public let action: String
    /// The enhanced status code, such as `5.1.1`; empty when there is none.
    public let status: String
    /// What the last mail server said, on one line; empty when there is nothing.
    public let diagnostic: String

    /// The longest message that is read; the end of a longer one is ignored.
    public static let limitBytes = 1 << 20

    /// Reads a message.
    ///
    /// - Returns: nil when it was not sent to a return path of this node.
    public init?(_ message: [UInt8], returnPath: ReturnPath) {
        let text = String(decoding: message.prefix(Self.limitBytes), as: UTF8.self)
        let lines = Self.unfolded(text)
        let head = lines.prefix { !$0.isEmpty }
        let places = ["to:", "delivered-to:", "x-original-to:", "envelope-to:", "x-envelope-to:"]
        let found = head.lazy.filter { line in places.contains { line.lowercased().hasPrefix($0) } }
            .flatMap { Self.words($0) }.compactMap { returnPath.token(in: $0) }.first
        guard let found else { return nil }
        token = found
        let fields = Self.deliveryStatus(in: lines)
        action = (fields["action"] ?? "").lowercased()
        status = fields["status"].map { String($0.prefix { $0.isNumber || $0 == "." }) } ?? ""
        diagnostic = String((fields["diagnostic-code"] ?? "").prefix(300))
    }

    /// Whether the e-mail was not delivered and never will be.
    public var isFailure: Bool { action == "failed" }

    /// Whether no e-mail to this address will be delivered. Spec: RFC 3463.
    public var isAboutAddress: Bool {
        let numbers = status.split(separator: ".").map { Int($0) }
        guard isFailure, numbers.count == 3, numbers[0] == 5, let subject = numbers[1], let detail = numbers[2] else {
            return false
        }
        return MailStatus.isAboutAddress(subject: subject, detail: detail)
    }

    /// The fields of the first recipient: those after the words about the message. Spec: RFC 3464 §2.1.
    private static func deliveryStatus(in lines: [String]) -> [String: String] {
        guard
            let start = lines.firstIndex(where: { line in
                let line = line.lowercased()
                return line.hasPrefix("content-type:") && line.contains("message/delivery-status")
            })
        else { return [:] }
        var fields: [String: String] = [:]
        for line in lines[start...].dropFirst() {
            if line.hasPrefix("--") { break }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            // The next group of fields is about another recipient. Ours have one.
            if name == "final-recipient", fields[name] != nil { break }
            let value = String(line[line.index(after: colon)...].trimmingWhitespace)
            if fields[name] == nil { fields[name] = value }
        }
        return fields
    }

    private static func words(_ line: String) -> [String] {
        line.split { " \t<>,;:\"".contains($0) }.map(String.init)
    }

    private static func unfolded(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if let first = line.first, first == " " || first == "\t", let last = lines.last, !last.isEmpty {
                lines[lines.count - 1] += " " + String(line.trimmingWhitespace)
            } else {
                lines.append(String(line))
            }
        }
        return lines
    }
}
