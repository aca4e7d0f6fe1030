// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

@Suite("Words in texts")
struct TextSearchTests {
    @Test(
        "a keyword is found without regard to case, and as a whole word where that is asked for",
        arguments: [
            ("tea", "A cup of TEA.", true, true), ("tea", "teapot", true, false), ("tea", "teapot", false, true),
            ("tea", "steam teas tea", true, true), ("été", "L'ÉTÉ!", true, true), ("thé", "thés", true, false),
            ("tea_", "tea_x", true, false), ("#tea", "x#tea", true, false), ("c++", "I like C++, well", true, true),
            ("c++", "c+++", true, true), ("a b", "a b", true, true), ("", "anything", false, false),
            ("x", "", true, false),
            ("café", "le cafe\u{301}", true, true), ("cafe", "CAFÉ", true, true), ("Œuf", "oeuf", true, true),
            ("#tea", "https://a.test/#tea x", true, false), ("#tea", "(#Tea)", true, true),
            ("aab", "aaab", false, true), ("aab", "aaab", true, false), ("😀", "x😀y", true, true),
        ] as [(String, String, Bool, Bool)])
    func keywords(keyword: String, text: String, wholeWord: Bool, isFound: Bool) {
        #expect(KeywordPattern(keyword, wholeWord: wholeWord).isFound(in: FoldedText(text)) == isFound)
    }

    @Test("one word of sixty thousand letters is one term of forty letters")
    func longWord() {
        let text = String(repeating: "é", count: 60_000)
        #expect(SearchTerms.of(text) == [String(repeating: "e", count: 40)])
        #expect(SearchTerms.of("a" + String(repeating: "ß", count: 30)) == ["a" + String(repeating: "s", count: 39)])
        #expect(SearchTerms.of(text + "茶b") == [String(repeating: "e", count: 40)])
    }

    @Test("a hostile text costs one walk through it")
    func hostile() {
        let pattern = KeywordPattern(String(repeating: "a", count: 5_000) + "b", wholeWord: true)
        let spent = ProcessorTime.measure {
            #expect(!pattern.isFound(in: FoldedText(String(repeating: "a", count: 1_000_000))))
        }
        #expect(spent < .seconds(20))
    }

    @Test(
        "markup becomes the text that people read",
        arguments: [
            ("<p>a<br>b</p><p>c</p>", "\na\nb\n\nc\n"), ("x &amp;&lt;&quot;&#39; &amp;amp;", "x &<\"' &amp;"),
            ("<a href=\"https://a.example/\"><span>b</span></a>", "b"), ("&unknown; & <", "&unknown; & "), ("<", ""),
        ])
    func plain(html: String, text: String) {
        #expect(SanitizedHTML(unchecked: html).plainText == text)
    }

    @Test(
        "hashtags of a text are its links of that class, each once",
        arguments: [
            (
                "<p><a href=\"https://a.example/t\" class=\"mention hashtag\" rel=\"tag\">#<span>Thé</span></a> x</p>",
                ["thé"]
            ),
            (
                "<a href=\"https://a.example/\" class=\"hashtag\" rel=\"x\">#a</a><a href=\"\" class=\"hashtag\">#A</a>",
                ["a"]
            ),
            ("<a href=\"https://a.example/\" class=\"u-url mention\" rel=\"x\">@<span>tea</span></a> #plain", []),
            ("<a class=\"x\">#a</a> class=\"hashtag\"> #b</a>", []), ("<a href=\"\" class=\"hashtag\">#a b</a>", []),
            ("<a href=\"\" class=\"hashtag\">#</a><a href=\"\" class=\"hashtag\"", []), ("<a ", []), ("", []),
        ] as [(String, [String])])
    func hashtags(html: String, tags: [String]) {
        #expect(SanitizedHTML(unchecked: html).hashtags == tags)
    }

    @Test(
        "neither case nor accents nor signs make another word",
        arguments: [
            ("Café CAFÉ cafe\u{301}", ["cafe"]), ("l’Œuvre, ß!", ["l", "oeuvre", "ss"]),
            ("a_b-c.d", ["a", "b", "c", "d"]),
            ("ИВАН иван", ["иван"]), ("日本 x", ["日", "本", "x"]), ("' \" \\ : & | ! * ( )", []), ("", []),
        ] as [(String, [String])])
    func words(text: String, words: [String]) {
        #expect(SearchTerms.of(text) == words)
    }

    @Test("words and texts have ends")
    func bounds() {
        let links = (0..<200_000).map { "<a href=\"\" class=\"hashtag\">#t\($0)</a>" }.joined()
        #expect(SanitizedHTML(unchecked: links).hashtags.count == 30)
        let open = String(repeating: "<a href=\"\" class=\"hashtag\" ", count: 50_000)
        let spent = ProcessorTime.measure { #expect(SanitizedHTML(unchecked: open).hashtags.isEmpty) }
        #expect(spent < .seconds(20))
        #expect(SearchTerms.of(String(repeating: "a", count: 9_999)).map(\.count) == [40])
        #expect(SearchTerms.of((0..<5_000).map { "w\($0)" }.joined(separator: " ")).count == 1_000)
    }
}
