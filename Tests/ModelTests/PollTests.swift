// SPDX-License-Identifier: Apache-2.0

import Model
import Testing
import Vocabulary

@Suite("Options of a poll")
struct PollTests {
    private func poll(_ names: [String]) -> Poll {
        Poll(options: names.map { Poll.Option(title: $0) }, isMultiple: false, expiresAt: nil)
    }

    @Test(
        "are found by what people see",
        arguments: [
            ("On vient\u{A0}?", "On vient ?"), ("On vient ?", "On vient\u{202F}?"), ("Tea  with milk", "Tea with milk"),
            (" Tea ", "Tea"), ("Tea\nhot", "Tea hot"), ("\u{200F}שבת", "שבת"), ("cafe\u{301}", "café"),
            ("❤\u{FE0F}", "❤"),
        ])
    func meaning(name: String, vote: String) {
        #expect(poll(["No", name]).position(named: vote) == 1)
        #expect(poll(["No", vote]).position(named: name) == 1)
    }

    @Test("are not found by another word, another case or a part")
    func others() {
        for name in ["tea", "Te", "Tea!", "", " "] { #expect(poll(["Tea", "No"]).position(named: name) == nil) }
    }

    @Test("with exactly the same name win over those that mean the same")
    func exact() {
        #expect(poll(["Tea ", "Tea"]).position(named: "Tea") == 1)
    }
}

@Suite("Custom emoji")
struct CustomEmojiTests {
    @Test(
        "stand between colons, and only known ones",
        arguments: [
            (":cup:", ["cup"]), ("Hi :cup::cup: !", ["cup", "cup"]), ("10:30:45 :no: :cup", []), (":no:cup:", ["cup"]),
            ("::cup:", ["cup"]), ("", []), (":", []),
        ] as [(String, [String])])
    func parts(text: String, found: [String]) {
        let parts = CustomEmoji.parts(of: text, known: ["cup", "tea"])
        #expect(parts.compactMap { if case .emoji(let code) = $0 { code } else { nil } } == found)
        let whole = parts.map { part in
            switch part {
            case .text(let text): text
            case .emoji(let code): ":\(code):"
            }
        }
        #expect(whole.joined() == text)
    }

    @Test("in HTML are found in the text and never in a tag")
    func html() {
        let html = SanitizedHTML(unchecked: "<p>:cup: <a href=\"https://a.test/:cup:\">x:cup:</a></p>")
        let parts = CustomEmoji.parts(of: html, known: ["cup"])
        #expect(parts.count { $0 == .emoji("cup") } == 2)
        let rest = parts.map { if case .html(let html) = $0 { html.string } else { "" } }.joined()
        #expect(rest == "<p> <a href=\"https://a.test/:cup:\">x</a></p>")
    }

    @Test(
        "have simple names",
        arguments: [(":cup:", "cup"), ("a_b-c+1", "a_b-c+1"), ("a b", nil), ("::", nil), ("é", nil)])
    func names(text: String, expected: String?) throws {
        let url = try #require(IRI("https://a.test/1.png"))
        #expect(CustomEmoji(shortcode: text, url: url)?.shortcode == expected)
    }
}
