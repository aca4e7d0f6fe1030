// SPDX-License-Identifier: Apache-2.0

/// A simple scanner for Swift source that finds imports and the words that are used as code.
enum SwiftCode {
    /// The lines of a source with comments removed and string literals emptied.
    ///
    /// Interpolated expressions are removed with their literals.
    static func lines(of text: String) -> [String] {
        var scanner = Scanner(Array(text.utf8))
        return String(decoding: scanner.code(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The modules that the lines of code import.
    static func imports(in code: [String]) -> Set<String> {
        Set(
            code.compactMap { line in
                guard line.holds("import ") else { return nil }
                var words = line.split(separator: " ").drop { $0.hasPrefix("@") || accessWords.contains(String($0)) }
                guard words.popFirst() == "import" else { return nil }
                if let kind = words.first, kindWords.contains(String(kind)) { words = words.dropFirst() }
                return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
            })
    }

    private static let accessWords: Set = ["public", "package", "internal", "fileprivate", "private"]
    private static let kindWords: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]

    private struct Scanner {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func code() -> [UInt8] {
            var output: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                guard byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") else {
                    output.append(byte)
                    position += 1
                    continue
                }
                if starts(with: "//") {
                    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
                } else if starts(with: "/*") {
                    output += skipComment()
                } else if let pounds = openingPounds() {
                    output += skipString(pounds: pounds)
                } else {
                    output.append(byte)
                    position += 1
                }
            }
            return output
        }

        private func starts(with text: String) -> Bool {
            bytes[position...].starts(with: text.utf8)
        }

        /// Skips a block comment, which may contain others, and returns its line breaks.
        private mutating func skipComment() -> [UInt8] {
            var depth = 0
            let start = position
            repeat {
                if starts(with: "/*") {
                    depth += 1
                    position += 2
                } else if starts(with: "*/") {
                    depth -= 1
                    position += 2
                } else {
                    position += 1
                }
            } while depth > 0 && position < bytes.count
            return bytes[start..<min(position, bytes.count)].filter { $0 == 0x0A }
        }

        /// How many `#` are before a string literal that begins here; `nil` when none begins here.
        private func openingPounds() -> Int? {
            let pounds = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
            let next = position + pounds
            return next < bytes.count && bytes[next] == UInt8(ascii: "\"") ? pounds : nil
        }

        /// Skips a string literal, and returns an empty literal with its line breaks.
        private mutating func skipString(pounds: Int) -> [UInt8] {
            let marks = String(repeating: "#", count: pounds)
            position += pounds
            let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
            position += quotes.utf8.count
            let start = position
            var end = position
            while position < bytes.count {
                end = position
                let byte = bytes[position]
                guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    position += 1
                    continue
                }
                if starts(with: quotes + marks) {
                    position += quotes.utf8.count + pounds
                    break
                }
                if starts(with: "\\" + marks + "(") {
                    position += 2 + pounds
                    skipInterpolation()
                } else {
                    position += starts(with: "\\" + marks) ? 2 + pounds : 1
                }
            }
            return Array("\"\"".utf8) + bytes[start..<min(end, bytes.count)].filter { $0 == 0x0A }
        }

        /// Skips an interpolation up to its closing bracket. It may contain string literals.
        private mutating func skipInterpolation() {
            var depth = 1
            while position < bytes.count, depth > 0 {
                if let pounds = openingPounds() {
                    _ = skipString(pounds: pounds)
                    continue
                }
                if bytes[position] == UInt8(ascii: "(") { depth += 1 }
                if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
                position += 1
            }
        }
    }
}
