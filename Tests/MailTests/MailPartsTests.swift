// SPDX-License-Identifier: Apache-2.0

import Foundation
import Mail
import Model
import Storage
import Testing

@Suite("The parts of a mail message")
struct MailPartsTests {
    @Test("has the address that switches it off, for one click where that is allowed")
    func unsubscribe() throws {
        let address = "https://cafe.example/mail/off?token=" + String(repeating: "k", count: 60)
        let read = try ReadMessage(try message { $0.unsubscribe = address })
        #expect(try read.value("List-Unsubscribe") == "<\(address)>")
        #expect(try read.value("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
        let plain = try ReadMessage(try message { $0.unsubscribe = "http://localhost:8080/mail/off" })
        #expect(try plain.value("List-Unsubscribe") == "<http://localhost:8080/mail/off>")
        #expect(!plain.fields.contains { $0.name == "List-Unsubscribe-Post" })
        for bad in ["javascript:x", "https://a.example/>\r\nBcc: eve@evil.example", "https://a.example/é", ""] {
            let without = try ReadMessage(try message { $0.unsubscribe = bad })
            #expect(!without.fields.contains { $0.name.hasPrefix("List-") || $0.name == "Bcc" })
        }
    }

    @Test("keeps the Message-ID that it was given, unless that is none")
    func identifiers() throws {
        var mail = letter()
        mail.identify(at: "cafe.example")
        let given = mail.messageID
        #expect(given.hasPrefix("<7.") && given.hasSuffix("@cafe.example>") && given.count == 24)
        #expect(try ReadMessage(try message { $0.messageID = given }).value("Message-ID") == given)
        for bad in ["", "x@y", "<a b@y>", "<a@y>\r\nBcc: eve@evil.example", "<>"] {
            let read = try ReadMessage(try message { $0.messageID = bad })
            #expect(try read.value("Message-ID") == "<7.troquet@cafe.example>")
        }
    }

    @Test("comes back to an address of its own, from which its secret can be read")
    func returnPaths() throws {
        let path = ReturnPath(try #require(MailAddress("bounces@cafe.example")))
        var mail = letter()
        mail.identify(at: "cafe.example")
        let token = try #require(mail.returnToken)
        let to = try #require(MailAddress("ada@mail.example"))
        let sent = MailMessage(mail, to: to, from: try house(), returnPath: path, date: friday)
        #expect(sent.returnPath.description == "bounces+\(token)@cafe.example")
        #expect(path.token(in: "Bounces+\(token.uppercased())@CAFE.example") == token)
        for other in [
            "bounces@cafe.example", "bounces+@cafe.example", "x+\(token)@cafe.example", "bounces+a@b.example",
        ] {
            #expect(path.token(in: other) == nil)
        }
        #expect(
            MailMessage(mail, to: to, from: try house(), date: friday).returnPath.description == "node@cafe.example")
    }

    @Test("to an address with letters outside of ASCII keeps it as it is, and all else in ASCII")
    func international() throws {
        let to = try #require(MailAddress("josé@bücher.example"))
        let sent = MailMessage(letter(subject: "Été"), to: to, from: try house("Café"), date: friday)
        let lines = String(decoding: sent.rendered(), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.filter { $0.utf8.contains { $0 >= 0x80 } } == ["To: josé@xn--bcher-kva.example"])
    }

    @Test("says its language, and carries a calendar file with its method")
    func calendar() throws {
        let object = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Café\r\nEND:VCALENDAR\r\n"
        let sent = try message {
            $0.language = "fr"
            $0.calendar = object
        }
        let text = String(decoding: sent.rendered(), as: UTF8.self)
        #expect(text.contains("Content-Type: multipart/mixed;\r\n boundary=\"=_7_mixed\""))
        #expect(text.contains("Content-Type: text/calendar; charset=utf-8; method=CANCEL\r\n"))
        #expect(text.contains("filename=\"event.ics\""))
        #expect(text.contains("SUMMARY:Caf=C3=A9\r\n"))
        #expect(text.contains("Content-Language: fr\r\n"))
        let plain = try ReadMessage(try message { $0.language = "f\r\nBcc: x" })
        #expect(!plain.lines.contains { $0.hasPrefix("Content-Language") || $0.hasPrefix("Bcc") })
    }

    @Test(
        "has the same words in HTML, with addresses as links to themselves",
        arguments: [
            ("Bonjour,\n\nça va ?", "<p>Bonjour,</p>\n<p>ça va ?</p>"),
            ("a <b> & \"c\"", "<p>a &lt;b&gt; &amp; &quot;c&quot;</p>"),
            (
                "Go:\n\nhttps://cafe.example/?a=1&b=2\n",
                "<p>Go:</p>\n<p><a href=\"https://cafe.example/?a=1&amp;b=2\">https://cafe.example/?a=1&amp;b=2</a></p>"
            ),
            ("(https://a.example).", "<p>(https://a.example).</p>"),
            ("See https://a.example/x).", "<p>See <a href=\"https://a.example/x\">https://a.example/x</a>).</p>"),
            ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
            ("one\ntwo", "<p>one<br>\ntwo</p>"),
            (
                String(repeating: "word ", count: 15) + "\ngoes on",
                "<p>" + String(repeating: "word ", count: 15) + "\ngoes on</p>"
            ),
            ("x\u{0}y\u{7}", "<p>x y </p>"),
        ])
    func html(text: String, expected: String) throws {
        let html = try ReadMessage(try message(body: text)).html
        let start = try #require(html.range(of: "<p>")), end = try #require(html.range(of: "</p>", options: .backwards))
        #expect(html[start.lowerBound..<end.upperBound].replacing("\r\n", with: "\n") == expected)
        #expect(!html.contains("<img") && !html.contains("<script") && !html.contains("<link"))
    }
}
