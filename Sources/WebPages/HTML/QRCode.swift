// SPDX-License-Identifier: Apache-2.0

internal import CQREncode

/// Draws an address as a QR code, for a telephone in front of a poster.
///
/// Spec: ISO/IEC 18004.
enum QRCode {
    /// The library, opened once; nil when it is not installed.
    private static let library: Library? = cqrencode_open().map(Library.init)

    /// A handle that is only passed on to the library.
    private struct Library: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    /// Whether codes can be drawn.
    static var isAvailable: Bool { library != nil }

    /// The white frame that a reader needs, in modules.
    private static let margin = 4

    /// Returns the code as a drawing; nil without the library, or when the text is too long or has a zero byte.
    static func drawing(of text: String, label: String) -> HTML? {
        guard let rows = modules(of: text) else { return nil }
        let size = rows.count + 2 * margin
        // One line for each run of black modules in a row.
        var path = ""
        for (y, row) in rows.enumerated() {
            var x = 0
            while x < row.count {
                let run = row[x...].prefix { $0 }.count
                if run > 0 { path += "M\(x + margin) \(y + margin).5h\(run)" }
                x += max(run, 1)
            }
        }
        return """
            <svg class="qr" viewBox="0 0 \(size) \(size)" role="img" aria-label="\(label)" shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(size)v\(size)H0z"/><path stroke="#000" d="\(path)"/></svg>
            """
    }

    /// Returns which modules are black, row by row, without the frame.
    static func modules(of text: String) -> [[Bool]]? {
        guard let library, !text.utf8.contains(0), let code = cqrencode_encode(library.handle, text) else { return nil }
        defer { cqrencode_free(library.handle, code) }
        let width = Int(code.pointee.width)
        // The largest code of the standard has 177 modules in a row.
        guard (1...177).contains(width), let bytes = code.pointee.data else { return nil }
        return (0..<width).map { y in (0..<width).map { x in bytes[y * width + x] & 1 == 1 } }
    }
}
