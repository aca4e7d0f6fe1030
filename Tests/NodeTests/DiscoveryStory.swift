// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Services
import Storage
import TestSupport
import Testing
import Transport
import Vocabulary

@testable import Troquet

extension Stories {
    /// What other servers can find, and what they cannot.
    @Suite("Being found")
    struct DiscoveryStory {
        private static let engines = TestEngine.available

        @Test("an actor's document says who it is, where to write and how it signs", arguments: engines)
        func actors(_ engine: TestEngine) async throws {
            try await withNodes([NodePlan(engine: engine)]) { nodes in
                let node = nodes[0]
                _ = try await node.member("paul")
                _ = try await node.group("jardin")
                for (path, type) in [("/users/paul", "Person"), ("/groups/jardin", "Group"), ("/actor", "Application")]
                {
                    let answer = try await node.get(path)
                    #expect(answer.header("Content-Type")?.hasPrefix("application/activity+json") == true)
                    let document = try #require(Document(try JSON.parse(answer.body)))
                    let actor = try ActorDocument(document)
                    #expect(actor.id.string == node.origin + path)
                    #expect(actor.kind.rawValue == type)
                    #expect(actor.inbox?.string == "\(node.origin)\(path)/inbox")
                    #expect(actor.publicKeys.first?.id.string == "\(node.origin)\(path)#main-key")
                    #expect(actor.publicKeys.first?.owner == actor.id)
                    if let box = actor.outbox { #expect(try await node.get(box.string).status == 200) }
                }
                #expect(try await node.get("/users/nobody").status == 404)
                #expect(try await node.get("/groups/paul").status == 404)
            }
        }

        @Test("handles, addresses and the host itself resolve; the node says what it runs")
        func wellKnown() async throws {
            try await withNodes([NodePlan()]) { nodes in
                let node = nodes[0]
                _ = try await node.member("paul")
                let resources = [
                    ("acct:paul@\(node.host)", "/users/paul"), ("acct:PAUL@\(node.host)", "/users/paul"),
                    ("\(node.origin)/users/paul", "/users/paul"), ("\(node.origin)/@paul", "/users/paul"),
                    ("acct:cafe@\(node.host)", "/groups/cafe"), ("acct:\(node.host)@\(node.host)", "/actor"),
                    (node.origin, "/actor"),
                ]
                for (resource, path) in resources {
                    let answer = try await node.get("/.well-known/webfinger?resource=\(resource)", nil)
                    #expect(answer.status == 200, "\(resource)")
                    #expect(answer.header("Content-Type")?.hasPrefix("application/jrd+json") == true)
                    let links = try JSON.parse(answer.body)["links"]?.array ?? []
                    let link = links.first { $0["rel"]?.string == "self" }
                    #expect(link?["href"]?.string == node.origin + path, "\(resource)")
                }
                let strangers = ["acct:nobody@\(node.host)", "acct:paul@other.example", "https://other.example/@paul"]
                for resource in strangers {
                    #expect(try await node.get("/.well-known/webfinger?resource=\(resource)", nil).status == 404)
                }
                #expect(try await node.get("/.well-known/webfinger", nil).status == 400)
                let meta = try await node.get("/.well-known/host-meta", nil)
                #expect(meta.text.contains("\(node.origin)/.well-known/webfinger?resource={uri}"))
                try await Self.checkNodeInfo(node)
            }
        }

        private static func checkNodeInfo(_ node: TestNode) async throws {
            let index = try JSON.parse(try await node.get("/.well-known/nodeinfo", nil).body)
            let links = (index["links"]?.array ?? []).filter {
                $0["rel"]?.string?.hasPrefix("http://nodeinfo.diaspora.software/ns/schema/") == true
            }
            #expect(links.count == 2)
            for link in links {
                let info = try JSON.parse(try await node.get(try #require(link["href"]?.string), nil).body)
                #expect(info["software"]?["name"]?.string == "troquet")
                #expect(info["protocols"]?.array == ["activitypub"])
                #expect(info["openRegistrations"]?.bool == true)
                #expect(info["usage"]?["users"]?["total"]?.int == 1)
                let version = link["rel"]?.string?.hasSuffix("2.1") == true ? "2.1" : "2.0"
                #expect(info["version"]?.string == version)
            }
        }

        @Test("an outbox has pages that list everything once, the newest first", arguments: engines)
        func paging(_ engine: TestEngine) async throws {
            try await withNodes([NodePlan(engine: engine)]) { nodes in
                let node = nodes[0]
                var said = 0
                for name in ["paul", "marie", "louis"] {
                    let author = try await node.member(name)
                    let iri = try #require(IRI("\(node.origin)/groups/cafe"))
                    let cafe = try #require(try await node.account(iri))
                    for number in 1...8 { _ = try await node.post("\(name) \(number)", in: cafe, as: author) }
                    said += 8
                }
                let outbox = try await node.document("/groups/cafe/outbox")
                #expect(outbox.type == "OrderedCollection")
                var next = try #require(outbox.iri("first"))
                var seen: [IRI] = []
                var pages = 0
                while pages < 10 {
                    let page = try await node.document(next.string)
                    #expect(page.type == "OrderedCollectionPage")
                    seen += page.iris("orderedItems")
                    pages += 1
                    guard let following = page.iri("next") else { break }
                    next = following
                }
                // A group's outbox has two activities for each post: its author's `Create` and the post itself.
                #expect(outbox.integer("totalItems") == Int64(2 * said))
                #expect(seen.count == 2 * said)
                #expect(Set(seen).count == seen.count)
                #expect(seen == seen.sorted(by: >))
                #expect(pages == 3)
            }
        }

        @Test("one address gives the document to programs and the page to people")
        func negotiation() async throws {
            try await withNodes([NodePlan()]) { nodes in
                let node = nodes[0]
                let paul = try await node.member("paul", role: .moderator)
                let group = try await node.group("jardin", founder: paul.id)
                let post = try await node.post("Bonjour", title: "Salut", in: group, as: paul)
                let event = try await node.plan("Chantier", in: group, as: paul)
                for path in ["/groups/jardin", "/posts/\(post.id)", "/events/\(event.id)"] {
                    let document = try await node.get(path)
                    #expect(document.status == 200, "\(path)")
                    #expect(document.header("Content-Type")?.hasPrefix("application/activity+json") == true)
                    #expect(document.header("Vary")?.contains("Accept") == true)
                    #expect(Document(try JSON.parse(document.body))?.id?.string == node.origin + path)
                    let page = try await node.get(path, "text/html,application/xhtml+xml,*/*;q=0.8")
                    #expect(page.status == 200, "\(path)")
                    #expect(page.header("Content-Type")?.hasPrefix("text/html") == true, "\(path)")
                    #expect(page.header("Vary")?.contains("Accept") == true)
                }
                let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
                #expect(
                    try await node.get("/users/paul", profile).header("Content-Type")?.hasPrefix("text/html") != true)
            }
        }

        @Test("what was said can be read by its id; what is gone says so; what never was is not found")
        func objects() async throws {
            try await withNodes([NodePlan()]) { nodes in
                let node = nodes[0]
                let paul = try await node.member("paul")
                let post = try await node.post("Bonjour", as: paul)
                let create = try #require(try await node.activities(about: post.iri, type: "Create").first)
                let activity = try await node.document("/activities/\(create)")
                #expect(activity.type == "Create")
                #expect(activity.id?.string == "\(node.origin)/activities/\(create)")
                #expect(activity.documents("object").first?.id == post.iri)
                try await node.services.deletePost(post.id, as: .member(paul.id))
                #expect(try await node.get("/posts/\(post.id)").status == 410)
                #expect(try await node.get("/activities/\(create)").status == 404)
                for path in ["/posts/1", "/events/1", "/activities/1", "/posts/0\(post.id)", "/posts/x"] {
                    #expect(try await node.get(path).status == 404, "\(path)")
                }
            }
        }

        @Test(
            "a post for followers is not there for strangers, and there for a follower who signs", arguments: Cast.all)
        func privacy(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let paul = try await a.member("paul")
                let anna = try await b.member("anna")
                let boris = try await b.member("boris")
                try await b.follow(paul, of: a, as: anna)
                var draft = PostDraft(text: "Entre nous")
                draft.visibility = .followers
                let id = try await a.services.publishPost(draft, as: .member(paul.id))
                let path = "/posts/\(id)"
                let iri = try #require(IRI(a.origin + path))
                try await eventually("the follower's node has it") { try await b.post(iri) != nil }
                #expect(try await b.post(iri)?.visibility == .followers)
                #expect(try await a.get(path).status == 404)
                #expect(try await b.signedGet(iri, as: boris).status == 404)
                let shown = try await b.signedGet(iri, as: anna)
                #expect(shown.status == 200)
                #expect(shown.text.contains("Entre nous"))
                #expect(shown.header("Cache-Control")?.contains("no-store") == true)
                // The post does not appear in collections either.
                let outbox = try await a.document("/users/paul/outbox")
                #expect(outbox.integer("totalItems") == 0)
                for activity in try await a.activities(about: iri, type: "Create") {
                    #expect(try await a.get("/activities/\(activity)").status == 404)
                }
                try await settle([a, b])
            }
        }
    }
}

extension TestNode {
    /// Fetches a document from another node, signed by an actor of this node.
    func signedGet(_ iri: IRI, as actor: Account) async throws -> TestResponse {
        guard let identity = try await current.keys.identity(of: actor.id) else { throw NodeTestError("no key") }
        var head = RequestHead(
            method: "GET", target: iri.pathAndQuery, authority: iri.authority, scheme: iri.scheme,
            headers: [(name: "accept", value: "application/activity+json")])
        try Signer.sign(
            &head, body: nil, keyID: identity.keyID, key: identity.key, now: SystemClock().now.milliseconds)
        return try await TestHTTPClient.send("GET", iri.string, headers: head.headers.map { ($0.name, $0.value) })
    }
}
