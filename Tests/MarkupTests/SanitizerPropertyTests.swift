// SPDX-License-Identifier: Apache-2.0

import Markup
import Model
import Testing

@Suite struct SanitizerPropertyTests {
    @Test(
        "mutation and obfuscation strings come out as plain structure",
        arguments: [
            "<svg></p><style><a id=\"</style><img src=x onerror=alert(1)>\">",
            "<math><mtext><table><mglyph><style><img src=x>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<!--><img src=x onerror=alert(1)>-->",
            "<a href=\" javascript:alert(1)\">x</a>", "<a href=`https://x` onclick=`x`>y</a>", "+ADw-script+AD4-x",
            "<scr<script>ipt>alert(1)</scr</script>ipt>", "<<b>script>x</b>", "<p/onclick=x>y",
            "<b onmouseover=\"x\"style=\"y\">z",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x>",
            "<select><style><!--</style><a title=\"-->x\">",
            "<xmp><p title=\"</xmp><img src=x>\">", "<title><a title=\"</title><img src=x>\">",
            "<table><a href=https://a.test><tr><td>x",
            "<b <script>alert(1)</script>0", "<a href=\"https://x.test/\"onmouseover=x>y</a>", "<svg/onload=x>",
            "<body onload=x>y",
            "<p id=\"x\"name=\"y\" style=\"expression(1)\">z", "<a href='https://x.test/&quot; onclick=&quot;x'>y</a>",
            "Title]]><injected/><![CDATA[trailing", "<plaintext><p>x", "<p>\u{0}<scr\u{0}ipt>x</scr\u{0}ipt>",
            "<a><b><a href=https://x.test>y",
            "<frameset><frame src=x></frameset>", "<meta http-equiv=refresh content=0><p>x",
            "<base href=https://evil.test/><a href=/x>y</a>",
            "<link rel=stylesheet href=https://evil.test><p>x", "<p dir=rtl lang=fr>x",
            "<details open ontoggle=x>y</details>",
        ])
    func attacks(html: String) {
        for policy in [Sanitizer.Policy.post, .inline] {
            let once = Sanitizer.sanitize(html, policy: policy).string
            #expect(MarkupGrammar.violation(in: once) == nil)
            #expect(!once.contains("<script") && !once.contains("<img"))
            #expect(Sanitizer.sanitize(once, policy: policy).string == once)
        }
    }

    @Test("any markup comes out inside the table, and comes out unchanged the second time", arguments: 0..<40)
    func idempotent(block: Int) {
        for seed in UInt64(block * 100)..<UInt64(block * 100 + 100) {
            let html = RandomMarkup.make(seed: seed, pieces: 4 + Int(seed % 60))
            for policy in [Sanitizer.Policy.post, .inline] {
                let once = Sanitizer.sanitize(html, policy: policy).string
                let problem = MarkupGrammar.violation(in: once)
                #expect(problem == nil, "seed \(seed)")
                #expect(Sanitizer.sanitize(once, policy: policy).string == once, "seed \(seed)")
                if policy == .inline { #expect(!once.contains("<p>") && !once.contains("<ul>"), "seed \(seed)") }
            }
        }
    }

    @Test("random characters come out as characters", arguments: UInt64(0)..<200)
    func anyText(seed: UInt64) {
        var random = Seeded(seed)
        let text = String(
            decoding: (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }, as: UTF8.self)
        let once = Sanitizer.sanitize(text).string
        #expect(MarkupGrammar.violation(in: once) == nil)
        #expect(Sanitizer.sanitize(once).string == once)
    }
}
