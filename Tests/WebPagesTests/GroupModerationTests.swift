// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import WebPages

@Suite("The pages for those who run a group")
struct GroupModerationPagesTests {
    @Test("a post is taken out until a second look, its author may not write, and both are taken back")
    func remove() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        var draft = PostDraft(text: "Achetez mes montres")
        draft.group = cafe.group
        let post = try await cafe.services.publishPost(draft, as: .member(cafe.karim))
        let (group, karim) = (cafe.group, cafe.karim)
        try await cafe.serve { browser in
            let stranger = try await browser.get("/posts/\(post)").text
            #expect(!stranger.contains("Sortir du groupe"))
            try await browser.signIn("lina")
            let page = try await browser.get("/posts/\(post)").text
            #expect(page.contains("Sortir du groupe") && page.contains("Fermer la discussion"))
            let answer = try await browser.post(
                "/posts/\(post)/remove", ["how": "held", "ban": "week", "reason": "Publicité"], from: "/posts/\(post)")
            #expect(answer.status == 303)
            #expect(answer.header("location")?.hasPrefix("/groups/lyon") == true)
            let list = try await browser.get("/groups/lyon").text
            #expect(list.contains("En attente d’un regard") && list.contains("Achetez mes montres"))
            #expect(list.contains("N’écrivent plus ici") && list.contains("Publicité"))
            let back = try await browser.post("/groups/lyon/let-in", ["post": "\(post)"], from: "/groups/lyon")
            #expect(back.status == 303)
            let free = try await browser.post("/groups/lyon/unban", ["account": "\(karim)"], from: "/groups/lyon")
            #expect(free.status == 303)
            let after = try await browser.get("/groups/lyon").text
            #expect(!after.contains("En attente d’un regard") && !after.contains("N’écrivent plus ici"))
        }
        let stored = try await cafe.services.database.read { db in try Posts.byID(post, in: db) }
        #expect(stored?.group == group)
    }

    @Test("a closed discussion has no form to answer, and can be opened again")
    func lock() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        var draft = PostDraft(text: "Qui a gagné ?")
        draft.group = cafe.group
        let post = try await cafe.services.publishPost(draft, as: .member(cafe.karim))
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let answer = try await browser.post("/posts/\(post)/lock", [:], from: "/posts/\(post)")
            #expect(answer.status == 303)
            let closed = try await browser.get("/posts/\(post)").text
            #expect(closed.contains("Personne ne peut plus y répondre") && closed.contains("Rouvrir la discussion"))
            #expect(!closed.contains("name=\"in_reply_to\""))
            let refused = try await browser.post(
                "/posts", ["in_reply_to": "\(post)", "text": "Moi"], from: "/posts/\(post)")
            #expect(refused.status == 409 && refused.text.contains("La discussion est fermée"))
            _ = try await browser.post("/posts/\(post)/unlock", [:], from: "/posts/\(post)")
            let open = try await browser.get("/posts/\(post)").text
            #expect(open.contains("name=\"in_reply_to\""))
        }
    }

    @Test("those who do not run the group can do none of it")
    func strangers() async throws {
        let cafe = try await Cafe.furnished(limits: false)
        var draft = PostDraft(text: "Bonjour")
        draft.group = cafe.group
        let post = try await cafe.services.publishPost(draft, as: .member(cafe.lina))
        let lina = cafe.lina
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            for (path, fields) in [
                ("/posts/\(post)/remove", [:]), ("/posts/\(post)/lock", [:]),
                ("/groups/lyon/let-in", ["post": "\(post)"]), ("/groups/lyon/unban", ["account": "\(lina)"]),
            ] as [(String, [String: String])] {
                let answer = try await browser.post(path, fields, from: "/posts/\(post)")
                #expect(answer.status == 404, "\(path)")
            }
        }
    }
}
