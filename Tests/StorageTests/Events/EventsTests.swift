// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("events")
struct EventsTests {
    @Test("an event is read as it was stored, and stored once", arguments: TestEngine.available)
    func roundTrip(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (cafe, ana) = (try await scene.account("cafe", kind: .group), try await scene.account("ana"))
            let event = try full(scene, owner: cafe, organizer: ana)
            try await scene.store(event)
            var copy = try scene.eventDraft(by: cafe)
            copy.iri = event.iri
            let second = copy
            try await scene.db.write { tx throws in
                #expect(try Events.insert(second, in: tx) == false)
                #expect(try Events.byID(event.id, in: tx) == event)
                #expect(try Events.byIRI(event.iri, in: tx) == event)
                #expect(try Events.byID(second.id, in: tx) == nil)
            }
        }
    }

    @Test("an update replaces all that an event says", arguments: TestEngine.available)
    func update(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (cafe, ana) = (try await scene.account("cafe", kind: .group), try await scene.account("ana"))
            let bare = try await scene.event(by: cafe)
            let bystander = try await scene.event(by: cafe)
            let rich = try full(scene, owner: cafe, organizer: ana)
            var changed = Event(
                id: bare.id, iri: bare.iri, owner: cafe.id, uuid: bare.uuid, title: rich.title,
                startsAt: rich.startsAt, endsAt: rich.endsAt, publishedAt: bare.publishedAt, isLocal: true)
            changed.place = rich.place
            changed.capacity = 7
            changed.status = .rescheduled
            changed.previousStart = bare.startsAt
            changed.sequence = 1
            let edited = changed
            try await scene.db.write { tx in
                try Events.update(edited, in: tx)
                #expect(try Events.byID(bare.id, in: tx) == edited)
                try Events.update(bare, in: tx)
                #expect(try Events.byID(bare.id, in: tx) == bare)
                #expect(try Events.byID(bystander.id, in: tx) == bystander)
            }
        }
    }

    private func full(_ scene: Scene, owner: Account, organizer: Account) throws -> Event {
        var event = try scene.eventDraft(by: owner, capacity: 20)
        event.organizer = organizer.id
        event.content = SanitizedHTML(unchecked: "<p>Venez</p>")
        event.source = "Venez"
        event.timeZone = "Europe/Paris"
        event.place = Place(
            name: "", street: "1 rue de la Tasse", locality: "Lyon", postalCode: "69001", region: "Rhône",
            country: "France",
            coordinates: Coordinates(latitude: 45.767_5, longitude: 4.834))
        event.onlineURL = try scene.iri("rooms")
        event.joinMode = .restricted
        event.externalURL = try scene.iri("tickets")
        event.status = .rescheduled
        event.previousStart = Scene.start
        event.visibility = .unlisted
        event.remoteGoing = 3
        event.url = try scene.iri("pages")
        event.language = "fr"
        event.showsEnd = false
        event.isAllDay = true
        event.category = "SPORTS"
        event.hashtags = ["danse", "écosse"]
        event.emojis = ["tasse", "danse_1"]
        event.picture = EventPicture(url: try scene.iri("flyer"), mediaType: "image/png", description: "Des tasses")
        event.sequence = 4
        event.updatedAt = Scene.start + .hours(3)
        return event
    }

    @Test(
        "upcoming events come by their start until they end, past ones latest first, in pages of every size",
        arguments: TestEngine.available)
    func agenda(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            var drafts: [Event] = []
            for hours in [30, -1, 5, -2, 5, -30, 80] { drafts.append(try scene.eventDraft(by: cafe, hours: hours)) }
            drafts[0].status = .cancelled
            for draft in drafts { try await scene.store(draft) }
            for visibility in Visibility.allCases where visibility != .everyone {
                var hidden = try scene.eventDraft(by: cafe)
                hidden.visibility = visibility
                try await scene.store(hidden)
            }
            let all = drafts.map(\.id)
            let (upcoming, past) = ([all[1], all[2], all[4], all[0], all[6]], [all[3], all[5]])
            let events = Dictionary(uniqueKeysWithValues: drafts.map { ($0.id, $0) })
            for limit in 1...6 {
                try await scene.db.read { db throws in
                    #expect(
                        try Self.pages(events) {
                            try Events.upcoming(
                                from: Scene.start, scope: .community, limit: limit, after: $0, viewer: nil,
                                mode: .open, in: db)
                        } == upcoming)
                    #expect(
                        try Self.pages(events) {
                            try Events.past(
                                before: Scene.start, scope: .of(cafe.id), limit: limit, after: $0, viewer: nil,
                                mode: .open, in: db)
                        } == past)
                }
            }
        }
    }

    private static func pages(
        _ events: [ID<Event>: Event], _ load: ((Timestamp, ID<Event>)?) throws -> [ID<Event>]
    ) throws -> [ID<Event>] {
        var (found, after): ([ID<Event>], (Timestamp, ID<Event>)?) = ([], nil)
        while found.count < 20 {
            let page = try load(after)
            guard let last = page.last.flatMap({ events[$0] }) else { break }
            found += page
            after = (last.startsAt, last.id)
        }
        return found
    }

    @Test(
        "the agenda holds our events, those of followed owners, and what our groups or their partners share",
        arguments: TestEngine.available)
    func scope(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (cafe, ana) = (try await scene.account("cafe", kind: .group), try await scene.account("ana"))
            let followed = try await scene.account("friend", host: "a.example", kind: .group)
            let partner = try await scene.account("agenda", host: "lyon.example", kind: .group)
            let shady = try await scene.account("shady", host: "shady.example", kind: .group)
            let (far, lost) = (try await scene.account("far", host: "b.example"), try await scene.account("lost"))
            try await scene.decide(.limited, about: "shady.example")
            try await scene.follow(followed, by: ana)
            for target in [partner, shady] { try await scene.follow(target, by: cafe) }
            let local = try await scene.event(by: cafe, hours: 1)
            let theirs = try await scene.event(by: followed, hours: 2)
            var shared: [ID<Event>] = []
            for (hours, relay) in [cafe, partner, shady, far].enumerated() {
                let event = try await scene.event(by: far, hours: hours + 3)
                let activity = try scene.iri("shares")
                try await scene.db.write { tx in
                    _ = try EventShares.add(
                        scene.id(), event: event.id, account: relay.id, activity: activity, at: Scene.start, in: tx)
                }
                shared.append(event.id)
            }
            let orphaned = try await scene.event(by: lost)
            try await scene.db.write { tx in _ = try Accounts.suspend(lost.id, at: Scene.start, in: tx) }
            let relayed = shared
            try await scene.db.read { db throws in
                func upcoming(_ owner: Account?) throws -> [ID<Event>] {
                    try Events.upcoming(
                        from: Scene.start, scope: owner.map { .of($0.id) } ?? .community, limit: 50, after: nil,
                        viewer: nil, mode: .open, in: db)
                }
                #expect(try upcoming(nil) == [local.id, theirs.id, relayed[0], relayed[1]])
                #expect(try upcoming(cafe) == [local.id, relayed[0]])
                #expect(try upcoming(far) == relayed)
                #expect(try !upcoming(lost).contains(orphaned.id))
            }
        }
    }

    @Test(
        "an event is shared once by an account, found by the activity and taken back", arguments: TestEngine.available)
    func shares(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let cafe = try await scene.account("cafe", kind: .group)
            let event = try await scene.event(by: cafe)
            let (first, second) = (try scene.iri("shares"), try scene.iri("shares"))
            let (id, owner, now) = (event.id, cafe.id, Scene.start)
            try await scene.db.write { tx throws in
                #expect(try EventShares.add(scene.id(), event: id, account: owner, activity: first, at: now, in: tx))
                #expect(try !EventShares.add(scene.id(), event: id, account: owner, activity: second, at: now, in: tx))
                #expect(try EventShares.byActivity(first, in: tx)?.event == id)
                #expect(try EventShares.byActivity(second, in: tx) == nil)
                #expect(try EventShares.find(event: id, account: owner, in: tx) == first)
                #expect(try EventShares.remove(event: id, account: owner, in: tx))
                #expect(try !EventShares.remove(event: id, account: owner, in: tx))
                #expect(try Events.lock(id, in: tx))
                #expect(try Events.delete(id, in: tx))
                #expect(try !Events.delete(id, in: tx))
                #expect(try !Events.lock(id, in: tx))
            }
        }
    }

    @Test("a view counts guests and shows the attendees that the viewer may see", arguments: TestEngine.available)
    func views(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (cafe, ana) = (try await scene.account("cafe", kind: .group), try await scene.account("ana"))
            var draft = try scene.eventDraft(by: cafe, capacity: 15)
            draft.organizer = ana.id
            try await scene.store(draft)
            let shy = try await scene.account("shy", discoverable: false)
            var guests: [Account] = []
            for number in 0..<14 { guests.append(try await scene.account("g\(number)")) }
            for guest in [shy] + guests { try await scene.requestToJoin(guest, draft) }
            try await scene.requestToJoin(ana, draft)
            try await scene.block(ana, by: guests[2])
            let quiet = try await scene.event(by: cafe)
            let (event, all) = (draft, guests)
            try await scene.db.read { db in
                let views = try EventViews.load([quiet.id, event.id], viewer: ana.id, with: .page, in: db)
                #expect(views.map(\.id) == [quiet.id, event.id])
                let view = try #require(views.last)
                #expect(view.event == event)
                #expect(view.owner == cafe)
                #expect(view.organizer == ana)
                #expect(view.going == 15)
                #expect(view.waiting == 1)
                #expect(view.seatsLeft == 0)
                #expect(view.viewer?.state == .waiting)
                #expect(view.attendees == Array((all[..<2] + all[3...]).prefix(12)))
                let open = try #require(try EventViews.one(event.id, viewer: nil, with: .page, in: db))
                #expect(open.attendees == Array(all.prefix(12)))
                #expect(open.viewer == nil)
                #expect(views.first?.going == 0)
                #expect(views.first?.seatsLeft == nil)
                #expect(views.first?.organizer == nil)
            }
        }
    }

    @Test(
        "a remote event's own number of guests counts, and thirty events take as many queries as one",
        arguments: TestEngine.available)
    func remoteViews(engine: TestEngine) async throws {
        let statements = Counter()
        try await Scene.with(engine, onStatement: { _ in statements.increment() }) { scene in
            let (far, ana) = (try await scene.account("far", host: "b.example"), try await scene.account("ana"))
            var ids: [ID<Event>] = []
            for number in 0..<30 {
                var event = try scene.eventDraft(by: far, capacity: 10)
                event.remoteGoing = number
                try await scene.store(event)
                var guest = try scene.wish(ana, event)
                guest.state = .going
                let seat = guest
                try await scene.db.write { tx in try GuestLists.set(seat, rank: 1, in: tx) }
                ids.append(event.id)
            }
            let all = ids
            for number in [1, 30] {
                let before = statements.value
                let views = try await scene.db.read { db in
                    try EventViews.load(Array(all.prefix(number)), viewer: ana.id, with: .page, in: db)
                }
                #expect(statements.value - before == 3)
                #expect(views.map(\.going) == Array(0..<number))
                #expect(views.map(\.seatsLeft) == (0..<number).map { max(10 - $0, 0) })
                #expect(views.allSatisfy { $0.viewer?.state == .going && $0.attendees == [ana] })
            }
        }
    }
}
