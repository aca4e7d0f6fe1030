// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

@Suite("WebFinger")
struct WebFingerTests {
    @Test(
        "a handle reads from its spellings",
        arguments: [
            "acct:ana@node.example", "ACCT:ana@NODE.example", "ana@node.example", "@ana@node.example",
            "!ana@node.example",
            "acct:@ana@node.example", "ana@node.example:443",
        ])
    func handles(text: String) throws {
        #expect(WebFinger.parse(resource: text) == .account(name: "ana", host: "node.example"))
    }

    @Test("an address is a resource, and a port other than 443 stays")
    func addresses() throws {
        let iri = try #require(IRI("https://node.example/u/ana"))
        #expect(WebFinger.parse(resource: "https://node.example/u/ana") == .address(iri))
        #expect(WebFinger.parse(resource: "acct:ana@localhost:8080") == .account(name: "ana", host: "localhost:8080"))
    }

    @Test(
        "what is no handle is refused",
        arguments: [
            "", "ana", "@ana", "acct:", "acct:@node.example", "acct:ana@", "acct:ana@@node.example",
            "acct:a@b@node.example",
            "acct:ana@nod/e.test", "acct:ana@node.test.", "acct:ana@node.test%00.evil.test", "acct:an a@node.test",
            "acct:é/@node.test",
            "acct:ana@node.test:0", "mailto:ana@node.test", "acct:" + String(repeating: "a", count: 256) + "@node.test",
        ])
    func refused(text: String) {
        #expect(WebFinger.parse(resource: text) == nil)
    }

    @Test("the document that we build leads back to the actor")
    func roundTrip() throws {
        let id = try #require(IRI("https://cafe.example/g/berlin"))
        let document = WebFinger.document(
            subject: "acct:berlin@cafe.example", aliases: [id],
            links: [
                .actor(id, kind: .group),
                .init(
                    rel: "http://ostatus.org/schema/1.0/subscribe",
                    template: "https://cafe.example/authorize_interaction?uri={uri}"),
            ])
        #expect(WebFinger.selfLink(in: document) == id)
        #expect(WebFinger.subject(of: document)?.name == "berlin")
        #expect(WebFinger.subscribeTemplate(in: document)?.hasSuffix("{uri}") == true)
        #expect(
            document["links"]?.array?.first?.serializedText() == """
                {"rel":"self","type":"application/activity+json","href":"https://cafe.example/g/berlin",\
                "properties":{"https://www.w3.org/ns/activitystreams#type":"Group"}}
                """)
    }

    @Test("of two actors of one name the preferred kind is taken")
    func twoActors() throws {
        let user = try #require(IRI("https://l.test/u/x"))
        let group = try #require(IRI("https://l.test/c/x"))
        let links: [WebFinger.Link] = [.actor(user, kind: .person), .actor(group, kind: .group)]
        let document = WebFinger.document(subject: "acct:x@l.test", aliases: [], links: links)
        #expect(WebFinger.selfLink(in: document) == user)
        #expect(WebFinger.selfLink(in: document, preferring: .group) == group)
        #expect(WebFinger.selfLink(in: document, preferring: .service) == user)
    }

    @Test(
        "only the two media types of ActivityPub name an actor",
        arguments: [
            ("application/activity+json", true), ("Application/Activity+JSON; charset=utf-8", true),
            ("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", true),
            ("Application/LD+JSON;profile=https://www.w3.org/ns/activitystreams", true),
            ("application/ld+json; charset=utf-8; profile=\"http://x https://www.w3.org/ns/activitystreams\"", true),
            ("application/ld+json", false), ("application/ld+json; profile=\"https://example.org\"", false),
            ("application/json", false), ("text/html", false),
            ("text/html; profile=\"https://www.w3.org/ns/activitystreams\"", false),
            ("text/html; x=\"application/activity+json\"", false), ("", false), (";", false), ("\"", false),
        ])
    func mediaTypes(text: String, accepted: Bool) throws {
        #expect(ActivityMediaType.matches(text) == accepted)
        let document: JSON = ["links": [["rel": "self", "type": JSON(text), "href": "https://a.test/1"]]]
        #expect((WebFinger.selfLink(in: document) != nil) == accepted)
    }

    @Test(
        "a template that leads nowhere safe is refused",
        arguments: ["javascript:{uri}", "http://a.test/{uri}", "https://a.test/", "https://{uri}@a.test/", ""])
    func templates(template: String) {
        let link: JSON = ["rel": "http://ostatus.org/schema/1.0/subscribe", "template": JSON(template)]
        #expect(WebFinger.subscribeTemplate(in: ["links": [link]]) == nil)
    }
}

@Suite("NodeInfo and contexts")
struct NodeInfoTests {
    @Test("both schemas say the same, and only the newer names the repository")
    func documents() throws {
        var info = NodeInfo(
            software: "troquet", version: "1.0", openRegistrations: true,
            usage: .init(users: 12, activeMonth: 5, activeHalfyear: 8, localPosts: 300))
        info.repository = IRI("https://code.example/troquet")
        info.metadata["nodeName"] = "Café"
        let (old, new) = (info.document(.v20), info.document(.v21))
        #expect(old["version"] == "2.0" && new["version"] == "2.1")
        #expect(
            old["software"]?["repository"] == nil && new["software"]?["repository"] == "https://code.example/troquet")
        #expect(new["usage"]?["users"] == ["total": 12, "activeMonth": 5, "activeHalfyear": 8])
        #expect(new["protocols"] == ["activitypub"] && new["metadata"]?["nodeName"] == "Café")
        #expect(NodeInfo.software(in: new)?.name == "troquet")
    }

    @Test("the discovery document names 2.0 first, and we ask for 2.1")
    func discovery() throws {
        let origin = try #require(IRI("https://cafe.example"))
        let document = NodeInfo.discovery(origin: origin, application: origin.appending(path: "actor"))
        let links = try #require(document["links"]?.array)
        #expect(links.first?["rel"] == "http://nodeinfo.diaspora.software/ns/schema/2.0")
        #expect(links.last?["href"] == "https://cafe.example/actor")
        #expect(NodeInfo.link(in: document)?.path == "/nodeinfo/2.1")
    }

    @Test("every context begins with the literal ActivityStreams string")
    func contexts() {
        #expect(Contexts.activity == "https://www.w3.org/ns/activitystreams")
        for context in [Contexts.actor, Contexts.note, Contexts.event, Contexts.full] {
            #expect(context.array?.first == Contexts.activity)
            #expect(context.array?.last?.object != nil)
        }
        #expect(Contexts.plain([:]) == Contexts.activity)
        #expect(Contexts.plain(["x": "y"]).array?.count == 2)
    }

    @Test("the full context holds every term of the smaller ones, and every prefix is defined")
    func completeness() throws {
        let terms = { (context: JSON) in context.array?.last?.object ?? [:] }
        let full = terms(Contexts.full)
        for context in [Contexts.actor, Contexts.note, Contexts.event] {
            for (term, definition) in terms(context) { #expect(full[term] == definition) }
        }
        for (term, definition) in full {
            let name = try #require(definition.string ?? definition["@id"]?.string)
            let prefix = try #require(name.split(separator: ":").first.map(String.init))
            #expect(["as", "http", "https"].contains(prefix) || full[prefix] != nil, "\(term)")
        }
    }
}
