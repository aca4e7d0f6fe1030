// SPDX-License-Identifier: Apache-2.0

import Federation
import Model
import Testing
import Vocabulary

private let now = Timestamp(1_780_000_000_000)
private let vic = "https://victim.test/u/vic"

private func ours() throws -> LocalIdentifiers { LocalIdentifiers(origin: try iri("https://node.test")) }

private func author(_ id: String = vic) throws -> Account {
    let address = try iri(id)
    var account = Account(
        id: ID(1), kind: .person, username: "vic", host: address.authority, iri: address, createdAt: now)
    account.followers = IRI(id + "/followers")
    return account
}

@Suite("another node's actor, read")
struct ActorToAccountTests {
    private func read(_ changes: [String: JSON?]) throws -> RemoteActor {
        let document = try #require(Document(actorDocument(vic, "vic").with(changes)))
        return try ActorToAccount.read(try ActorDocument(document), id: ID(1), host: "victim.test", at: now)
    }

    @Test("an account is as old as it says, and never of the future")
    func age() throws {
        let published = try read(["published": "2020-02-03T04:05:06Z"]).account.createdAt
        #expect(published.description.hasPrefix("2020-02-03T04:05:06"))
        #expect(try read(["published": nil]).account.createdAt == now)
        #expect(try read(["published": "3020-02-03T04:05:06Z"]).account.createdAt == now)
    }

    @Test("what is of another origin is left out, and messages never go there")
    func origins() throws {
        let account = try read([
            "url": "https://bank.test/", "outbox": "https://evil.test/o", "followers": "https://evil.test/f",
            "endpoints": ["sharedInbox": "https://evil.test/inbox"],
        ]).account
        #expect(account.url == nil)
        #expect(account.outbox == nil)
        #expect(account.followers == nil)
        #expect(account.sharedInbox == nil)
        #expect(throws: FederationError.wrongOrigin("inbox")) { try read(["inbox": "https://evil.test/u/vic/inbox"]) }
    }

    @Test(
        "an inbox that is no address is none", arguments: [JSON.string("{foo:"), "", [1, 2], 7, "ftp://victim.test/x"])
    func junkInbox(_ inbox: JSON) throws {
        #expect(try read(["inbox": inbox]).account.inbox == nil)
    }

    @Test("names are one line without tricks, and cut")
    func names() throws {
        let account = try read(["name": JSON("A\u{202E}na\n\n  B" + String(repeating: "x", count: 3_000))]).account
        #expect(account.displayName.hasPrefix("Ana B"))
        #expect(account.displayName.count == 200)
        #expect(try read(["name": nil]).account.shownName == "vic")
    }

    @Test("lines of a profile are sanitised and bounded, and the wide picture is taken over")
    func fields() throws {
        let lines: [JSON] = [
            [
                "type": "PropertyValue", "name": "Site\n",
                "value": "<a href=\"https://vic.test/\" onclick=\"x\">vic</a>",
            ],
            ["type": "PropertyValue", "name": "x", "value": "<script>alert(1)</script>plain"],
            ["type": "Image", "url": "https://victim.test/x.png"],
        ]
        let many = (1...60).map { JSON.object(["type": "PropertyValue", "name": JSON("n\($0)"), "value": "v"]) }
        let account = try read([
            "attachment": .array(lines), "image": ["type": "Image", "url": "https://victim.test/wide.png"],
            "indexable": true,
        ]).account
        #expect(account.fields.map(\.name) == ["Site", "x"])
        #expect(account.fields.first?.value.string.contains("href=\"https://vic.test/\"") == true)
        #expect(account.fields.first?.value.string.contains("onclick") == false)
        #expect(account.fields.last?.value.string.contains("script") == false)
        #expect(account.header == IRI("https://victim.test/wide.png"))
        #expect(account.indexable)
        #expect(try read(["attachment": .array(many)]).account.fields.count == 20)
    }

    @Test("a biography is sanitised and bounded")
    func summary() throws {
        let html = "<p onclick=x>Hello <script>alert(1)</script></p>" + String(repeating: "é", count: 40_000)
        let summary = try read(["summary": JSON(html)]).account.summary.string
        #expect(summary.hasPrefix("<p>Hello"))
        #expect(!summary.contains("script"))
        #expect(summary.utf8.count < 22_000)
    }

    @Test(
        "a name that no handle can hold is refused for a person",
        arguments: ["a b", "a/b", "vic@host", "@vic", "a\u{7}b"])
    func badNames(_ name: String) {
        #expect(throws: FederationError.notAnActor) { try read(["preferredUsername": JSON(name)]) }
    }

    @Test("a person without a user name is told apart from what is no actor", arguments: [JSON.null, ""])
    func nameless(_ name: JSON) {
        #expect(throws: FederationError.nameless) { try read(["preferredUsername": name]) }
    }

    @Test(
        "a name may have the punctuation and the letters that WebFinger allows", arguments: ["ali~1", "o'neil", "名前"])
    func oddNames(_ name: String) throws {
        #expect(try read(["preferredUsername": JSON(name)]).account.username == name)
    }

    @Test("custom emoji are kept that the profile uses, with their pictures")
    func emoji() throws {
        func emoji(_ name: String) -> JSON {
            ["type": "Emoji", "name": JSON(name), "icon": ["type": "Image", "url": "https://victim.test/\(name).png"]]
        }
        let actor = try read(["name": "Vic :cup:", "tag": [emoji(":cup:"), emoji(":unused:"), emoji(":cup:"), "junk"]])
        #expect(actor.account.emojis == ["cup"])
        #expect(actor.emojis.map(\.url.string) == ["https://victim.test/:cup:.png"])
    }

    @Test("a program may be called after its host and port")
    func programs() throws {
        let actor = try read(["type": "Application", "preferredUsername": "victim.test:8080"])
        #expect(actor.account.username == "victim.test-8080")
        #expect(actor.account.kind == .application)
    }

    @Test("only keys that are the actor's own, of its origin and real, are taken")
    func keys() throws {
        let pem = JSON(ResolverKeys.vic ?? "")
        let own: JSON = ["id": JSON(vic + "#main-key"), "owner": JSON(vic), "publicKeyPem": pem]
        #expect(try read(["publicKey": own]).keys.map(\.id.string) == [vic + "#main-key"])
        for foreign in [
            own.with(["owner": "https://evil.test/u/eve"]), own.with(["id": "https://evil.test/k"]),
            own.with(["publicKeyPem": "junk"]), own.with(["publicKeyPem": JSON(String(repeating: "A", count: 20_000))]),
        ] {
            #expect(try read(["publicKey": foreign]).keys.isEmpty)
        }
    }
}

@Suite("another node's post, read")
struct NoteToPostTests {
    private static let base = noteDocument("https://victim.test/n/1", by: vic)

    private func read(_ changes: [String: JSON?]) throws -> RemotePost {
        let note = try NoteDocument(try #require(Document(Self.base.with(changes))))
        return try NoteToPost.read(note, id: ID(9), author: try author(), at: now, identifiers: try ours())
    }

    static let audiences: [(JSON, JSON, Visibility)] = [
        (["as:Public"], [], .everyone), ("Public", [], .everyone),
        ([JSON(vic + "/followers")], ["https://www.w3.org/ns/activitystreams#Public"], .unlisted),
        ([JSON(vic + "/followers")], ["https://node.test/users/alice"], .followers),
        (["https://victim.test/u/other/followers"], [], .direct), (["https://node.test/users/alice"], [], .direct),
        ([], [], .direct),
    ]

    @Test("who may read it follows from to and cc alone", arguments: audiences)
    func visibility(to: JSON, cc: JSON, expected: Visibility) throws {
        #expect(try read(["to": to, "cc": cc]).post.visibility == expected)
    }

    @Test("a direct message names those it is addressed to, with or without a Mention")
    func letters() throws {
        let alice = "https://node.test/users/alice"
        #expect(try read(["to": [JSON(alice)], "cc": []]).mentioned.map(\.string) == [alice])
        #expect(try read(["cc": [JSON(alice)]]).mentioned.isEmpty)
    }

    @Test("a title that the text repeats is shown once")
    func titles() throws {
        let repeated = try read(["name": "A & B", "content": "<p><strong>A &amp; B</strong></p><p>Text</p>"])
        #expect(repeated.post.title == "A & B")
        #expect(repeated.post.content.string == "<p>Text</p>")
        #expect(try read(["name": "Other", "content": "<p>Text</p>"]).post.content.string == "<p>Text</p>")
        #expect(try read(["name": JSON(String(repeating: "x", count: 900))]).post.title.count == 200)
    }

    @Test("a summary warns on a Note, and is only a summary on an Article")
    func warnings() throws {
        #expect(try read(["summary": "Spiders"]).post.warning == "Spiders")
        #expect(try read(["type": "Article", "summary": "About spiders"]).post.warning == "")
        #expect(try read(["type": "Page", "summary": "Spiders", "sensitive": true]).post.warning == "Spiders")
    }

    @Test(
        "the page is only believed on the post's own origin", arguments: ["https://bank.test/", "javascript:alert(1)"])
    func pages(_ url: String) throws {
        #expect(try read(["url": JSON(url)]).post.url == nil)
        #expect(try read(["url": "https://victim.test/@vic/1"]).post.url?.string == "https://victim.test/@vic/1")
    }

    @Test("nothing was written in the future")
    func dates() throws {
        let post = try read(["published": "2999-01-01T00:00:00Z", "updated": "2999-02-01T00:00:00Z"]).post
        #expect(post.publishedAt == now)
        #expect(try read(["published": nil]).post.publishedAt == now)
        #expect(try read(["updated": "2026-01-02T03:04:05Z"]).post.editedAt == nil)
    }

    @Test("every list is bounded")
    func bounds() throws {
        let tags = (0..<500).map { number -> JSON in ["type": "Hashtag", "name": JSON("#tag\(number)")] }
        let files = (0..<90).map { number -> JSON in
            ["type": "Document", "mediaType": "image/png", "url": JSON("https://victim.test/\(number).png")]
        }
        let people = (0..<900).map { JSON("https://victim.test/u/\($0)") }
        let post = try read(["tag": .array(tags), "attachment": .array(files), "cc": .array(people)])
        #expect(post.hashtags.count == 100)
        #expect(post.attachments.count == 32)
        #expect(post.addressed.count == 256)
    }

    @Test("an attachment keeps its measures, its blur, its focus and its smaller picture")
    func attachments() throws {
        let photo: JSON = [
            "type": "Document", "mediaType": "image/jpeg", "url": "https://victim.test/1.jpg", "name": "A cat",
            "width": 1200, "height": 800, "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "focalPoint": [0.5, -0.25],
            "icon": ["type": "Image", "url": "https://victim.test/small.jpg"],
        ]
        let read = try #require(try read(["attachment": [photo]]).attachments.first)
        #expect(read.measures.width == 1_200)
        #expect(read.measures.height == 800)
        #expect(read.blurhash == "LEHV6nWB2yk8pyo0adR*.7kCMdnj")
        #expect(read.focus == FocalPoint(x: 0.5, y: -0.25))
        #expect(read.previewURL?.string == "https://victim.test/small.jpg")
        #expect(read.kind == .image)
        #expect(read.media == nil)
    }

    @Test(
        "a blur that nobody could paint is none",
        arguments: [
            "", "L", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "<script>alert(1)</script>xx", "~~~~~~",
            "LEHV6nWB2yk8pyo0adR*.7kCMdn\"",
        ])
    func blurs(text: String) throws {
        let photo: JSON = [
            "type": "Document", "mediaType": "image/jpeg", "url": "https://victim.test/1.jpg", "blurhash": JSON(text),
            "width": 5, "focalPoint": [0, 7],
        ]
        let read = try #require(try read(["attachment": [photo]]).attachments.first)
        #expect(read.blurhash == nil)
        #expect(read.focus == nil)
        #expect(read.measures.width == nil)
    }

    @Test("a vote, an empty note and a local id are no posts")
    func refused() throws {
        #expect(throws: FederationError.notAPost) {
            try read(["content": nil, "name": "Yes", "inReplyTo": "https://node.test/posts/1"])
        }
        #expect(throws: FederationError.notAPost) { try read(["content": "<script>x</script>"]) }
        #expect(throws: FederationError.localIdentifier) { try read(["id": "https://node.test/posts/1"]) }
        #expect(throws: FederationError.ownerMismatch) { try read(["attributedTo": "https://victim.test/u/other"]) }
        #expect(throws: FederationError.ownerMismatch) { try read(["id": "https://evil.test/n/1"]) }
    }

    @Test("a poll keeps its answers beside the text, with its counts and its end")
    func poll() throws {
        let asked = try read([
            "type": "Question", "content": nil, "endTime": "2026-09-04T09:00:00Z", "votersCount": 3,
            "anyOf": [
                ["name": "<b>Tea</b>", "replies": ["totalItems": 2]],
                ["name": " Coffee\n ", "replies": ["totalItems": -1]],
            ],
        ])
        let poll = try #require(asked.poll)
        #expect(
            poll.options == [.init(title: "<b>Tea</b>", votes: 2), .init(title: "Coffee", name: " Coffee\n ")])
        #expect(poll.isMultiple && poll.votersCount == 3 && asked.post.content.isEmpty)
        #expect(poll.expiresAt?.description == "2026-09-04T09:00:00Z" && asked.post.kind == .question)
        let closed = try read(["type": "Question", "closed": "2026-01-02T09:00:00Z", "oneOf": [["name": "Tea"]]])
        #expect(closed.poll?.expiresAt?.description == "2026-01-02T09:00:00Z" && closed.poll?.isMultiple == false)
        #expect(try read(["type": "Note", "oneOf": [["name": "Tea"]]]).poll == nil)
    }

    @Test(
        "a quote is read wherever it stands, and its rule from the policy",
        arguments: ["quote", "quoteUrl", "_misskey_quote", "quoteUri"])
    func quote(key: String) throws {
        let read = try read([key: "https://far.test/1", "quoteAuthorization": "https://evil.test/word"])
        #expect(read.post.quote?.iri.string == "https://far.test/1" && read.post.quote?.state == .pending)
        #expect(read.post.quote?.authorization == nil, "a word of another origin is none")
    }

    static let policies: [(JSON, QuotePolicy)] = [
        (.null, .unknown),
        (["canQuote": ["automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]]], .everyone),
        (["canQuote": ["automaticApproval": ["https://victim.test/u/vic"]]], .nobody),
        (["canQuote": ["manualApproval": ["https://www.w3.org/ns/activitystreams#Public"]]], .manual),
        (["canReply": [:]], .unknown),
    ]

    @Test("who may quote", arguments: policies)
    func quotePolicy(policy: JSON, expected: QuotePolicy) throws {
        #expect(try read(["interactionPolicy": policy]).post.quotePolicy == expected)
    }

    @Test("a shared link keeps its address")
    func content() throws {
        let link = try read([
            "type": "Page", "name": "Look", "content": nil,
            "attachment": [["type": "Link", "href": "https://example.org/a?b=1&c=2"]],
        ])
        #expect(link.post.content.string.contains("href=\"https://example.org/a?b=1&amp;c=2\""))
        #expect(link.attachments.isEmpty)
    }
}

@Suite("another node's event, read")
struct DocumentToEventTests {
    private static let base: JSON = [
        "id": "https://victim.test/e/1", "type": "Event", "attributedTo": JSON(vic), "name": "Breakfast",
        "content": "<p>Come</p>", "startTime": "2026-09-04T09:00:00+02:00", "endTime": "2026-09-04T11:00:00+02:00",
        "timezone": "Europe/Berlin", "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [],
        "uuid": "109ccdfd-ee3e-46e1-a877-6c228763df0c",
    ]

    private func read(_ changes: [String: JSON?]) throws -> Event {
        let event = try EventDocument(try #require(Document(Self.base.with(changes))))
        return try DocumentToEvent.read(event, id: ID(9), owner: try author(), at: now, identifiers: try ours()).event
    }

    static let states: [([String: JSON?], Model.EventStatus)] = [
        ([:], .scheduled), (["status": "CANCELLED"], .cancelled), (["status": "TENTATIVE"], .tentative),
        (["eventStatus": "https://w3id.org/fep/8a8e/EventCancelled"], .cancelled),
        (["status": "TENTATIVE", "eventStatus": "https://w3id.org/fep/8a8e/EventPostponed"], .postponed),
        (["status": "CONFIRMED", "eventStatus": "https://w3id.org/fep/8a8e/EventRescheduled"], .rescheduled),
    ]

    @Test("its state is read wherever it stands", arguments: states)
    func status(changes: [String: JSON?], expected: Model.EventStatus) throws {
        #expect(try read(changes).status == expected)
    }

    @Test("an end that is missing or before the start is a guess")
    func ends() throws {
        let event = try read([:])
        #expect(event.endsAt - event.startsAt == .hours(2))
        #expect(try read(["endTime": nil]).endsAt == event.startsAt + .hours(2))
        #expect(try read(["endTime": "2020-01-01T00:00:00Z"]).endsAt == event.startsAt + .hours(2))
    }

    @Test(
        "a zone is one that we know, and otherwise that of the offset",
        arguments: [
            ("Europe/Berlin", "Europe/Berlin"), ("Mars/Base", "Etc/GMT-2"), ("../../etc/passwd", "Etc/GMT-2"),
            ("", "Etc/GMT-2"),
        ])
    func zones(written: String, expected: String) throws {
        #expect(try read(["timezone": JSON(written)]).timeZone == expected)
    }

    static let seats: [([String: JSON?], Int?, Model.JoinMode)] = [
        ([:], nil, .free), (["maximumAttendeeCapacity": 0], nil, .free), (["joinMode": "none"], nil, .external),
        (["maximumAttendeeCapacity": 20, "joinMode": "restricted"], 20, .restricted),
        (["maximumAttendeeCapacity": -4, "joinMode": "invite"], nil, .invite),
        (["maximumAttendeeCapacity": JSON(Int64.max), "joinMode": "external"], nil, .external),
    ]

    @Test("seats and the way to sign up", arguments: seats)
    func joining(changes: [String: JSON?], capacity: Int?, mode: Model.JoinMode) throws {
        let event = try read(changes)
        #expect(event.capacity == capacity)
        #expect(event.joinMode == mode)
    }

    @Test("a draft, an event of another's and a local id are refused")
    func refused() throws {
        #expect(throws: FederationError.notAPost) { try read(["draft": true]) }
        #expect(throws: FederationError.ownerMismatch) { try read(["attributedTo": "https://victim.test/u/other"]) }
        #expect(throws: FederationError.ownerMismatch) { try read(["id": "https://evil.test/e/1"]) }
        #expect(throws: FederationError.localIdentifier) { try read(["id": "https://node.test/events/1"]) }
    }

    @Test(
        "a key that could be taken for markup or an address gives way to the id",
        arguments: ["a\r\nb:c", "<x>", "short", ""])
    func uuids(_ uuid: String) throws {
        #expect(try read([:]).uuid == "109ccdfd-ee3e-46e1-a877-6c228763df0c")
        #expect(try read(["uuid": JSON(uuid)]).uuid == "https://victim.test/e/1")
    }
}
