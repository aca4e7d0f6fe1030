// SPDX-License-Identifier: Apache-2.0

/// A part of a message: its header fields, an empty line, its content. Spec: RFC 2045, RFC 2046 §5.1.
struct MIMEPart {
    /// The whole part. It ends with CR LF.
    let text: String

    private init(_ fields: [String], _ content: String) {
        text = fields.joined(separator: "\r\n") + "\r\n\r\n" + content
    }

    /// Text in UTF-8.
    static func text(_ text: String, _ subtype: String, language: String) -> MIMEPart {
        var fields = ["Content-Type: text/\(subtype); charset=utf-8"]
        if HTMLAlternative.isLanguage(language) { fields.append("Content-Language: \(language)") }
        return MIMEPart(fields + ["Content-Transfer-Encoding: quoted-printable"], QuotedPrintable.encode(text))
    }

    /// An iCalendar object as a file. Spec: RFC 6047 §2.4.
    static func calendar(_ object: String) -> MIMEPart {
        let lines = object.split { $0 == "\r\n" || $0 == "\n" || $0 == "\r" }
        let method = lines.first { $0.uppercased().hasPrefix("METHOD:") }?.dropFirst(7).uppercased() ?? ""
        let isMethod = !method.isEmpty && method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        return MIMEPart(
            [
                "Content-Type: text/calendar; charset=utf-8" + (isMethod ? "; method=\(method)" : ""),
                "Content-Disposition: attachment; filename=\"event.ics\"",
                "Content-Transfer-Encoding: quoted-printable",
            ], QuotedPrintable.encode(object))
    }

    /// Several parts: the same in several forms (`alternative`), or one after the other (`mixed`).
    static func group(_ kind: String, _ parts: [MIMEPart], boundary: String) -> MIMEPart {
        let content = parts.map { "--\(boundary)\r\n\($0.text)" }.joined(separator: "\r\n") + "\r\n--\(boundary)--\r\n"
        return MIMEPart(["Content-Type: multipart/\(kind);\r\n boundary=\"\(boundary)\""], content)
    }
}
