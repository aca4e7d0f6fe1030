// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("The page of the stewards", .serialized)
struct CommunityPageTests {
    private static let path = "/moderation/community"

    @Test("changes the name, the sentence, the rules, the texts and who may join, at once")
    func change() async throws {
        let cafe = try await Cafe.furnished { $0.registration = .open }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let before = try await browser.get(Self.path).text
            #expect(before.contains("Vide\u{202F}: «\u{202F}Le Café des freelances\u{202F}»"))
            let fields = [
                "name": "Chez Noor", "tagline": "Le café d’en bas.", "registration": "closed",
                "rules": "Sois aimable.\n\n  Pas de publicité.", "about": "Tout a commencé un jeudi.",
                "welcome": "Prends une chaise.",
            ]
            let saved = try await browser.post(Self.path, fields, from: Self.path)
            #expect(saved.status == 303)
            let after = try await browser.get(Self.path).text
            #expect(after.contains("dit autre chose\u{202F}: «\u{202F}Le Café des freelances\u{202F}»"))
            let home = try await browser.get("/").text
            #expect(home.contains("Chez Noor") && home.contains("Prends une chaise."))

            let visitor = Browser(origin: browser.origin)
            let about = try await visitor.get("/about").text
            #expect(about.contains("Tout a commencé un jeudi.") && about.contains("Pas de publicité."))
            #expect(Markup(about).all("ol").count == 1)
            let door = try await visitor.get("/sign-up").text
            #expect(door.contains("Les inscriptions sont fermées"))
            let empty = try await browser.post(Self.path, ["registration": ""], from: Self.path)
            #expect(empty.status == 303)
            let restored = try await visitor.get("/sign-up").text
            #expect(restored.contains("Le Café des freelances") && restored.contains("name=\"email\""))
        }
    }

    @Test("refuses what is too long, and keeps it in the form")
    func refused() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let name = String(repeating: "n", count: 101)
            let answer = try await browser.post(Self.path, ["name": name, "rules": "Une règle"], from: Self.path)
            #expect(answer.status == 422 && answer.text.contains(name) && answer.text.contains("Une règle"))
            #expect(cafe.services.community.name == "Le Café des freelances")
        }
    }

    @Test("gives a member another role, and keeps the last steward")
    func roles() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let path = "/moderation/roles"
            let raised = try await browser.post(path, ["member": "@Karim", "role": "moderator"], from: Self.path)
            #expect(raised.status == 303)
            let page = try await browser.get(Self.path).text
            #expect(page.contains("Karim Benali"))
            let last = try await browser.post(path, ["member": "lina", "role": "member"], from: Self.path)
            #expect(last.status == 409)
            let nobody = try await browser.post(path, ["member": "personne", "role": "member"], from: Self.path)
            #expect(nobody.status == 422 && nobody.text.contains("value=\"personne\""))
        }
        let role = try await cafe.services.database.read { [karim = cafe.karim] db in
            try LocalAccounts.byID(karim, in: db)?.role
        }
        #expect(role == .moderator)
    }

    @Test("is for stewards only")
    func stewardsOnly() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.services.setRole(cafe.karim, .moderator, as: .operator)
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let page = try await browser.get(Self.path)
            #expect(page.status == 404)
            let sent = try await browser.post(Self.path, ["name": "Chez Karim"], from: "/moderation")
            #expect(sent.status == 404)
            #expect(cafe.services.community.name == "Le Café des freelances")
        }
    }

    @Test("is where the first steward's home page begins")
    func firstSteps() async throws {
        let cafe = try await Cafe.open()
        var signUp = SignUp(name: "lina", email: "")
        signUp.password = Cafe.password
        try await cafe.services.createAccount(signUp, role: .steward, as: .operator)
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let home = try await browser.get("/").text
            for step in ["/settings", Self.path, "/members#invite", "/events/new"] {
                #expect(home.contains("<li><a href=\"\(step)\">"), "\(step)")
            }
        }
    }

    @Test("is followed by a process that did not write it")
    func otherProcess() async throws {
        let cafe = try await Cafe.open()
        var profile = CommunityProfile()
        profile.name = "Chez Noor"
        profile.registration = .closed
        let stored = profile
        try await cafe.services.database.write { tx in try CommunityProfiles.set(stored, in: tx) }
        #expect(cafe.services.community.name == "Le Café des freelances")
        try await cafe.services.readCommunity()
        #expect(cafe.services.community.name == "Chez Noor" && cafe.services.community.registration == .closed)
        #expect(cafe.services.profile == profile && cafe.services.configured.registration == .open)
    }
}
