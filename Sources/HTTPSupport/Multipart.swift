// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// The plain fields of a multipart body; files are not taken.
///
/// Spec: RFC 7578, RFC 2046 §5.1.1.
enum Multipart {
    /// The boundary that a `Content-Type` names: 1 to 70 visible characters.
    static func boundary(of contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let text = parameter.trimmingSpaces
            guard text.lowercased().hasPrefix("boundary=") else { continue }
            let value = text.dropFirst(9).filter { $0 != "\"" }
            guard (1...70).contains(value.utf8.count), value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                return nil
            }
            return String(value)
        }
        return nil
    }

    /// The fields in order.
    ///
    /// - Throws: a part without a name, a file that is not empty, text that is not UTF-8, a body that does not end.
    static func fields(of body: [UInt8], boundary: String) throws(RequestError) -> [(name: String, value: String)] {
        let delimiter = Array("\r\n--\(boundary)".utf8)
        var fields: [(name: String, value: String)] = []
        // The first delimiter may stand at the very beginning, without a line before it.
        var rest = ArraySlice([0x0D, 0x0A] + body)
        guard let start = find(delimiter, in: rest) else { throw broken }
        rest = rest[(start + delimiter.count)...]
        while !rest.starts(with: Array("--".utf8)) {
            guard rest.starts(with: [0x0D, 0x0A]), fields.count <= Form.ceiling,
                let end = find(delimiter, in: rest)
            else { throw broken }
            if let field = try field(rest[(rest.startIndex + 2)..<max(rest.startIndex + 2, end)]) {
                fields.append(field)
            }
            rest = rest[(end + delimiter.count)...]
        }
        return fields
    }

    private static let broken = RequestError.malformed(code: "malformed_form")

    /// - Returns: nil for a field for files that was left empty.
    private static func field(_ part: ArraySlice<UInt8>) throws(RequestError) -> (name: String, value: String)? {
        guard let gap = find([0x0D, 0x0A, 0x0D, 0x0A], in: part),
            let head = String(validating: part[..<gap], as: UTF8.self),
            let value = String(validating: part[(gap + 4)...], as: UTF8.self), !value.utf8.contains(0)
        else { throw broken }
        let lines = head.split(separator: "\r\n")
        let wanted = "content-disposition:"
        guard let line = lines.first(where: { $0.lowercased().hasPrefix(wanted) }),
            let name = parameter("name", of: line)
        else { throw broken }
        guard parameter("filename", of: line) == nil else {
            guard value.isEmpty else { throw .unsupportedMediaType }
            return nil
        }
        return (name, value)
    }

    private static func parameter(_ name: String, of line: Substring) -> String? {
        for item in line.split(separator: ";").dropFirst() {
            let text = item.trimmingSpaces
            guard text.lowercased().hasPrefix("\(name)=") else { continue }
            return text.dropFirst(name.count + 1).filter { $0 != "\"" }
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var index = bytes.startIndex
        while index <= bytes.endIndex - needle.count {
            if bytes[index] == first, bytes[index...].starts(with: needle) { return index }
            index += 1
        }
        return nil
    }
}
