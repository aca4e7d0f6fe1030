// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import WebPages

@Suite("Things of other servers on the pages")
struct FromElsewhereTests {
    @Test("several ticks of one ballot are one vote")
    func ballot() async throws {
        let cafe = try await Cafe.furnished()
        var draft = PostDraft(text: "Quand ?")
        draft.poll = PollDraft(options: ["Lundi", "Mardi", "Jeudi"], seconds: 3_600, isMultiple: true)
        let post = try await cafe.services.publishPost(draft, as: .member(cafe.lina))
        try await cafe.serve { browser in
            try await browser.signIn("karim")
            let path = "/posts/\(post)"
            let answer = try await browser.post("\(path)/vote", "choice", values: ["0", "2"], from: path)
            #expect(answer.status == 303)
            let poll = try await cafe.services.database.read { db in try Polls.one(post, viewer: cafe.karim, in: db) }
            #expect(poll?.ownVotes == [0, 2] && poll?.votersCount == 1)
        }
    }

    @Test("the page to which other servers send a member opens a post, an event or an account here")
    func interaction() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let address = "/authorize_interaction?uri=https%3A%2F%2Fgrenoble.example%2Fevents%2F1"
            let stranger = try await browser.get(address)
            #expect(stranger.status == 303)
            #expect(stranger.header("location")?.hasPrefix("/sign-in?next=%2Fauthorize_interaction%3Furi%3D") == true)
            try await browser.signIn("karim")
            #expect(try await browser.get(address).header("location") == "/events/\(cafe.remoteEvent)")
            let post = try await browser.get("/authorize_interaction?uri=https://grenoble.example/posts/1")
            #expect(post.header("location") == "/posts/\(cafe.remotePost)")
            let group = try await browser.get("/authorize_interaction?uri=acct:cafe@grenoble.example")
            #expect(group.header("location") == "/accounts/\(cafe.remoteGroup)")
            let nothing = try await browser.get("/authorize_interaction?uri=https://nowhere.example/%3Cb%3E")
            #expect(nothing.status == 404 || nothing.status == 502)
            #expect(!nothing.text.contains("<b>") && nothing.text.contains("name=\"uri\""))
            #expect(try await browser.get("/authorize_interaction").status == 200)
        }
    }

    @Test("a member's search for an address opens what is known under it")
    func search() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let address = "/search?q=https%3A%2F%2Fgrenoble.example%2Fposts%2F1"
            #expect(try await browser.get(address).status == 200)
            try await browser.signIn("karim")
            #expect(try await browser.get(address).header("location") == "/posts/\(cafe.remotePost)")
            let handle = try await browser.get("/search?q=%40cafe%40grenoble.example")
            #expect(handle.text.contains("href=\"/accounts/\(cafe.remoteGroup)\""))
        }
    }

    @Test("the emoji of a reaction stands beside its notification, and those of an event in its title and text")
    func reactions() async throws {
        let cafe = try await Cafe.furnished()
        let post = try await cafe.services.publishPost(PostDraft(text: "Du thé"), as: .member(cafe.lina))
        let (ids, now) = (cafe.ids, cafe.services.clock.now)
        let event = cafe.event
        try await cafe.services.database.write { tx in
            guard let stored = try Posts.byID(post, in: tx), let remote = try Posts.byID(cafe.remotePost, in: tx),
                var changed = try Events.byID(event, in: tx)
            else { throw TestHTTPError.noAnswer }
            let like = try Likes.receive(
                from: remote.author, of: stored, activity: remote.iri, with: ":tasse:", at: now, in: tx)
            if let like { try Notifications.favoured(like, at: now, ids: ids, in: tx) }
            changed.title = "Rencontre :tasse:"
            changed.content = SanitizedHTML(unchecked: "<p>Un :tasse:</p>")
            changed.emojis = ["tasse"]
            try Events.update(changed, in: tx)
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let news = try await browser.get("/notifications").text
            let picture = "<img class=\"emoji\" src=\"/emoji/grenoble.example/tasse\" alt=\":tasse:\""
            #expect(news.contains("te remercie</a>") && news.contains("</a> \(picture)"))
            let page = try await browser.get("/events/\(event)").text
            #expect(page.contains("Rencontre <img class=\"emoji\"") && page.contains("<p>Un <img class=\"emoji\""))
        }
    }

    @Test("custom emoji are small pictures of this node, in names, texts and ballots")
    func emoji() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.services.database.write { tx in
            guard var post = try Posts.byID(cafe.remotePost, in: tx),
                var author = try Accounts.byID(post.author, in: tx)
            else { throw TestHTTPError.noAnswer }
            author.displayName = "Inès :tasse:"
            author.emojis = ["tasse"]
            _ = try Accounts.upsertRemote(author, in: tx)
            post.content = SanitizedHTML(unchecked: "<p>Un :tasse: ou :autre:</p>")
            post.emojis = ["tasse"]
            try Posts.update(post, PostParts(), in: tx)
        }
        try await cafe.serve { browser in
            let page = try await browser.get("/posts/\(cafe.remotePost)").text
            let picture = "<img class=\"emoji\" src=\"/emoji/grenoble.example/tasse\" alt=\":tasse:\""
            #expect(page.contains("<p>Un \(picture)"))
            #expect(page.contains("Inès \(picture)"))
            #expect(page.contains("ou :autre:"))
        }
    }
}
