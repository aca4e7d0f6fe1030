// SPDX-License-Identifier: Apache-2.0

public import Model

/// Converts HTML back to plain text, for previews, search, notifications and e-mail.
public enum Excerpt {
    /// The text of `html` with decoded entities, one line per block or line break.
    ///
    /// Shortened text ends in `…`. It is cut after a whole word when a word ends in the second half.
    ///
    /// - Parameter limit: the maximum number of Unicode scalars, including the `…`; 0 or less gives an empty text.
    public static func plainText(of html: SanitizedHTML, limit: Int) -> String {
        guard limit > 0 else { return "" }
        var visitor = PlainTextVisitor(limit: limit)
        XMLTree(html: Sanitizer.prepared(html.string)).walk(&visitor)
        return visitor.result
    }
}

private struct PlainTextVisitor: XMLVisitor {
    private enum Gap {
        case none
        case space
        case line
    }

    private let limit: Int
    private var scalars: [Unicode.Scalar] = []
    private var gap = Gap.none
    private var overflows = false
    /// For each open element: whether its end ends a line, and whether its white space is kept.
    private var open: [(separates: Bool, verbatim: Bool)] = []

    init(limit: Int) { self.limit = limit }

    mutating func enter(_ name: String, attributes: [String: String]) -> Bool {
        let isVerbatim = open.last?.verbatim ?? false
        switch AllowList.treatment(of: name) {
        case .drop:
            return false
        case .lineBreak:
            gap = .line
            return false
        case .unwrap, .inline, .picture:
            open.append((false, isVerbatim))
        case .leaf, .container, .separate:
            gap = .line
            open.append((true, isVerbatim || name == "pre"))
        }
        return true
    }

    mutating func leave() {
        if open.popLast()?.separates == true { gap = .line }
    }

    mutating func text(_ text: String) {
        let isVerbatim = open.last?.verbatim ?? false
        for scalar in text.unicodeScalars where !overflows {
            if HTMLText.isSpace(scalar) {
                if isVerbatim && scalar == "\n" { gap = .line } else if gap == .none { gap = .space }
            } else if HTMLText.isWritable(scalar) {
                append(scalar)
            }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        if !scalars.isEmpty, gap != .none { scalars.append(gap == .line ? "\n" : " ") }
        gap = .none
        scalars.append(scalar)
        overflows = scalars.count > limit
    }

    var result: String {
        var kept = scalars[...]
        if overflows {
            kept = kept.prefix(limit - 1)
            let atWord = kept.lastIndex { $0 == " " || $0 == "\n" }
            if let atWord, atWord >= limit / 2 { kept = kept[..<atWord] }
            while let last = kept.last, HTMLText.isSpace(last) { kept.removeLast() }
            kept.append("\u{2026}")
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: kept)
        return String(view)
    }
}
