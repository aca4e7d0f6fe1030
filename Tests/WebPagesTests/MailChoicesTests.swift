// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@testable import Services
@testable import WebPages

@Suite("Choosing e-mails on pages", .serialized)
struct MailChoicesTests {
    @Test("a member chooses in the settings, and sees only the kinds that concern them")
    func settings() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let page = try await browser.get("/settings").text
            #expect(page.contains("name=\"mail_digest\" value=\"yes\" checked") && !page.contains("mail_to_do"))
            _ = try await browser.post("/settings/mails", ["shown_digest": "yes"], from: "/settings")
            #expect(!(try await browser.get("/settings").text.contains("name=\"mail_digest\" value=\"yes\" checked")))
            let choices = try await cafe.services.mailChoices(of: cafe.karim)
            #expect(choices.filter { !$0.isWanted }.map(\.kind.name) == ["digest"])
        }
    }

    @Test("the link of an e-mail shows a button, and a mail program's request needs no session")
    func link() async throws {
        let cafe = try await Cafe.furnished()
        let address = try await cafe.services.database.write { tx in
            try cafe.services.switchLink(DigestEmail.kind, cafe.karim, in: tx)
        }
        let path = String(address.dropFirst("http://cafe.example".count))
        try await cafe.serve { browser in
            let page = try await browser.get(path)
            #expect(page.status == 200 && page.text.contains("Arrêter ces courriels"))
            #expect(try await cafe.services.mailChoices(of: cafe.karim).allSatisfy(\.isWanted))
            let wrong = try await browser.post(path + "0", ["List-Unsubscribe": "One-Click"])
            #expect(wrong.status == 404)
            #expect(try await cafe.services.mailChoices(of: cafe.karim).allSatisfy(\.isWanted))
            let done = try await browser.post(path, ["List-Unsubscribe": "One-Click"])
            #expect(done.status == 200)
            let choices = try await cafe.services.mailChoices(of: cafe.karim)
            #expect(choices.filter { !$0.isWanted }.map(\.kind.name) == ["digest"])
        }
    }
}
