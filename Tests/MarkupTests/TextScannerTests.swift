// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Testing

@Suite struct TextScannerTests {
    private func found(_ text: String) -> [String] {
        TextScanner.scan(text).compactMap { span in
            switch span.kind {
            case .text: nil
            case .mention(let handle): handle.description
            case .hashtag(let name): "#" + name
            case .link(let target): target
            }
        }
    }

    @Test(
        "a handle is found where no word is under way",
        arguments: [
            ("@ana", ["@ana"]), ("hi @ana!", ["@ana"]), ("@ana@peer.test.", ["@ana@peer.test"]), ("(@ana)", ["@ana"]),
            ("@a.b-c_d@Peer.Test", ["@a.b-c_d@peer.test"]), ("ana@peer.test", []), ("@", []), ("@@ana", []),
            ("@-ana", []),
            ("@ana@", []), ("@ana@peer.test@x", []), ("@ana@localhost:8080", ["@ana@localhost:8080"]),
            ("@ana@peer.test:x", ["@ana@peer.test"]), ("@anaé", []),
            ("@ana@peer.test, @bob", ["@ana@peer.test", "@bob"]),
            ("@ana@hæresiar.test", ["@ana@xn--hresiar-mxa.test"]), ("@ali~1@peer.test,", ["@ali~1@peer.test"]),
            ("@dot.@peer.test", ["@dot.@peer.test"]), ("@名前@peer.test", ["@名前@peer.test"]),
            ("@ana!@bob", ["@ana", "@bob"]), ("@ana.@bob", ["@ana", "@bob"]), ("@ana@a..test", []),
            ("x/@ana", []), ("https://peer.test/@ana", ["https://peer.test/@ana"]), ("é@ana", []),
        ] as [(String, [String])])
    func mentions(text: String, expected: [String]) {
        #expect(found(text) == expected)
    }

    @Test(
        "a tag has a letter, and one spelling",
        arguments: [
            ("#Tag", ["#tag"]), ("#42", []), ("#4th", ["#4th"]), ("#_", []), ("#tag.", ["#tag"]), ("a#tag", []),
            ("#日本語 x", ["#日本語"]),
            ("＃全角", ["#全角"]), ("#ｆｕｌｌ", ["#full"]), ("#Cafe\u{301}", ["#café"]), ("#STRASSE", ["#strasse"]),
            ("#a·b·", ["#a·b"]), ("#ぼっち・ざ・ろっく", ["#ぼっち・ざ・ろっく"]), ("#ぼっち･ざ", ["#ぼっち・ざ"]), ("・#茶・", ["#茶"]),
            ("&#39;", []), ("#a#b", ["#a"]), ("##a", []), ("#tag-x", ["#tag"]), ("#हिन्दी", ["#हिन्दी"]),
            ("#" + String(repeating: "x", count: 101), []),
            ("#" + String(repeating: "x", count: 100), ["#" + String(repeating: "x", count: 100)]),
        ] as [(String, [String])])
    func hashtags(text: String, expected: [String]) {
        #expect(found(text) == expected)
    }

    @Test(
        "a link ends before the punctuation of its sentence",
        arguments: [
            ("see https://peer.test/x.", ["https://peer.test/x"]), ("(https://peer.test/x)", ["https://peer.test/x"]),
            ("https://peer.test/a_(b)", ["https://peer.test/a_(b)"]),
            ("https://peer.test/a_(b)).", ["https://peer.test/a_(b)"]),
            ("<https://peer.test>", ["https://peer.test"]), ("\"https://peer.test\"", ["https://peer.test"]),
            ("https://", []),
            ("HTTPS://peer.test/X", ["https://peer.test/X"]), ("xhttps://peer.test", []),
            ("http://peer.test?!", ["http://peer.test"]),
            ("https://user@peer.test", []), ("ftp://peer.test", []),
            ("https://пример.test/ж", ["https://пример.test/ж"]),
            ("https://peer.test。次", ["https://peer.test"]), ("https://[::1]:8080/x", ["https://[::1]:8080/x"]),
            ("javascript:x", []),
            ("https://peer.test/#tag", ["https://peer.test/#tag"]),
            ("https://a.test,https://b.test", ["https://a.test", "https://b.test"]),
        ] as [(String, [String])])
    func links(text: String, expected: [String]) {
        #expect(found(text) == expected)
    }

    @Test("the pieces put together are the text", arguments: UInt64(0)..<300)
    func whole(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("@#:/.-_(a)hHtps0 \n[]é日\u{301}\u{200D}'\"＃")
        let text = String((0..<80).map { _ in alphabet.randomElement(using: &random) ?? " " })
        #expect(TextScanner.scan(text).map(\.text).joined().unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(
        "worst cases come to an end and stay whole",
        arguments: [
            "@a.a", "@", "#", "https://", "https://a", "@a@", "(", "https://u@", "https://a.test/(", "#a·", "h", "@a-",
        ])
    func worstCases(piece: String) {
        let text = String(repeating: piece, count: 100_000 / piece.utf8.count) + "-"
        #expect(TextScanner.scan(text).reduce(0) { $0 + $1.text.utf8.count } == text.utf8.count)
    }

    @Test("nothing is looked for beyond the limit")
    func limit() {
        let text = String(repeating: " ", count: TextScanner.limitScalars - 2) + "#é #x"
        let spans = TextScanner.scan(text)
        #expect(spans.map(\.kind) == [.text, .hashtag("é"), .text])
        #expect(spans.last?.text == " #x")
    }

    @Test(
        "the normal form of a tag is its own normal form",
        arguments: ["Straße", "ﬁn", "İstanbul", "ΣΊΣΥΦΟΣ", "①a", "Ǆ", "e\u{301}A"])
    func normalForm(name: String) throws {
        guard let once = Hashtag.normalForm(of: name) else { return #expect(name == "①a") }
        #expect(Hashtag.normalForm(of: once) == once)
    }
}
