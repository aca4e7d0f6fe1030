// SPDX-License-Identifier: Apache-2.0

import Mail
import Model
import Testing

@Suite("A mail message")
struct MailMessageTests {
    @Test("has exactly these fields, in this order")
    func fields() throws {
        let read = try ReadMessage(try message(subject: "Your way in", name: "The Cafe"))
        #expect(
            read.fields.map { "\($0.name):\($0.value)" } == [
                "From: The Cafe <node@cafe.example>", "To: ada@mail.example", "Subject: Your way in",
                "Date: Fri, 02 Jan 2026 03:04:05 +0000", "Message-ID: <7.troquet@cafe.example>",
                "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_7_alternative\"",
            ])
        #expect(
            read.parts == [
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable",
                "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable",
            ])
    }

    @Test(
        "says the weekday of its date",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (-1000, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (4_102_444_799_999, "Thu, 31 Dec 2099 23:59:59 +0000"), (.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (.min, "Sat, 01 Jan 0000 00:00:00 +0000"),
        ] as [(Int64, String)])
    func dates(milliseconds: Int64, expected: String) throws {
        let read = try ReadMessage(try message(date: Timestamp(milliseconds)))
        #expect(try read.value("Date") == expected)
    }

    @Test(
        "keeps a subject, whatever it is",
        arguments: [
            "Bienvenue : Café du Port", "Ta clé 🔑 pour entrer", "=?utf-8?Q?not_encoded?=", "1 + 1 = 2 ?",
            String(repeating: "a", count: 300), String(repeating: "é", count: 200), String(repeating: "👩‍👩‍👧‍👦", count: 40),
            "short words " + String(repeating: "and more of them ", count: 20) + "end",
        ])
    func subjects(subject: String) throws {
        #expect(try ReadMessage(try message(subject: subject)).value("Subject") == subject)
    }

    @Test(
        "cannot be given another field by what a person typed",
        arguments: [
            "Hello\r\nBcc: eve@evil.example", "Hello\nBcc: eve@evil.example", "Hello\rBcc: eve@evil.example",
            "Hello\r\n\r\nAnother body", "Hello\u{0}\u{85}\u{2028}\u{2029}\u{B}\u{C}", "\r\n \r\n.\r\n",
        ])
    func injection(text: String) throws {
        let read = try ReadMessage(try message(subject: text, body: "Body", name: text))
        #expect(read.fields.count == 8)
        #expect(!read.fields.contains { $0.name == "Bcc" })
        #expect(read.body == "Body\r\n")
    }

    @Test(
        "keeps a sender's name, and always the address",
        arguments: ["Café du Port", "Eve <eve@evil.example>", "\"Quoted\", (commented)", "a@b", "Plain Name 2"])
    func senders(name: String) throws {
        let read = try ReadMessage(try message(name: name))
        let value = try read.value("From")
        #expect(value.filter { $0 != " " } == "\(name) <node@cafe.example>".filter { $0 != " " })
        #expect(read.fields.first?.value.split(separator: " ").last == "<node@cafe.example>")
    }

    @Test(
        "keeps a body, whatever it is",
        arguments: [
            "one line", "two\nlines", "a blank\n\nline", "ends in space \nand tab\t\nhere ", "1 = 1\n=3D\n=",
            "Réponds-moi à 18 h 🙂", String(repeating: "x", count: 76), String(repeating: "x", count: 77),
            String(repeating: "y", count: 75) + "=", String(repeating: "é", count: 500), ".\n..\nFrom here\n", "",
            "https://cafe.example/sign-in/link?token=" + String(repeating: "k", count: 90),
        ])
    func bodies(body: String) throws {
        let read = try ReadMessage(try message(body: body))
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = (lines.count > 1 && lines.last == "" ? lines.dropLast() : lines[...]).joined(separator: "\r\n")
        #expect(read.body == kept + "\r\n")
    }

    @Test("takes every kind of line end for one")
    func lineEnds() throws {
        #expect(try ReadMessage(try message(body: "a\r\nb\rc\nd\n\re")).body == "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n")
    }

    @Test("is made of short ASCII lines")
    func lines() throws {
        let long = String(repeating: "déjà vu 🙂\t", count: 60)
        let read = try ReadMessage(try message(subject: long, body: long + "\u{0}", name: long))
        for line in read.lines {
            #expect(line.utf8.count <= 78)
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 })
        }
    }
}
