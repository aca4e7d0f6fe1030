// SPDX-License-Identifier: Apache-2.0

/// How far a submission came: what was last said to the server.
public enum SMTPStage: String, Sendable, Hashable, CaseIterable {
    /// The name was looked up, the connection was made, or the server was expected to speak first.
    case greeting
    /// `EHLO`.
    case hello
    /// `STARTTLS`.
    case startTLS
    /// `AUTH`.
    case authentication
    /// `MAIL FROM`.
    case sender
    /// `RCPT TO`.
    case recipient
    /// `DATA`.
    case data
    /// The message itself. A connection that ends now leaves open whether the server has it.
    case content
}

/// The last reply of a server. Spec: RFC 5321 §4.2, RFC 3463.
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
    /// The code, 200 ... 599.
    public let code: Int
    /// What follows the code, on one line and without control characters; at most 400 bytes.
    public let text: String

    /// Creates the value.
    public init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    /// The enhanced status code, such as `5.1.1`, as its three numbers; nil when the server gives none.
    public var status: (Int, Int, Int)? {
        let word = text.prefix { $0 != " " }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let kind = numbers[0], let subject = numbers[1], let detail = numbers[2],
            kind == code / 100, (0...999).contains(subject), (0...999).contains(detail)
        else { return nil }
        return (kind, subject, detail)
    }

    /// The code and the text.
    public var description: String { text.isEmpty ? "\(code)" : "\(code) \(text)" }
}

/// What was said in one submission. It contains no password and nothing of the message.
public struct SMTPDialogue: Sendable, Hashable {
    /// How far the submission came.
    public private(set) var stage = SMTPStage.greeting
    /// The server's reply at this stage; nil when it has not replied.
    public private(set) var reply: SMTPReply?
    /// The lines of both sides, at most ``lineLimit``.
    public private(set) var lines: [String] = []
    /// The extensions that the server offered last.
    public private(set) var extensions: Set<String> = []
    private var isOver = false
    private var isReplying = false

    /// The most lines that are remembered.
    public static let lineLimit = 100
    private static let textLimitBytes = 400

    /// Creates an empty dialogue.
    public init() {}

    /// Notes a command. Only its verb is kept of everything that belongs to authentication.
    mutating func say(_ command: some StringProtocol) {
        guard !isOver else { return }
        let verb = command.prefix { $0.isASCII && $0.isLetter }.uppercased()
        switch verb {
        case "EHLO", "HELO":
            stage = .hello
            extensions = []
        case "STARTTLS": stage = .startTLS
        case "AUTH": stage = .authentication
        case "MAIL": stage = .sender
        case "RCPT": stage = .recipient
        case "DATA" where stage == .recipient: stage = .data
        case "QUIT":
            // The reply to the last command stays what decided.
            isOver = true
            return
        default: break
        }
        reply = nil
        note("C: " + (stage == .authentication ? "AUTH …" : Self.clean(command)))
    }

    /// Notes that a part of the message was sent.
    mutating func sendContent() {
        guard !isOver, stage != .content else { return }
        stage = .content
        reply = nil
        note("C: (the message)")
    }

    /// Notes a line of a reply.
    mutating func hear(_ line: some StringProtocol) {
        guard !isOver else { return }
        let text = Self.clean(line)
        note("S: \(text)")
        guard let code = Int(text.prefix(3)), (200...599).contains(code) else { return }
        let rest = text.dropFirst(3)
        isReplying = rest.first == "-"
        let words = String(rest.dropFirst())
        if stage == .hello, code == 250, let name = words.split(separator: " ").first {
            extensions.insert(name.uppercased())
        }
        reply = SMTPReply(code: code, text: words)
    }

    private mutating func note(_ line: String) {
        if lines.count < Self.lineLimit { lines.append(line) }
    }

    /// One line without control characters, cut to a length at which a log line is still readable.
    private static func clean(_ line: some StringProtocol) -> String {
        var text = ""
        for scalar in line.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            if scalar == "\r" || scalar == "\n" { continue }
            text.unicodeScalars.append(isControl ? " " : scalar)
            if text.utf8.count >= textLimitBytes { break }
        }
        return text
    }
}
