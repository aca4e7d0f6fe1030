// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import WebPages

@Suite("Markup by construction")
struct HTMLTests {
    private static let alphabet = Array("<>&\"'abc =/\u{0}\u{7}\u{1F}\u{7F}\u{E9}\u{202F}\n;#").map { String($0) }

    private static func text(_ generator: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 0...30, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "" }
            .joined()
    }

    @Test("whatever a value holds, no tag, no attribute and no entity begins in it")
    func escapes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let value = Self.text(&generator)
            let markup: HTML = "<a title=\"\(value)\">\(value)</a>"
            let tags = Markup(markup.string).tags
            #expect(tags.count == 2, "\(value)")
            #expect(markup.string.filter { $0 == "\"" }.count == 2, "\(value)")
            let body = markup.string.dropFirst(10).split(separator: "\">", maxSplits: 1).last ?? ""
            #expect(!body.dropLast(4).contains { $0 == "<" || $0 == ">" || $0 == "'" || $0 == "\"" }, "\(value)")
            #expect(body.utf8.allSatisfy { $0 >= 32 || $0 == 10 || $0 == 13 || $0 == 9 }, "\(value)")
        }
    }

    @Test("what was escaped reads back as it was, without control characters")
    func readsBack() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let value = Self.text(&generator)
            let back = HTML.escape(value).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
                .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
            #expect(back == value.filter { !"\u{0}\u{7}\u{1F}\u{7F}".contains($0) })
        }
    }

    @Test("markup goes into markup as it stands, an absent value leaves nothing")
    func composes() {
        let inner: HTML = "<b>\("1 < 2")</b>"
        let none: HTML? = nil
        let outer: HTML = "<p\("lang", nil)\("class", "a\"b")\(" hidden", if: false)>\(inner)\(none)\(3)</p>"
        #expect(outer.string == "<p class=\"a&quot;b\"><b>1 &lt; 2</b>3</p>")
        #expect((["<i>", "</i>"] as [HTML]).joined(separator: "x").string == "<i>x</i>")
    }

    @Test(
        "words without their markup",
        arguments: [
            ("<p>Un <a href=\"x\">café</a>.</p><p>Deux</p>", "Un café. Deux"), ("a&amp;b &lt;i&gt;", "a&b <i>"),
            ("<p>1<br>2</p>", "1 2"), ("&#39;x&#39; &#xe9; &unknown; & <", "'x' é &unknown; &"), ("", ""),
        ])
    func plainText(html: String, words: String) {
        #expect(SanitizedHTML(unchecked: html).plainText(limit: 100) == words)
    }

    @Test("shortened words end after a word and in an ellipsis")
    func shortens() {
        let html = SanitizedHTML(unchecked: "<p>Un deux trois quatre</p>")
        #expect(html.plainText(limit: 10) == "Un deux…")
        #expect(SanitizedHTML(unchecked: "anticonstitutionnellement").plainText(limit: 5) == "anti…")
    }
}
