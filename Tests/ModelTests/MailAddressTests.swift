// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("A mail address")
struct MailAddressTests {
    @Test(
        "is taken in its dot-atom form",
        arguments: [
            "ada@cafe.example", "ada+events@cafe.example", "a.b.c@sub.cafe.example", "o'neil_1@xn--caf-dma.example",
            "node@localhost", "x@127.0.0.1",
            "josé@cafe.example", "用户@cafe.example", "अजय@cafe.example", "Ünal.Ö@cafe.example",
        ])
    func taken(text: String) {
        #expect(MailAddress(text)?.description == text)
    }

    @Test("keeps the case before the sign and drops it after")
    func letterCase() {
        #expect(MailAddress("Ada@Cafe.Example")?.description == "Ada@cafe.example")
    }

    @Test("with an international domain is written in ASCII", arguments: ["ada@café.example", "ada@CAFÉ.example"])
    func international(text: String) {
        #expect(MailAddress(text)?.description == "ada@xn--caf-dma.example")
        #expect(MailAddress.canonical(text) == "ada@xn--caf-dma.example")
        #expect(MailAddress.canonical("Ada@Cafe.Example") == "Ada@Cafe.Example")
    }

    @Test(
        "is refused when it is anything else",
        arguments: [
            "", "@", "ada", "ada@", "@cafe.example", "ada@@cafe.example", "ada@cafe@example", ".ada@cafe.example",
            "ada.@cafe.example", "a..b@cafe.example", "ada@cafe..example", "ada@-cafe.example", "ada@cafe-.example",
            "ada@.example", "\"a b\"@cafe.example", "ada @cafe.example", "ada@[127.0.0.1]", "<ada@cafe.example>",
            "ada@cafe.example,eve@evil.example", "ada@cafe.example\r\nBcc: eve@evil.example", "ada\n@cafe.example",
            "ada\u{0}@cafe.example", "ade\u{301}@cafe.example", "ada\u{A0}@cafe.example", "ada\u{200B}@cafe.example",
            "ada\u{2028}@cafe.example", "ada\u{FF20}cafe.example", "🙂@cafe.example", "ad\u{85}a@cafe.example",
            "ada@ca fé.example", "ada(x)@cafe.example",
            "ada%evil.example@cafe.example", "ad`a@cafe.example", "ada@x", "ada@ab",
        ])
    func refused(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test(
        "is refused beyond its lengths",
        arguments: [
            (String(repeating: "a", count: 64) + "@cafe.example", true),
            (String(repeating: "a", count: 65) + "@cafe.example", false),
            ("a@" + String(repeating: "b", count: 63) + ".example", true),
            ("a@" + String(repeating: "b", count: 64) + ".example", false),
            ("a@" + String(repeating: "b.", count: 125) + "bc", true),
            ("a@" + String(repeating: "b.", count: 125) + "bcd", false),
        ])
    func lengths(text: String, isTaken: Bool) {
        #expect((MailAddress(text) != nil) == isTaken)
    }
}
