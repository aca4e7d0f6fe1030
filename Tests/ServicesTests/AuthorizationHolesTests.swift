// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Holes in who may do what")
struct AuthorizationHolesTests {
    @Test("a suspended member changes nothing of their own either")
    func suspended() async throws {
        try await Cafe.open { cafe in
            let services = cafe.services
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let list = try await services.makeList(titled: "Amis", replies: .list, isExclusive: false, as: .member(ada))
            try await cafe.follow(bob, by: ada)
            var draft = FilterDraft()
            draft.title = "Non"
            draft.places = ["home"]
            draft.keywords = [KeywordDraft(text: "thé")]
            let filter = try await services.makeFilter(draft, as: .member(ada))
            let word = try #require(filter.keywords.first).id
            let post = try await services.publishPost(PostDraft(text: "Hé"), as: .member(bob))
            let event = try await cafe.plan(by: bob)
            let entry: ID<Entry> = ID(post.rawValue)
            let named = try await services.addNamed(entry, to: filter.id, as: .member(ada))
            try await services.bookmark(.post(post), as: .member(ada))
            try await services.favourite(.event(event), as: .member(ada))
            let token = try await services.makeToken(.read, app: nil, account: ada, person: ada, as: .operator)
            let identity = try #require(try await services.identity(ofToken: token))
            try await services.suspend(ada, true, as: .operator)
            let attempts: [(String, @Sendable () async throws -> Void)] = [
                (
                    "tuneFollow",
                    { try await services.tuneFollow(bob, showsBoosts: false, notifies: nil, as: .member(ada)) }
                ),
                ("unbookmark", { try await services.unbookmark(.post(post), as: .member(ada)) }),
                ("unfavourite", { try await services.unfavourite(.event(event), as: .member(ada)) }),
                (
                    "changeFilter",
                    { [draft] in _ = try await services.changeFilter(filter.id, draft, as: .member(ada)) }
                ),
                (
                    "addKeyword",
                    { _ = try await services.addKeyword("x", wholeWord: true, to: filter.id, as: .member(ada)) }
                ),
                (
                    "changeKeyword",
                    { try await services.changeKeyword(KeywordDraft(id: word, text: "y"), as: .member(ada)) }
                ),
                ("removeNamed", { try await services.removeNamed(named.id, as: .member(ada)) }),
                ("addNamed", { _ = try await services.addNamed(ID(event.rawValue), to: filter.id, as: .member(ada)) }),
                ("deleteFilter", { try await services.deleteFilter(filter.id, as: .member(ada)) }),
                ("add", { try await services.add([bob], to: list.id, as: .member(ada)) }),
                ("remove", { try await services.remove([bob], from: list.id, as: .member(ada)) }),
                (
                    "changeList",
                    {
                        _ = try await services.changeList(
                            list.id, title: "X", replies: nil, isExclusive: nil, as: .member(ada))
                    }
                ),
                ("deleteList", { try await services.deleteList(list.id, as: .member(ada)) }),
                ("clearNotifications", { try await services.clearNotifications(as: .member(ada)) }),
                ("setMarkers", { try await services.setMarkers([.home: 5], as: .member(ada)) }),
                ("seeNotifications", { try await services.seeNotifications(upTo: ID(5), as: .member(ada)) }),
                (
                    "changeNotificationPolicy",
                    { try await services.changeNotificationPolicy(as: .member(ada)) { _ in } }
                ),
                (
                    "answerNotificationRequests",
                    { try await services.answerNotificationRequests([], accept: true, as: .member(ada)) }
                ),
                ("endPushes", { try await services.endPushes(as: identity) }),
                ("revokeToken", { try await services.revokeToken(identity.token, as: .member(ada)) }),
            ]
            for (name, attempt) in attempts {
                await #expect(throws: ServiceError.notAllowed, "\(name)") { try await attempt() }
            }
        }
    }

    @Test("nobody acts in the name of a group but a person who runs it")
    func group() async throws {
        try await Cafe.open { cafe in
            let group = try await cafe.local("cafe").id
            await #expect(throws: ServiceError.notAllowed) {
                _ = try await cafe.services.publishPost(PostDraft(text: "Hé"), as: .member(group))
            }
        }
    }

    @Test("what one may not read one neither favourites, bookmarks nor mutes")
    func unread() async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            var draft = PostDraft(text: "Pour moi")
            draft.visibility = .direct
            let post = try await cafe.services.publishPost(draft, as: .member(bob))
            let vic = try await cafe.stranger("vic")
            let hidden = Event(
                id: cafe.ids.make(at: cafe.clock.now), iri: try iri("https://far.example/events/9"), owner: vic.id,
                uuid: "u", title: "Entre nous", startsAt: cafe.clock.now + .days(1),
                endsAt: cafe.clock.now + .days(1) + .hours(1), publishedAt: cafe.clock.now, isLocal: false
            ).with(visibility: .direct)
            try await cafe.database.write { tx in _ = try Events.insert(hidden, in: tx) }
            try await cafe.follow(vic.id, by: ada)
            await #expect(throws: ServiceError.notFound, "favourite") {
                try await cafe.services.favourite(.event(hidden.id), as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound, "join") {
                try await cafe.services.joinEvent(hidden.id, as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound, "bookmark event") {
                try await cafe.services.bookmark(.event(hidden.id), as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound, "bookmark") {
                try await cafe.services.bookmark(.post(post), as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound, "mute") {
                try await cafe.services.muteThread(.post(post), true, as: .member(ada))
            }
        }
    }

    @Test("the node's own actor cannot be suspended, nor can its last steward lose the role")
    func node() async throws {
        try await Cafe.open { cafe in
            let sam = try await cafe.member("sam", .steward)
            let node = try await cafe.database.read { db in
                try db.row("SELECT id FROM account WHERE kind = 'application'")?.id("id") as ID<Account>?
            }
            await #expect(throws: ServiceError.notAllowed, "suspend") {
                try await cafe.services.suspend(try #require(node), true, as: .operator)
            }
            await #expect(throws: ServiceError.self, "role") {
                try await cafe.services.setRole(sam, .member, as: .operator)
            }
        }
    }

    @Test("a code that a person gave before the suspension buys no token")
    func code() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let made = try await cafe.services.registerApp(AppDraft(name: "App", redirectURIs: ["app://back"]))
            var asked = AuthorizationRequest()
            asked.clientID = made.app.clientID
            asked.redirectURI = "app://back"
            let code = try await cafe.services.authorizeApp(asked, as: .member(ada))
            try await cafe.services.suspend(ada, true, as: .operator)
            var request = TokenRequest()
            request.grantType = "authorization_code"
            request.clientID = made.app.clientID
            request.clientSecret = made.secret
            request.redirectURI = "app://back"
            request.code = code
            await #expect(throws: AuthorizationError.invalidGrant) {
                _ = try await cafe.services.giveToken(request)
            }
        }
    }

    @Test("a link that opens no session is not spent", arguments: TestEngine.available)
    func link(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            let link = try await cafe.services.makeSignInLink(for: ada, as: .operator)
            let token = String(try #require(link.split(separator: "=").last))
            try await cafe.database.write { tx in try tx.run("ALTER TABLE session RENAME TO session_away") }
            await #expect(throws: (any Error).self) { _ = try await cafe.services.useSignInLink(token) }
            try await cafe.database.write { tx in try tx.run("ALTER TABLE session_away RENAME TO session") }
            _ = try await cafe.services.useSignInLink(token)
        }
    }

    @Test("an answer to an event is a seat and a favourite, or neither", arguments: TestEngine.available)
    func answer(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let event = try await cafe.plan(by: bob)
            try await cafe.database.write { tx in try tx.run("ALTER TABLE event_like RENAME TO event_like_away") }
            await #expect(throws: (any Error).self) {
                try await cafe.services.answerEvent(event, .yes, as: .member(ada))
            }
            #expect(try await cafe.state(of: ada, event) == nil)
            try await cafe.database.write { tx in try tx.run("ALTER TABLE event_like_away RENAME TO event_like") }
            try await cafe.services.answerEvent(event, .yes, as: .member(ada))
            #expect(try await cafe.state(of: ada, event) == .going)
        }
    }
}

extension Event {
    fileprivate func with(visibility: Visibility) -> Event {
        var event = self
        event.visibility = visibility
        return event
    }
}
