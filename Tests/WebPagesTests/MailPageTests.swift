// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("The page about e-mails")
struct MailPageTests {
    @Test("shows stewards what reached nobody, masked, and lets them try again or write to an address again")
    func failed() async throws {
        let cafe = try await Cafe.furnished()
        let address = try await refuse(cafe)
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let page = try await browser.get("/moderation/mail").text
            let parts = page.split(separator: "id=\"addresses\"")
            #expect(parts.count == 2)
            #expect(parts[0].contains("550 5.1.1 no such person") && parts[0].contains("Karim"))
            #expect(parts[0].contains(MailPage.masked(address)) && !parts[0].contains(address))
            #expect(parts[1].contains(address))

            _ = try await browser.post("/moderation/mail/allow", ["address": address], from: "/moderation/mail")
            _ = try await browser.post("/moderation/mail/retry", ["mail": "1"], from: "/moderation/mail")
            let after = try await browser.get("/moderation/mail").text
            #expect(!after.contains(address) && !after.contains("550 5.1.1"))
            // Now it stands among those that wait.
            #expect(after.contains("id=\"queued\"") && after.contains(MailPage.masked(address)))
            let waiting = try await cafe.services.database.read { db in try MailQueue.list(.waiting, limit: 100, in: db)
            }
            #expect(waiting.contains { $0.id == ID(1) })
        }
    }

    @Test("is for stewards alone, and whose address was refused reads so in the settings")
    func others() async throws {
        let cafe = try await Cafe.furnished()
        let address = try await refuse(cafe)
        try await cafe.serve { browser in
            #expect(try await browser.get("/moderation/mail").status != 200)
            try await browser.signIn("karim")
            #expect(try await browser.get("/moderation/mail").status == 404)
            #expect(try await browser.get("/settings").text.contains("n’arrive à ton adresse \(address)"))
            let sent = try await browser.post("/moderation/mail/allow", ["address": address], from: "/settings")
            #expect(sent.status >= 400)
        }
        #expect(try await cafe.services.database.read { db in try MailSuppressions.count(in: db) } == 1)
    }

    @Test(
        "hides most of an address",
        arguments: [
            ("karim@mail.example", "k…@mail.example"), ("é@x.example", "é…@x.example"), ("nobody", "…"), ("", "…"),
        ])
    func masked(address: String, expected: String) {
        #expect(MailPage.masked(address) == expected)
    }

    /// Gives Karim's address up.
    private func refuse(_ cafe: Cafe) async throws -> String {
        let karim = cafe.karim
        return try await cafe.services.database.write { tx in
            let email = try LocalAccounts.byID(karim, in: tx)?.email
            let address = email ?? "karim@mail.example"
            if email == nil { _ = try LocalAccounts.setEmail(karim, address, in: tx) }
            var mail = QueuedMail(id: ID(1), recipient: address, subject: "s", body: "text")
            mail.account = karim
            try MailQueue.enqueue(mail, at: Timestamp(1), in: tx)
            try MailQueue.fail(ID(1), "550 5.1.1 no such person", at: Timestamp(2), in: tx)
            try MailSuppressions.add(address, .refused, "550 5.1.1 no such person", at: Timestamp(2), in: tx)
            return address
        }
    }
}
