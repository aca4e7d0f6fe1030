// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

extension JSON {
    /// The document as bytes without white space. Keys keep their order and non-ASCII text is not escaped.
    public func serialized() -> [UInt8] {
        var printer = JSONPrinter(indents: false)
        printer.bytes.reserveCapacity(1024)
        printer.print(self, depth: 0)
        return printer.bytes
    }

    /// The document as text, in the format of ``serialized()``.
    public func serializedText() -> String { String(decoding: serialized(), as: UTF8.self) }

    /// The document as text with an indent of two spaces. Keys keep their order, and there is no newline at the end.
    public func prettyPrinted() -> String {
        var printer = JSONPrinter(indents: true)
        printer.print(self, depth: 0)
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}

private struct JSONPrinter {
    let indents: Bool
    var bytes: [UInt8] = []

    mutating func print(_ value: JSON, depth: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let text): print(text)
        case .array(let elements): print(elements, depth: depth + 1)
        case .object(let object): print(object, depth: depth + 1)
        }
    }

    private mutating func print(_ elements: [JSON], depth: Int) {
        bytes.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            newLine(depth)
            print(element, depth: depth)
        }
        if elements.isEmpty == false { newLine(depth - 1) }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func print(_ object: JSON.Object, depth: Int) {
        bytes.append(UInt8(ascii: "{"))
        for (position, member) in object.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            newLine(depth)
            print(member.key)
            bytes.append(UInt8(ascii: ":"))
            if indents { bytes.append(UInt8(ascii: " ")) }
            print(member.value, depth: depth)
        }
        if object.isEmpty == false { newLine(depth - 1) }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func print(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let plain: Void? = text.utf8.withContiguousStorageIfAvailable { escape($0) }
        if plain == nil { Array(text.utf8).withUnsafeBufferPointer { escape($0) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies each run of bytes that need no escape in one step.
    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for position in 0..<text.count {
            let byte = text[position]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<position])
            appendEscaped(byte)
            start = position + 1
        }
        bytes.append(contentsOf: text[start..<text.count])
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        default:
            append("\\u00")
            bytes.append(UInt8(ascii: "0") + (byte >> 4))
            bytes.append(Hexadecimal.lowerDigit(byte))
        }
    }

    private mutating func newLine(_ depth: Int) {
        guard indents else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
