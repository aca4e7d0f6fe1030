// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Following across nodes.
    @Suite("Following")
    struct FollowStory {
        @Test(
            "a member finds a group elsewhere by its handle, follows it, is accepted, and leaves", arguments: Cast.all)
        func member(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let group = try await a.group("jardin")
                let anna = try await b.member("anna")
                let (found, state) = try await b.services.follow(handle: "@jardin@\(a.host)", as: .member(anna.id))
                #expect(found.iri == group.iri)
                #expect(found.host == a.host)
                #expect(found.isGroup)
                #expect(state == .requested)
                try await eventually("the Accept came") {
                    try await b.follow(by: anna.iri, of: group.iri) == .accepted
                }
                #expect(try await a.follow(by: anna.iri, of: group.iri) == .accepted)
                #expect(try await a.account(anna.iri)?.handle == Handle(name: "anna", host: b.host))
                #expect(try await a.received().map(\.type) == ["Follow"])
                #expect(try await b.received().map(\.outcome) == ["applied"])

                try await b.services.unfollow(found.id, as: .member(anna.id))
                try await eventually("the Undo came") { try await a.follow(by: anna.iri, of: group.iri) == nil }
                #expect(try await b.follow(by: anna.iri, of: group.iri) == nil)
            }
        }

        @Test("a group that approves its followers says yes to one and no to another", arguments: Cast.all)
        func approval(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let paul = try await a.member("paul", role: .moderator)
                let group = try await a.group("salon", approves: true, founder: paul.id)
                let anna = try await b.member("anna")
                let boris = try await b.member("boris")
                for person in [anna, boris] {
                    try await b.services.follow(handle: "@salon@\(a.host)", as: .member(person.id))
                    try await eventually("the request came") {
                        try await a.follow(by: person.iri, of: group.iri) == .requested
                    }
                    #expect(try await b.follow(by: person.iri, of: group.iri) == .requested)
                    let asker = try #require(try await a.account(person.iri))
                    try await a.services.answerFollowRequest(
                        from: asker.id, to: group.id, accept: person == anna, as: .member(paul.id))
                }
                try await eventually("both answers came") {
                    let first = try await b.follow(by: anna.iri, of: group.iri)
                    let second = try await b.follow(by: boris.iri, of: group.iri)
                    return first == .accepted && second == .rejected
                }
                try await settle([a, b])
            }
        }

        @Test(
            "a group that follows a group elsewhere shows its posts and events, with their origin", arguments: Cast.all)
        func groups(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let paul = try await a.member("paul", role: .moderator)
                let jardin = try await a.group("jardin", founder: paul.id)
                let anna = try await b.member("anna", role: .moderator)
                let quartier = try await b.group("quartier", founder: anna.id)
                try await b.services.follow(handle: "@jardin@\(a.host)", as: .group(quartier.id, by: anna.id))
                try await eventually("the group follows") {
                    try await b.follow(by: quartier.iri, of: jardin.iri) == .accepted
                }
                let post = try await a.post("On plante samedi.", title: "Bulbes", in: jardin, as: paul)
                let event = try await a.plan("Chantier", in: jardin, as: paul)
                let shown = try await awaited("the post is on the group's page") {
                    try await b.read { db in
                        let page = try Timelines.group(
                            quartier.id, PageRequest(), viewer: nil, mode: .open, at: SystemClock().now, in: db)
                        return try PostViews.load(page.posts, viewer: nil, in: db).first
                    }
                }
                #expect(shown.post.iri == post.iri)
                #expect(shown.post.title == "Bulbes")
                #expect(shown.author.handle == Handle(name: "paul", host: a.host))
                #expect(shown.group?.handle == Handle(name: "jardin", host: a.host))
                let agenda = try await awaited("the event is on the group's page") {
                    try await b.read { db in
                        let ids = try Events.upcoming(
                            from: SystemClock().now, scope: .shown(by: quartier.id), limit: 10, after: nil,
                            viewer: nil, mode: .open, in: db)
                        return try EventViews.load(ids, viewer: nil, in: db).first
                    }
                }
                #expect(agenda.event.iri == event.iri)
                #expect(agenda.owner.handle == Handle(name: "jardin", host: a.host))
                try await settle([a, b])
            }
        }
    }
}

extension TestNode {
    /// Plans an event that begins in a week.
    func plan(_ title: String, in group: Account, seats: Int? = nil, as organizer: Account) async throws -> Event {
        // Times in ActivityPub documents have whole seconds.
        let start = Timestamp((SystemClock().now.milliseconds / 1000 + 7 * 86_400) * 1000)
        var draft = EventDraft(
            group: group.id, title: title, startsAt: start, endsAt: start + .hours(2), timeZone: "Europe/Paris")
        draft.capacity = seats
        draft.place = Place(name: "Café du coin", locality: "Lyon")
        let id = try await services.planEvent(draft, as: .member(organizer.id))
        guard let event = try await read({ db in try Events.byID(id, in: db) }) else { throw NodeTestError("no event") }
        return event
    }
}
