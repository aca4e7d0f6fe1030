// SPDX-License-Identifier: Apache-2.0

/// A small JSON document that programs find in a page or next to it.
///
/// Spec: RFC 8259.
indirect enum JSONText: Sendable, ExpressibleByStringLiteral {
    case text(String)
    case number(Int)
    case decimal(Double)
    case list([JSONText])
    /// The members in their order. Those without a value are left out.
    case object([(String, JSONText?)])

    init(stringLiteral value: String) {
        self = .text(value)
    }

    /// A text; nil when it is empty or there is none.
    static func some(_ text: String?) -> JSONText? {
        text.flatMap { $0.isEmpty ? nil : .text($0) }
    }

    /// The document. It contains no `<`, `>` and `&`, so that inside of a `script` element it cannot end that element or
    /// begin a comment.
    var string: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .decimal(let number): number.isFinite ? String(number) : "null"
        case .list(let items): "[" + items.map(\.string).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.compactMap { name, value in
                    value.map { Self.quoted(name) + ":" + $0.string }
                }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "<", ">", "&", "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
