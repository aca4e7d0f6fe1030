// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import FederationAPI
import HTTPSupport
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Actors, handles and the node, for peers")
struct ActorTests {
    @Test("an actor is the same document whichever of its media types is asked for")
    func mediaTypes() async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            let types = [
                "application/activity+json", "application/ld+json",
                "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", "*/*", "application/json",
            ]
            var bodies: Set<[UInt8]> = []
            for type in types {
                let response = try await node.get("/users/ada", type)
                #expect(response.status == 200)
                #expect(response.header("content-type") == "application/activity+json")
                #expect(response.header("vary") == "Accept, Signature, Signature-Input")
                bodies.insert(response.body)
            }
            #expect(bodies.count == 1)
        }
    }

    @Test(
        "an answer that was kept ready has each header once, as the first one had",
        arguments: ["/users/ada", "/.well-known/webfinger?resource=acct:ada@cafe.example", "/nodeinfo/2.1"])
    func readyHeaders(path: String) async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            var answers: [[String]] = []
            for _ in 0..<3 {
                let response = try await node.get(path, "application/activity+json")
                #expect(response.status == 200)
                for name in ["content-security-policy", "x-content-type-options", "access-control-allow-origin"] {
                    #expect(response.header(name) != nil, "\(name)")
                }
                let names = response.headers.map { $0.name.lowercased() }
                #expect(Set(names).count == names.count)
                answers.append(
                    response.headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" })
            }
            #expect(answers[0] == answers[1])
            #expect(answers[1] == answers[2])
        }
    }

    @Test(
        "each kind of actor shows its id, its boxes and its key",
        arguments: [
            (Account.Kind.person, "ada", "/users/ada", "Person"), (.group, "berlin", "/groups/berlin", "Group"),
            (.application, "cafe.example", "/actor", "Application"),
        ])
    func kinds(kind: Account.Kind, name: String, path: String, type: String) async throws {
        try await Node.run { node async throws in
            try await node.add(kind, name)
            let actor = try await node.json(path)
            #expect(actor["id"]?.string == "https://cafe.example\(path)")
            #expect(actor["type"]?.string == type)
            #expect(actor["inbox"]?.string == "https://cafe.example\(path)/inbox")
            #expect(actor["publicKey"]?["id"]?.string == "https://cafe.example\(path)#main-key")
            #expect(actor["publicKey"]?["publicKeyPem"]?.string?.contains("PUBLIC KEY") == true)
            for collection in ["outbox", "followers", "following"] {
                let document = try await node.json("\(path)/\(collection)")
                #expect(document["id"]?.string == actor[collection]?.string)
                #expect(document["totalItems"]?.int == 0)
            }
        }
    }

    @Test("who waits for a steward, was suspended or was never here has no document, and who left has a tombstone")
    func absent() async throws {
        try await Node.run { node async throws in
            let waiting = try await node.add(.person, "waiting")
            let local = LocalAccount(
                account: waiting, email: nil, passwordHash: nil, role: .member, language: nil, approvedAt: nil)
            try await node.database.write { tx in try LocalAccounts.insert(local, signUpNote: "", in: tx) }
            try await node.add(.person, "suspended") { $0.suspendedAt = Timestamp(1) }
            try await node.add(.person, "left") { $0.deletedAt = Timestamp(1_000) }
            for name in ["waiting", "suspended", "nobody", "Left", "le%66t", "left%00", "%6Ceft"] {
                for suffix in ["", "/outbox", "/followers", "/collections/featured"] {
                    let response = try await node.get("/users/\(name)\(suffix)")
                    #expect(response.status == 404)
                    #expect(response.text == "{\"error\":\"not_found\"}")
                }
            }
            let left = try await node.get("/users/left")
            #expect(left.status == 410)
            let tombstone = try JSON.parse(left.body)
            #expect(tombstone["type"]?.string == "Tombstone")
            #expect(tombstone["formerType"]?.string == "Person")
            #expect(try await node.get("/users/left/outbox").status == 410)
            #expect(try await node.get("/groups/waiting").status == 404)
        }
    }

    @Test("an actor of another node has no document here")
    func remote() async throws {
        try await Node.run { node async throws in
            _ = try await node.federation.actors.resolve(try iri(Node.vic))
            #expect(try await node.get("/users/vic").status == 404)
            #expect(try await node.get("/.well-known/webfinger?resource=acct:vic@peer.example").status == 404)
            #expect(try await node.get("/.well-known/webfinger?resource=\(Node.vic)").status == 404)
        }
    }

    @Test("a group shows who keeps order and what is coming; a person does not")
    func groupCollections() async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            try await node.add(.group, "berlin")
            for collection in ["moderators", "upcoming", "featured"] {
                let document = try await node.json("/groups/berlin/collections/\(collection)")
                #expect(document["type"]?.string == "OrderedCollection")
                #expect(document["orderedItems"]?.array?.isEmpty == true)
            }
            #expect(try await node.get("/users/ada/collections/moderators").status == 404)
            let page = try await node.json("/users/ada/outbox?page=true")
            #expect(page["type"]?.string == "OrderedCollectionPage")
            #expect(try await node.get("/users/ada/outbox?page=true&before=-9999999999999999999").status == 200)
        }
    }

    @Test("an actor's answer is new as soon as the change is told")
    func changes() async throws {
        try await Node.run { node async throws in
            let ada = try await node.add(.person, "ada")
            let following = Task { await node.api.followChanges() }
            defer { following.cancel() }
            #expect(try await node.json("/users/ada")["name"]?.string == "ada")
            var changed = ada
            changed.displayName = "Ada"
            let stored = changed
            // The listener may not be ready yet, so the change is announced until it has an effect.
            for attempt in 0..<5_000 {
                try await node.database.write { tx in
                    try Accounts.update(stored, summarySource: nil, at: Timestamp(Int64(attempt)), in: tx)
                    tx.announce(.settingsChanged)
                }
                if try await node.json("/users/ada")["name"]?.string == "Ada" { return }
            }
            Issue.record("the change was never heard")
        }
    }

    // MARK: - Well known

    @Test(
        "a handle leads to its actor, in whatever spelling it is asked for",
        arguments: [
            ("acct:ada@cafe.example", "users/ada"), ("acct:ADA@Cafe.Example", "users/ada"),
            ("ACCT:ada@cafe.example", "users/ada"), ("ada@cafe.example", "users/ada"),
            ("@ada@cafe.example", "users/ada"),
            ("acct%3Aada%40cafe.example", "users/ada"), ("https://cafe.example/users/ada", "users/ada"),
            ("https://cafe.example/@ada", "users/ada"), ("https%3A%2F%2Fcafe.example%2F%40ADA", "users/ada"),
            ("acct:berlin@cafe.example", "groups/berlin"), ("!berlin@cafe.example", "groups/berlin"),
            ("https://cafe.example/groups/berlin", "groups/berlin"), ("https://cafe.example", "actor"),
            ("https://cafe.example/", "actor"), ("acct:cafe.example@cafe.example", "actor"),
            ("https://cafe.example/actor", "actor"),
        ])
    func webFinger(resource: String, path: String) async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            try await node.add(.group, "berlin")
            try await node.add(.application, "cafe.example")
            let response = try await node.get("/.well-known/webfinger?resource=\(resource)", "*/*")
            #expect(response.status == 200)
            #expect(response.header("content-type") == "application/jrd+json")
            #expect(response.header("access-control-allow-origin") == "*")
            let document = try JSON.parse(response.body)
            #expect(WebFinger.selfLink(in: document)?.string == "https://cafe.example/\(path)")
            let links = document["links"]?.array ?? []
            #expect(links.count { $0["rel"]?.string == "self" } == 1)
            let name = path == "actor" ? "cafe.example" : path.split(separator: "/").last.map(String.init) ?? ""
            #expect(document["subject"]?.string == "acct:\(name)@cafe.example")
        }
    }

    @Test(
        "what is no handle of ours leads nowhere",
        arguments: [
            ("", 400), ("?resource=", 400), ("?rel=self", 400), ("?resource=%zz", 400),
            ("?resource=acct:nobody@cafe.example", 404), ("?resource=acct:ada@other.example", 404),
            ("?resource=ada", 404), ("?resource=acct:ada@cafe.example@x", 404),
            ("?resource=https://cafe.example/x", 404),
            ("?resource=https://cafe.example/users/ada/inbox", 404),
            ("?resource=https://cafe.example/users/ada?x", 404),
            ("?resource=acct:@cafe.example", 404), ("?resource=javascript:x", 404),
            ("?resource=acct:waiting@cafe.example", 404),
        ])
    func noHandle(query: String, status: Int) async throws {
        try await Node.run { node async throws in
            try await node.add(.person, "ada")
            let waiting = try await node.add(.person, "waiting")
            let local = LocalAccount(
                account: waiting, email: nil, passwordHash: nil, role: .member, language: nil, approvedAt: nil)
            try await node.database.write { tx in try LocalAccounts.insert(local, signUpNote: "", in: tx) }
            let response = try await node.get("/.well-known/webfinger\(query)")
            #expect(response.status == status)
        }
    }

    @Test("what the node says of itself comes in the order that Gancio needs")
    func nodeInfo() async throws {
        try await Node.run(registration: .open) { node async throws in
            let links = try await node.json("/.well-known/nodeinfo")["links"]?.array ?? []
            #expect(
                links.map { $0["href"]?.string } == [
                    "https://cafe.example/nodeinfo/2.0", "https://cafe.example/nodeinfo/2.1",
                    "https://cafe.example/actor",
                ])
            for version in ["2.0", "2.1"] {
                let response = try await node.get("/nodeinfo/\(version)")
                #expect(response.header("content-type")?.contains("schema/\(version)#") == true)
                let info = try JSON.parse(response.body)
                #expect(info["version"]?.string == version)
                #expect(info["software"]?["name"]?.string == "troquet")
                #expect(info["software"]?["version"]?.string == "1.2.3")
                #expect(info["openRegistrations"]?.bool == true)
                #expect(info["usage"]?["users"]?["total"]?.int == 0)
                #expect(info["metadata"]?["nodeName"]?.string == "Café")
            }
        }
    }

    @Test("host-meta names the template, in XML and in JSON")
    func hostMeta() async throws {
        try await Node.run { node async throws in
            let template = "https://cafe.example/.well-known/webfinger?resource={uri}"
            let xml = try await node.get("/.well-known/host-meta", "application/xrd+xml")
            #expect(xml.header("content-type") == "application/xrd+xml; charset=utf-8")
            #expect(xml.text.contains("template=\"\(template)\""))
            for (target, accept) in [("host-meta", "application/json"), ("host-meta.json", "*/*")] {
                let response = try await node.get("/.well-known/\(target)", accept)
                let document = try JSON.parse(response.body)
                #expect(document["links"]?.array?.first?["template"]?.string == template)
            }
        }
    }
}
