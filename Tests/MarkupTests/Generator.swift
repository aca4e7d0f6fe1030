// SPDX-License-Identifier: Apache-2.0

/// A random number generator with a seed (SplitMix64), so that a failing case can be identified by its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Generates hostile and malformed HTML.
enum RandomMarkup {
    private static let names = [
        "p", "br", "a", "span", "strong", "em", "b", "i", "u", "del", "s", "code", "pre", "blockquote", "ul", "ol",
        "li",
        "h1", "h2", "h3", "h4", "h6", "sub", "sup", "div", "section", "table", "tr", "td", "script", "style", "math",
        "svg", "template", "noscript", "form", "input", "select", "option", "img", "title", "head", "body", "html",
        "center", "font", "dl", "dd", "custom-element", "xmp", "textarea", "iframe", "ruby", "rt", "hr", "P", "LI",
    ]
    private static let attributes = [
        " href=\"https://peer.test/a?b=1&amp;c='2'\"", " href='http://peer.test'", " href=javascript:alert(1)",
        " href=\"https://peer.test/\u{e9} x\"", " class=\"mention u-url evil\"", " class=\"invisible p-name\"",
        " class='ellipsis ellipsis'", " style=\"position:fixed\"", " onclick=\"x()\"", " start=\"5\"", " reversed",
        " value='-3'", " value=99999999999999999999", " id=x", " \"", " '", " =", " /",
    ]
    private static let texts = [
        "word", " ", "\n", "  two  words ", "&amp;", "&lt;b&gt;", "&#0;", "&#x1F600;", "&nbsp;", "&bogus;", "<", ">",
        "\"",
        "'", "&", "<!-- c -->", "<!--", "-->", "]]>", "<![CDATA[x]]>", "<?php x ?>", "<!DOCTYPE html>", "\u{0}",
        "\u{FEFF}", "\u{202E}", "é", "日本語", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}", "</", "<a", "<a href=\"", "\r\n",
        "\t",
        "\u{A0}", "&#133;", "&#xFFFE;", "\u{85}",
    ]

    static func make(seed: UInt64, pieces: Int) -> String {
        var random = Seeded(seed)
        var result = ""
        var open: [String] = []
        for _ in 0..<pieces {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let name = names.randomElement(using: &random) ?? "p"
                result += "<" + name
                for _ in 0..<Int.random(in: 0..<3, using: &random) {
                    result += attributes.randomElement(using: &random) ?? ""
                }
                result += ">"
                open.append(name)
            case 4..<6:
                let name = Bool.random(using: &random) ? open.popLast() : names.randomElement(using: &random)
                result += "</\(name ?? "p")>"
            default:
                result += texts.randomElement(using: &random) ?? ""
            }
        }
        return result
    }
}
