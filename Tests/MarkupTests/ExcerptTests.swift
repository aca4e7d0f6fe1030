// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Testing

@Suite struct ExcerptTests {
    @Test(
        "blocks and line breaks become lines, entities become characters",
        arguments: [
            ("", ""), ("<p>a</p><p>b</p>", "a\nb"), ("<p>a<br>b <b>c</b></p>", "a\nb c"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<p>&lt;x&gt; &amp;amp; &quot;&#39;</p>", "<x> &amp; \"'"), ("<pre>a\n  b</pre>", "a\nb"),
            ("<p>a</p><script>x</script>", "a"),
        ] as [(String, String)])
    func lines(html: String, expected: String) {
        #expect(Excerpt.plainText(of: SanitizedHTML(unchecked: html), limit: 100) == expected)
    }

    @Test(
        "a long text ends after a word, with an ellipsis",
        arguments: [
            (0, ""), (-5, ""), (1, "…"), (5, "one…"), (7, "one…"), (8, "one two…"), (12, "one two…"),
            (13, "one two three"),
        ] as [(Int, String)])
    func cut(limit: Int, expected: String) {
        #expect(Excerpt.plainText(of: SanitizedHTML(unchecked: "<p>one two three</p>"), limit: limit) == expected)
    }

    @Test("a word longer than the limit is cut inside")
    func longWord() {
        let html = SanitizedHTML(unchecked: "<p>" + String(repeating: "x", count: 50) + "</p>")
        #expect(Excerpt.plainText(of: html, limit: 10) == "xxxxxxxxx…")
    }
}
