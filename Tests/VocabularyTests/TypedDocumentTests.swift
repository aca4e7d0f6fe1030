// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

@Suite("Actors")
struct ActorTests {
    @Test("a stub with nothing but a key reads")
    func stub() throws {
        let actor = try ActorDocument(
            document(
                """
                {"id":"https://g.test/u/ana","type":"Person","publicKey":{"id":"https://g.test/u/ana/main-key",\
                "owner":"https://g.test/u/ana","publicKeyPem":"PEM"}}
                """))
        #expect(actor.kind == .person && actor.inbox == nil && actor.preferredUsername == nil)
        #expect(actor.publicKeys.first?.pem == "PEM")
        #expect(actor.publicKeys.first?.multibase == nil)
    }

    @Test("keys read from both properties, and at most ten")
    func keys() throws {
        let key = #"{"id":"https://g.test/u#k","controller":"https://g.test/u","publicKeyMultibase":"z6Mk"}"#
        let many = Array(repeating: key, count: 50).joined(separator: ",")
        let actor = try ActorDocument(
            document("{\"id\":\"https://g.test/u\",\"type\":\"Group\",\"assertionMethod\":[7,\(many)]}"))
        #expect(actor.publicKeys.count == 10)
        #expect(actor.publicKeys.allSatisfy { $0.multibase == "z6Mk" })
    }

    @Test(
        "what is no actor is refused",
        arguments: [
            #"{"type":"Person"}"#, #"{"id":"https://g.test/u"}"#, #"{"id":"https://g.test/u","type":"Note"}"#,
            #"{"id":"https://g.test/u","type":["Person","Note"]}"#,
            #"{"id":"https://g.test/u","type":["Person","Tombstone"]}"#,
            #"{"id":"javascript:alert(1)","type":"Person"}"#, #"{"id":["https://g.test/u"],"type":"Person"}"#,
        ])
    func refused(text: String) throws {
        let read = try document(text)
        #expect(throws: VocabularyError.self) { try ActorDocument(read) }
    }

    @Test("addresses on another origin are named")
    func foreignAddresses() throws {
        let actor = try ActorDocument(
            document(
                """
                {"id":"https://eve.test/u","type":"Person","inbox":"https://victim.test/inbox",\
                "outbox":"https://eve.test/o",\
                "followers":"http://eve.test/f","url":"https://bank.test/",\
                "endpoints":{"sharedInbox":"https://relay.test/i"}}
                """))
        #expect(actor.propertiesOnOtherOrigins == ["inbox", "followers"])
        #expect(actor.pageURL.string == "https://eve.test/u")
        #expect(actor.sharedInbox?.host == "relay.test")
    }

    @Test(
        "moderators are one collection, wherever it stands",
        arguments: [
            (#""attributedTo":"https://l.test/c/x/moderators""#, true),
            (#""moderators":"https://l.test/c/x/moderators""#, true),
            (#""attributedTo":[{"type":"Person","id":"https://l.test/u/a"}]"#, false), (#""attributedTo":null"#, false),
        ])
    func moderators(member: String, found: Bool) throws {
        let actor = try ActorDocument(document("{\"id\":\"https://l.test/c/x\",\"type\":\"Group\",\(member)}"))
        #expect((actor.moderators != nil) == found)
    }
}

@Suite("Posts")
struct NoteTests {
    @Test("a post reads with its author, its text and its conversation")
    func note() throws {
        let note = try NoteDocument(
            document(
                """
                {"id":"https://v.test/1","type":"Note","attributedTo":[{"type":"Person","id":"https://v.test/ana"},\
                {"type":"Group","id":"https://v.test/g"}],"content":null,"contentMap":{"de":"<p>Hallo</p>"},\
                "inReplyTo":"https://v.test/0","published":"2026-01-02T03:04:05+0000","sensitive":true,\
                "source":{"content":"Hallo","mediaType":"text/markdown"},"quoteUrl":"https://v.test/q",\
                "url":"https://bank.test/x","context":"tag:v.test,2026:x"}
                """))
        #expect(note.attributedTo.map(\.path) == ["/ana", "/g"])
        #expect(note.contentHTML == "<p>Hallo</p>" && note.language == "de" && note.contentMediaType == "text/html")
        #expect(note.published == 1_767_323_045_000 && note.sensitive)
        #expect(note.sourceText == "Hallo" && note.sourceMediaType == "text/markdown")
        #expect(note.quote?.path == "/q" && note.context == nil)
        #expect(note.pageURL == note.id && note.isVote == false)
    }

    @Test("a poll reads with its votes, and a vote is told from a post")
    func poll() throws {
        let question = try NoteDocument(
            document(
                """
                {"id":"https://v.test/1","type":"Question","anyOf":[\
                {"type":"Note","name":"A","replies":{"totalItems":3}},\
                {"type":"Note","name":"B","replies":{"totalItems":-5}},{"type":"Note"}],\
                "closed":"2026-01-02T03:04:05Z",\
                "votersCount":1.5}
                """))
        let poll = try #require(question.poll)
        #expect(poll.isMultiple && poll.isClosed && poll.closed == 1_767_323_045_000 && poll.votersCount == nil)
        #expect(poll.options.map(\.name) == ["A", "B"] && poll.options.map(\.votes) == [3, 0])
        let vote = #"{"id":"https://v.test/2","type":"Note","name":"A","inReplyTo":"https://v.test/1"}"#
        #expect(try NoteDocument(document(vote)).isVote)
    }

    @Test("tags and attachments read by kind")
    func tags() throws {
        let note = try NoteDocument(
            document(
                """
                {"id":"https://v.test/1","type":"Note","tag":[{"type":"Mention","href":"https://v.test/b","name":"@b"},\
                {"type":"Hashtag","name":"#x"},\
                {"type":"Emoji","name":":y:","icon":{"type":"Image","url":"https://v.test/y.png"}},\
                {"type":"CommunityTag"},null,7],\
                "attachment":[{"type":"Document","mediaType":"image/png","url":"https://v.test/p",\
                "width":10,"height":99999999,"focalPoint":[0.5,-0.5],"name":"alt"},\
                {"type":"Link","href":"https://v.test/l"},\
                {"type":"PropertyValue","name":"a","value":"b"},{"type":"Image","url":"ftp://x"}]}
                """))
        #expect(note.tags.map(\.kind) == [.mention, .hashtag, .emoji, .other])
        #expect(note.tags[2].iconURL?.path == "/y.png")
        #expect(note.attachments.count == 2)
        #expect(note.attachments[0].width == 10 && note.attachments[0].height == nil && note.attachments[0].isImage)
        #expect(note.attachments[0].focalPoint.map { [$0.x, $0.y] } == [0.5, -0.5])
        #expect(note.attachments[1].isLink)
    }
}

@Suite("Events")
struct EventTests {
    private func event(_ members: String) throws -> EventDocument {
        try EventDocument(
            document("{\"id\":\"https://e.test/1\",\"type\":\"Event\",\"name\":\"Dinner\",\(members)}"))
    }

    @Test(
        "a cancellation counts wherever it stands",
        arguments: [
            (#""status":"CANCELLED""#, .cancelled), (#""ical:status":"CANCELLED","status":"CONFIRMED""#, .cancelled),
            (#""eventStatus":"https://w3id.org/fep/8a8e/EventCancelled""#, .cancelled),
            (#""eventStatus":"https://schema.org/EventCanceled""#, .cancelled), (#""status":"tentative""#, .tentative),
            (#""status":null"#, .confirmed), (#""status":7"#, .confirmed),
            (#""eventStatus":"EventPostponed""#, .confirmed),
        ] as [(String, EventStatus)])
    func status(member: String, status: EventStatus) throws {
        #expect(try event("\"startTime\":\"2026-09-04T09:00:00+02:00\",\(member)").status == status)
    }

    @Test("times keep the offset, and an end before the start is dropped")
    func times() throws {
        let read = try event(#""startTime":"2026-09-04T09:00:00+02:00","endTime":"2026-09-04T06:00:00Z""#)
        #expect(read.startTime == 1_788_505_200_000 && read.startOffset == 7200 && read.endTime == nil)
    }

    @Test("an event without a start is refused")
    func noStart() {
        #expect(throws: VocabularyError(path: "startTime", expected: "date")) { try event(#""endTime":"2026-01-01""#) }
    }

    @Test(
        "a place reads from every shape",
        arguments: [
            (#""Café X""#, "Café X", nil), (#"{"name":"Café X"}"#, "Café X", nil),
            (#"{"type":"Place","name":"Café X","address":"Main Street 1"}"#, "Café X", "Main Street 1"),
            (
                #"{"type":"Place","name":"Café X","address":{"type":"PostalAddress","streetAddress":"Main 1"}}"#,
                "Café X", "Main 1"
            ),
            (#"[{"type":"VirtualLocation","url":"https://m.test/"},{"type":"Place","name":"Café X"}]"#, "Café X", nil),
            (#"{"type":"PostalAddress","streetAddress":"Main 1"}"#, nil, "Main 1"), (#"{"type":"Place"}"#, nil, nil),
            ("null", nil, nil), ("7", nil, nil), (#""https://e.test/place""#, nil, nil),
        ] as [(String, String?, String?)])
    func places(shape: String, name: String?, street: String?) throws {
        let place = try event("\"startTime\":\"2026-09-04\",\"location\":\(shape)").location
        #expect(place?.name == name && place?.street == street)
        #expect((place == nil) == (name == nil && street == nil))
    }

    @Test("coordinates come in pairs and within the globe")
    func coordinates() throws {
        let good = try event(#""startTime":"2026-09-04","location":{"latitude":"52.5","longitude":13}"#).location
        #expect(good?.latitude == 52.5 && good?.longitude == 13)
        for bad in [#""latitude":91,"longitude":0"#, #""latitude":1"#, #""latitude":1e400,"longitude":1"#] {
            #expect(try event("\"startTime\":\"2026-09-04\",\"location\":{\(bad)}").location == nil)
        }
    }

    @Test("seats, people, mode and links read as meant")
    func details() throws {
        let read = try event(
            """
            "startTime":"2026-09-04T09:00:00Z","maximumAttendeeCapacity":0,"remainingAttendeeCapacity":-3,\
            "attendees":{"type":"Collection","totalItems":17},"joinMode":"external","isOnline":true,\
            "externalParticipationUrl":"https://t.test/","category":["MUSIC","JAM"],"draft":false,\
            "attachment":[{"type":"Link","href":"https://m.test/room","mediaType":"text/html","name":"Website"},\
            {"type":"Document","mediaType":"image/jpeg","url":"https://e.test/b.jpg","isBannerImage":true}]
            """)
        #expect(
            read.maximumAttendeeCapacity == nil && read.remainingAttendeeCapacity == 0 && read.participantCount == 17)
        #expect(
            read.joinMode == .external && read.externalParticipationURL?.host == "t.test" && read.category == "MUSIC")
        #expect(read.onlineURL?.host == "m.test" && read.imageURL?.path == "/b.jpg" && read.isOnline)
        #expect(try event(#""startTime":"2026-09-04","joinMode":"none""#).joinMode == .notOffered)
        #expect(try event(#""startTime":"2026-09-04","joinMode":"whatever""#).joinMode == nil)
    }
}

@Suite("Activities and collections")
struct ActivityTests {
    @Test(
        "an activity without one clear type and one actor is refused",
        arguments: [
            #"{"type":"Follow"}"#, #"{"actor":"https://a.test/1"}"#,
            #"{"type":"Follow","actor":["https://a.test/1","https://a.test/2"]}"#,
            #"{"type":["Follow","Note"],"actor":"https://a.test/1"}"#, #"{"type":"Person","actor":"https://a.test/1"}"#,
            #"{"type":[],"actor":"https://a.test/1"}"#, #"{"type":"Follow","actor":"acct:a@a.test"}"#,
            #"{"type":["Bite","Event"],"actor":"https://a.test/1"}"#,
            #"{"type":["Follow"],"actor":"https://a.test/1"}"#,
            #"{"type":"Follow","@type":"Like","actor":"https://a.test/1"}"#,
            #"{"id":["https://a.test/f"],"type":"Follow","actor":"https://a.test/1"}"#,
            #"{"id":"https://a.test/f","@id":"https://a.test/g","type":"Follow","actor":"https://a.test/1"}"#,
        ])
    func refused(text: String) throws {
        let read = try document(text)
        #expect(throws: VocabularyError.self) { try ActivityDocument(read) }
    }

    @Test(
        "an actor reads from every shape",
        arguments: [#""https://a.test/1""#, #"{"id":"https://a.test/1","type":"Person"}"#, #"["https://a.test/1"]"#])
    func actors(shape: String) throws {
        let activity = try ActivityDocument(
            document("{\"type\":\"Like\",\"actor\":\(shape),\"object\":\"https://b.test/2\"}"))
        #expect(activity.actor.string == "https://a.test/1" && activity.id == nil)
        #expect(try activity.requireObjectID().string == "https://b.test/2")
    }

    @Test("an unknown type is kept")
    func unknown() throws {
        let activity = try ActivityDocument(document(#"{"type":"x:Wave","actor":"https://a.test/1","object":{}}"#))
        #expect(activity.type == "x:Wave" && activity.isKnownType == false)
        #expect(throws: VocabularyError(path: "object.id", expected: "IRI")) { try activity.requireObjectID() }
    }

    @Test("the activity inside an Announce is found")
    func inner() throws {
        let announce = try ActivityDocument(
            document(
                """
                {"id":"https://g.test/a","type":"Announce","actor":"https://g.test/g",\
                "object":{"id":"https://p.test/c",\
                "type":"Create","actor":"https://p.test/u","object":{"id":"https://p.test/n","type":"Note"}}}
                """))
        #expect(announce.innerActivity?.type == "Create")
        #expect(announce.innerActivity?.object?.id?.path == "/n")
        #expect(announce.innerActivity?.innerActivity == nil)
    }

    @Test("a collection reads items, counts and pages")
    func collection() throws {
        let page = try CollectionDocument(
            document(
                """
                {"type":"OrderedCollectionPage","next":"https://a.test/2",\
                "orderedItems":["https://a.test/1",{"type":"Note"}]}
                """
            ))
        #expect(page.items.count == 2 && page.next?.path == "/2" && page.isPage)
        let hidden = try CollectionDocument(document(#"{"type":"Collection","totalItems":12,"id":"https://a.test/f"}"#))
        #expect(hidden.isHidden && hidden.totalItems == 12)
        let odd = try CollectionDocument(
            document(#"{"type":"Collection","totalItems":1.5,"items":"https://a.test/1"}"#))
        #expect(odd.totalItems == nil && odd.items.count == 1)
        let empty = try CollectionDocument(document(#"{"type":"Collection","totalItems":-1}"#))
        #expect(empty.totalItems == 0 && empty.isHidden == false)
    }

    @Test("a tombstone says what it was and when it went")
    func tombstone() throws {
        let id = try #require(IRI("https://a.test/1"))
        let expected = """
            {"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.test/1","type":"Tombstone",\
            "formerType":"Note","deleted":"2026-01-02T03:04:05Z"}
            """
        #expect(Tombstone.document(id: id, formerType: "Note", deleted: 1_767_323_045_000).serializedText() == expected)
        #expect(Document(Tombstone.document(id: id))?.family == .tombstone)
    }
}
