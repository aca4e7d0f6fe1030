// SPDX-License-Identifier: Apache-2.0

import Federation
import Model
import Storage
import Testing
import Vocabulary

private let now = Timestamp(1_780_000_000_000)

private func ours() throws -> LocalIdentifiers { LocalIdentifiers(origin: try iri("https://cafe.example")) }

private func local(_ name: String, _ kind: Account.Kind) throws -> Account {
    let address =
        switch kind {
        case .group: try ours().group(name)
        case .application: try ours().instanceActor
        default: try ours().person(name)
        }
    var account = Account(id: ID(1), kind: kind, username: name, host: "", iri: address, createdAt: now)
    account.displayName = name.uppercased()
    account.discoverable = true
    account.indexable = true
    return account
}

private func remote(_ name: String, id: Int64) throws -> Account {
    Account(
        id: ID(id), kind: .person, username: name, host: "far.example", iri: try iri("https://far.example/u/\(name)"),
        createdAt: now)
}

@Suite("our actors, as other programs read them")
struct ActorAcceptanceTests {
    @Test(
        "every program takes them",
        arguments: [("ana", Account.Kind.person), ("cafe", .group), ("cafe.example", .application)])
    func all(name: String, kind: Account.Kind) throws {
        let account = try local(name, kind)
        let pem = try #require(ResolverKeys.vic)
        let json = AccountToActor.document(account, publicPEM: pem, identifiers: try ours())
        #expect(PeerRules.mastodon(actor: json) == [])
        #expect(PeerRules.lemmy(actor: json) == [])
        #expect(PeerRules.mobilizon(actor: json) == [])
        #expect(PeerRules.misskey(actor: json) == [])
        #expect(PeerRules.iceshrimp(json) == [])
        #expect(json["id"]?.string == account.iri.string)
    }

    @Test("our own reader takes back what it says")
    func roundTrip() throws {
        var account = try local("ana", .person)
        account.approvesFollowers = true
        account.summary = SanitizedHTML(unchecked: "<p>Hello</p>")
        account.icon = try iri("https://cafe.example/media/1.webp")
        let pem = try #require(ResolverKeys.vic)
        let json = AccountToActor.document(account, publicPEM: pem, identifiers: try ours())
        let document = try ActorDocument(try #require(Document(json)))
        let actor = try ActorToAccount.read(document, id: ID(2), host: "cafe.example", at: now)
        #expect(actor.account.displayName == "ANA")
        #expect(actor.account.summary == account.summary)
        #expect(actor.account.approvesFollowers)
        #expect(actor.account.discoverable)
        #expect(actor.account.icon == account.icon)
        #expect(actor.account.sharedInbox?.string == "https://cafe.example/inbox")
        #expect(actor.keys.map(\.publicPEM) == [pem])
        #expect(document.featured?.string == "https://cafe.example/users/ana/collections/featured")
    }
}

@Suite("our posts, as other programs read them")
struct PostAcceptanceTests {
    private func view(_ visibility: Visibility, inGroup: Bool = false, replyingTo parent: IRI? = nil) throws -> PostView
    {
        let author = try local("ana", .person)
        var post = Post(
            id: ID(7), iri: try ours().post(ID(7)), author: author.id,
            content: SanitizedHTML(unchecked: "<p>Text</p>"), visibility: visibility, publishedAt: now, isLocal: true)
        post.title = parent == nil ? "A & B" : ""
        post.source = "Text"
        post.language = "fr"
        post.inReplyToIRI = parent
        post.inReplyTo = parent == nil ? nil : ID(3)
        var view = PostView(post: post, author: author)
        view.mentions = [try remote("ben", id: 20)]
        view.hashtags = ["swift"]
        if inGroup {
            var group = try local("cafe", .group)
            group = Account(id: ID(2), kind: .group, username: "cafe", host: "", iri: group.iri, createdAt: now)
            view.group = group
            view.post.group = group.id
        }
        return view
    }

    private func note(_ view: PostView, parentAuthor: Account? = nil) throws -> JSON {
        PostToNote.standalone(view, identifiers: try ours(), parentAuthor: parentAuthor)
    }

    static let shown: [(Visibility, String)] = [
        (.everyone, "public"), (.unlisted, "unlisted"), (.followers, "private"), (.direct, "direct"),
    ]

    @Test("Mastodon shows them to those they are for", arguments: shown, [true, false])
    func mastodon(shown: (Visibility, String), inGroup: Bool) throws {
        let json = try note(try view(shown.0, inGroup: inGroup))
        let followers = "https://cafe.example/users/ana/followers"
        #expect(PeerRules.mastodon(note: json, visibility: shown.1, author: followers) == [])
        #expect(PeerRules.pleroma(note: json) == [])
        #expect(PeerRules.iceshrimp(json) == [])
    }

    @Test("Lemmy finds the community of a discussion and of an answer")
    func lemmy() throws {
        let group = "https://cafe.example/groups/cafe"
        let discussion = try note(try view(.everyone, inGroup: true))
        #expect(PeerRules.lemmy(note: discussion, group: group) == [])
        #expect(PeerRules.strings(discussion["to"]) == [PeerRules.everybody, group])
        let parent = try iri("https://far.example/n/1")
        let answer = try note(
            try view(.everyone, inGroup: true, replyingTo: parent), parentAuthor: try remote("eva", id: 21))
        #expect(PeerRules.lemmy(note: answer, group: group) == [])
        #expect(PeerRules.strings(answer["to"]) == [PeerRules.everybody])
        #expect(
            PeerRules.strings(answer["cc"]) == [group, "https://far.example/u/eva", "https://far.example/u/ben"])
    }

    @Test("what is not for everybody never names the group, nor the group's followers")
    func privacy() throws {
        for visibility in [Visibility.followers, .direct] {
            let json = try note(try view(visibility, inGroup: true))
            let all = (PeerRules.strings(json["to"]) ?? []) + (PeerRules.strings(json["cc"]) ?? [])
            #expect(!all.contains { $0.contains("/groups/") || $0 == PeerRules.everybody })
            #expect(json["audience"] == nil)
        }
    }

    @Test("a title is there for those that read it and for those that do not")
    func titles() throws {
        let json = try note(try view(.everyone))
        #expect(json["name"]?.string == "A & B")
        #expect(json["content"]?.string == "<p><strong>A &amp; B</strong></p><p>Text</p>")
        #expect(json["summary"] == nil)
        #expect(json["url"]?.string == "https://cafe.example/posts/7")
    }

    @Test("another of our nodes reads what was written")
    func roundTrip() throws {
        let json = try note(try view(.everyone))
        let document = try NoteDocument(try #require(Document(json)))
        var author = try local("ana", .person)
        author.followers = try iri("https://cafe.example/users/ana/followers")
        let far = LocalIdentifiers(origin: try iri("https://other.example"))
        let remote = try NoteToPost.read(document, id: ID(9), author: author, at: now, identifiers: far)
        #expect(remote.post.title == "A & B")
        #expect(remote.post.content.string == "<p>Text</p>")
        #expect(remote.post.visibility == .everyone)
        #expect(remote.post.language == "fr")
        #expect(remote.hashtags == ["swift"])
        #expect(remote.mentioned.map(\.string) == ["https://far.example/u/ben"])
    }
}

@Suite("our events, as other programs read them")
struct EventAcceptanceTests {
    private func view(_ change: (inout Event) -> Void = { _ in }) throws -> EventView {
        let owner = try local("cafe", .group)
        // 2026-09-04, 09:00 to 11:00 in Berlin.
        var event = Event(
            id: ID(8), iri: try ours().event(ID(8)), owner: owner.id, uuid: "0198c0de-0000-7000-8000-000000000001",
            title: "Breakfast", startsAt: Timestamp(1_788_505_200_000), endsAt: Timestamp(1_788_512_400_000),
            publishedAt: now, isLocal: true)
        event.timeZone = "Europe/Berlin"
        event.language = "en"
        event.content = SanitizedHTML(unchecked: "<p>Come</p>")
        event.place = Place(
            name: "Café X", street: "Hauptstr. 1", locality: "Berlin", postalCode: "10827", country: "Germany",
            coordinates: Coordinates(latitude: 52, longitude: 13.5))
        event.capacity = 20
        change(&event)
        var view = EventView(event: event, owner: owner)
        view.going = 17
        return view
    }

    private func document(_ view: EventView) throws -> JSON {
        let community = Community(origin: try iri("https://cafe.example"), name: "Café", tagline: "")
        return EventToDocument.standalone(view, identifiers: try ours(), community: community)
    }

    static let changes: [(String, @Sendable (inout Event) -> Void)] = [
        ("as it is", { _ in }), ("without limit", { $0.capacity = nil }),
        (
            "online",
            {
                $0.place = nil
                $0.onlineURL = IRI("https://meet.example/x")
            }
        ), ("nowhere yet", { $0.place = nil }), ("without a text", { $0.content = .empty }),
        ("cancelled", { $0.status = .cancelled }), ("postponed", { $0.status = .postponed }),
        ("rescheduled", { $0.status = .rescheduled }), ("tentative", { $0.status = .tentative }),
        ("of unknown zone", { $0.timeZone = "Mars/Base" }), ("with an empty place", { $0.place = Place(name: "") }),
        ("with a long title", { $0.title = String(repeating: "x", count: 300) }),
    ]

    @Test("every program takes them, whatever their state", arguments: changes)
    func all(name: String, change: @Sendable (inout Event) -> Void) throws {
        let json = try document(try view(change))
        #expect(PeerRules.mobilizon(event: json) == [], "Mobilizon, \(name)")
        #expect(PeerRules.gancio(event: json) == [], "Gancio, \(name)")
        #expect(PeerRules.roadhouse(event: json) == [], "RoadHouse, \(name)")
        #expect(PeerRules.eventBridge(event: json) == [], "Event Bridge, \(name)")
        #expect(PeerRules.piefed(event: json) == [], "PieFed, \(name)")
        // Peers read `status` by its plain name. As linked data it is `ical:status`.
        let unlinked: Set = [
            "status", "onlineLink", "anonymousParticipation", "buyTicketsLink", "feeCurrency", "feeAmount",
        ]
        #expect(json["ical:status"] == json["status"])
        #expect(PeerRules.iceshrimp(json, ignoring: unlinked) == [], "Iceshrimp, \(name)")
        #expect((json["name"]?.string?.count ?? 0) <= 200)
    }

    @Test("a microblog's one line tells what, when, where and how many seats, without tags")
    func summaries() throws {
        let english = try document(try view())
        let told = [
            "Breakfast", "Fri 4 Sep 2026, 09:00–11:00 (Europe/Berlin)", "Café X, Hauptstr. 1, 10827 Berlin",
            "20 seats, 3 left",
        ]
        #expect(PeerRules.microblogs(event: english, telling: told) == [])
        let french = try document(try view { $0.language = nil })
        #expect(
            PeerRules.microblogs(
                event: french,
                telling: ["ven. 4 sept. 2026, 09:00–11:00", "20 places, encore 3"]) == [])
        let escaped = try document(try view { $0.title = "<b>A & B" })
        #expect(PeerRules.microblogs(event: escaped, telling: ["&lt;b>A & B"]) == [])
    }

    @Test("times carry the zone's offset")
    func times() throws {
        let json = try document(try view())
        #expect(json["startTime"]?.string == "2026-09-04T09:00:00+02:00")
        #expect(json["endTime"]?.string == "2026-09-04T11:00:00+02:00")
        #expect(json["timezone"]?.string == "Europe/Berlin")
    }

    static let states: [(Model.EventStatus, String, String, String)] = [
        (.scheduled, "CONFIRMED", "EventScheduled", "Breakfast"),
        (.rescheduled, "CONFIRMED", "EventRescheduled", "Breakfast"),
        (.postponed, "TENTATIVE", "EventPostponed", "Postponed: Breakfast"),
        (.cancelled, "CANCELLED", "EventCancelled", "Cancelled: Breakfast"),
    ]

    @Test("a state is said for those that read it, and before the title for those that do not", arguments: states)
    func status(status: Model.EventStatus, word: String, eventStatus: String, name: String) throws {
        let json = try document(try view { $0.status = status })
        #expect(json["status"]?.string == word)
        #expect(json["eventStatus"]?.string == "https://w3id.org/fep/8a8e/\(eventStatus)")
        #expect(json["name"]?.string == name)
    }

    @Test(
        "another of our nodes reads what was written",
        arguments: [Model.EventStatus.scheduled, .cancelled, .postponed, .rescheduled])
    func roundTrip(status: Model.EventStatus) throws {
        let sent = try view { $0.status = status }
        let document = try EventDocument(try #require(Document(try document(sent))))
        let far = LocalIdentifiers(origin: try iri("https://other.example"))
        let event = try DocumentToEvent.read(
            document, id: ID(9), owner: try local("cafe", .group), at: now, identifiers: far
        ).event
        #expect(event.title == "Breakfast")
        #expect(event.status == status)
        #expect(event.startsAt == sent.event.startsAt && event.endsAt == sent.event.endsAt)
        #expect(event.timeZone == "Europe/Berlin")
        #expect(event.place == sent.event.place)
        #expect(event.capacity == 20 && event.remoteGoing == 17)
        #expect(event.joinMode == .restricted)
        #expect(event.visibility == .everyone)
        #expect(event.uuid == sent.event.uuid)
    }

    @Test("an event online or nowhere yet has no place when it is read again")
    func placeholders() throws {
        let far = LocalIdentifiers(origin: try iri("https://other.example"))
        for (online, language) in [(IRI("https://meet.example/x"), "fr"), (nil, "en")] {
            let sent = try view {
                $0.place = nil
                $0.onlineURL = online
                $0.isOnline = online != nil
                $0.language = language
            }
            let document = try EventDocument(try #require(Document(try document(sent))))
            let event = try DocumentToEvent.read(
                document, id: ID(9), owner: try local("cafe", .group), at: now, identifiers: far
            ).event
            #expect(event.place == nil)
            // The address is for guests, who get it with the answer to their request.
            #expect(event.onlineURL == nil)
            #expect(event.isOnline == (online != nil))
        }
    }
}
