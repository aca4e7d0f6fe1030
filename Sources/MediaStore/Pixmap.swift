// SPDX-License-Identifier: Apache-2.0

/// A small uncompressed picture that a child process wrote.
///
/// Spec: the binary portable pixmap and greymap, `P6` and `P5`, 8 bits.
struct Pixmap: Equatable {
    let width: Int
    let height: Int
    /// Three bytes for each pixel, row by row.
    let pixels: [UInt8]

    /// - Returns: nil for any other format, and for more than 256 pixels each way.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        guard let magic = Self.word(&rest), let width = Self.word(&rest).flatMap({ Int($0) }),
            let height = Self.word(&rest).flatMap({ Int($0) }), Self.word(&rest) == "255",
            (1...256).contains(width), (1...256).contains(height)
        else { return nil }
        switch (magic, rest.count) {
        case ("P6", width * height * 3): pixels = Array(rest)
        case ("P5", width * height): pixels = rest.flatMap { [$0, $0, $0] }
        default: return nil
        }
        self.width = width
        self.height = height
    }

    /// The next word of the header and the one white space character after it.
    private static func word(_ rest: inout ArraySlice<UInt8>) -> String? {
        while rest.first == UInt8(ascii: "#") {
            rest = rest.drop { $0 != 10 }.dropFirst()
        }
        let word = rest.prefix(20).prefix { $0 > 32 }
        rest = rest[word.endIndex...].dropFirst()
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
    }
}
