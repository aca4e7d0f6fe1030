// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Testing

private let rel = "rel=\"nofollow noopener noreferrer ugc\""

private func compose(_ text: String) -> Composition {
    Composer.compose(
        text,
        mentions: { handle in
            handle.name == "nobody"
                ? nil : ("https://\(handle.host.isEmpty ? "cafe.test" : handle.host)/@\(handle.name)", handle.name)
        },
        hashtagURL: { "https://cafe.test/tags/\($0)" })
}

@Suite struct ComposerTests {
    @Test(
        "text becomes paragraphs and line breaks, escaped",
        arguments: [
            ("", ""), ("hello", "<p>hello</p>"), ("a\nb", "<p>a<br>b</p>"), ("a\r\nb", "<p>a<br>b</p>"),
            ("a\rb", "<p>a<br>b</p>"),
            ("a\n\nb", "<p>a</p><p>b</p>"), ("a\n \n\n b\n", "<p>a</p><p>b</p>"),
            ("<b>&\"'", "<p>&lt;b&gt;&amp;&quot;&#39;</p>"),
            ("\n\n a  b \n", "<p>a b</p>"),
        ] as [(String, String)])
    func paragraphs(text: String, html: String) {
        #expect(compose(text).html.string == html)
    }

    @Test("mentions, tags and links become links, and are told")
    func links() {
        let result = compose("@ana @nobody #Café https://peer.test/x")
        #expect(
            result.html.string
                == #"<p><span class="h-card"><a href="https://cafe.test/@ana" class="u-url mention" \#(rel)>"#
                + "@<span>ana</span></a></span> @nobody "
                + #"<a href="https://cafe.test/tags/café" class="mention hashtag" rel="tag">#<span>Café</span></a> "#
                + #"<a href="https://peer.test/x" \#(rel)><span class="invisible">https://</span>peer.test/x</a></p>"#)
        #expect(result.mentions == [Handle(name: "ana", host: ""), Handle(name: "nobody", host: "")])
        #expect(result.hashtags == ["café"])
        #expect(result.links == ["https://peer.test/x"])
    }

    @Test("a long address is shown short and kept whole")
    func longLink() {
        let url = "https://www.peer.test/a/rather/long/path/that/goes/on?x=1"
        let result = compose(url)
        #expect(
            result.html.string
                == "<p><a href=\"\(url)\" \(rel)><span class=\"invisible\">https://www.</span><span class=\"ellipsis\">"
                + "peer.test/a/rather/long/path/t</span><span class=\"invisible\">hat/goes/on?x=1</span></a></p>")
        #expect(Excerpt.plainText(of: result.html, limit: 200) == url)
    }

    @Test("each thing found is told once")
    func unique() {
        let result = compose("@Ana@peer.test @ana@PEER.test #x #X #ｘ https://a.test https://a.test")
        #expect(result.mentions == [Handle(name: "Ana", host: "peer.test")])
        #expect(result.hashtags == ["x"])
        #expect(result.links == ["https://a.test"])
    }

    @Test("a hostile address of a mention stays text")
    func hostileTarget() {
        let result = Composer.compose("@eve", mentions: { _ in ("javascript:x", "eve") }, hashtagURL: { _ in "" })
        #expect(result.html.string == "<p>@eve</p>")
    }

    @Test("the sanitiser changes nothing in what was composed, but that a hashtag is ours", arguments: UInt64(0)..<300)
    func fixedPoint(seed: UInt64) {
        var random = Seeded(seed)
        let pieces = [
            "@ana", "@bob@peer.test", "@nobody", "#tag", "#42", "https://peer.test/(a)", "HTTP://PEER.test/?q='\"x",
            "\n", "\n\n", " ", "word",
            "<b>", "&amp;", "https://peer.test/" + String(repeating: "y", count: 60), "é", "日本", "\u{0}", "\t",
            "\u{2028}", "@", "#", ".",
        ]
        var text = ""
        for _ in 0..<30 { text += pieces.randomElement(using: &random) ?? "" }
        let html = compose(text).html.string
        let others = html.replacing("class=\"mention hashtag\" rel=\"tag\"", with: "class=\"mention hashtag\" \(rel)")
        #expect(others.contains("class=\"mention hashtag\"") == html.contains("rel=\"tag\""))
        #expect(MarkupGrammar.violation(in: others) == nil)
        #expect(Sanitizer.sanitize(html).string == others, "seed \(seed)")
    }
}

@Suite("One line of markup")
struct ComposedLineTests {
    @Test(
        "a line has links and no paragraph",
        arguments: [
            ("", ""), ("a & <b>", "a &amp; &lt;b&gt;"), ("a\nb", "a b"), ("<p>", "&lt;p&gt;"),
            ("@vic@far.example", "@vic@far.example"),
        ])
    func line(text: String, markup: String) {
        #expect(Composer.line(text, hashtagURL: { $0 }).string == markup)
    }

    @Test("an address becomes a link")
    func link() {
        let markup = Composer.line("see https://a.example/x", hashtagURL: { $0 }).string
        #expect(markup.hasPrefix("see <a href=\"https://a.example/x\""))
        #expect(markup.hasSuffix("</a>"))
    }
}
