// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Federation

/// Requests that real servers sent, in a folder beside the checkout. They are not part of the project.
private enum Captured {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"
    static let groups: Set<String> = [
        "https://piefed.test/c/pfcafe", "https://piefed.test/c/pfevents", "https://wp.test/?author=0",
        "https://wp9.test/?author=0",
    ]
    static let people = [
        "https://piefed.test/u/polly", "https://piefed.test/u/pierre", "https://piefed.test/u/paula",
        "https://wp.test/?author=1", "https://wp9.test/?author=1", "https://hub.test/channel/hanna",
    ]

    /// The documents by the names of their files, with the origin of the world of these tests in place of the
    /// receiver's. Nothing, when there are none, which is printed once.
    static let files: [String: JSON] = {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "../../../shared/fixtures/documents/captured-2026-11").standardizedFileURL
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        if names.isEmpty { print("Captured requests: none next to the checkout, nothing received.") }
        var files: [String: JSON] = [:]
        for name in names where name.hasSuffix(".json") {
            let text = (try? String(contentsOf: root.appending(path: name), encoding: .utf8)) ?? ""
            let ours = text.replacing("https://cafe.test/", with: FederationWorld.origin + "/")
            let document = (try? JSON.parse(Array(ours.utf8))) ?? .null
            files[String(name.dropLast(5))] = document["body"] ?? document
        }
        return files
    }()

    /// Every post and event in the files by its id. A document that its origin served goes before an embedded one.
    static let objects: [String: JSON] = {
        var found: [String: JSON] = [:]
        func collect(_ value: JSON) {
            if let id = value["id"]?.string, let document = Document(value),
                document.family == .post || document.family == .event
            {
                found[id] = found[id] ?? value
            }
            for (_, member) in value.object ?? [:] { collect(member) }
        }
        for (name, file) in files.sorted(by: { $0.key < $1.key }) where name.hasPrefix("get-") { collect(file) }
        for (_, file) in files.sorted(by: { $0.key < $1.key }) { collect(file) }
        return found
    }()

    /// All texts in a document.
    static func texts(in value: JSON) -> [String] {
        if let text = value.string { return [text] }
        return (value.array ?? []).flatMap(texts) + (value.object ?? [:]).flatMap { texts(in: $0.value) }
    }
}

/// The node that a captured request reaches: what the request speaks of is here, and Ana follows all actors.
private struct CapturedWorld: Sendable {
    let world: FederationWorld
    let ana: Account
    let salon: Account

    init(_ world: FederationWorld) async throws {
        self.world = world
        world.clock.set(Timestamp(1_796_169_600_000))
        ana = try await world.addPerson("ana")
        try await world.addPerson("ben")
        salon = try await world.addGroup("salon")
        let served = Captured.files.values.filter { Document($0)?.family == .actor }
        for actor in Captured.people + Captured.groups {
            let own = served.first { $0["id"]?.string == actor } ?? Self.actor(actor)
            let key: JSON = [
                "id": JSON(actor + "#main-key"), "owner": JSON(actor), "publicKeyPem": JSON(OtherNodes.keyPlace),
            ]
            try world.nodes.serve(own.setting("publicKey", key))
        }
        for object in Captured.objects.values { try world.nodes.serve(object) }
    }

    private static func actor(_ id: String) -> JSON {
        let name = id.split(whereSeparator: { "/=".contains($0) }).last.map(String.init) ?? ""
        return [
            "id": JSON(id), "type": Captured.groups.contains(id) ? "Group" : "Person",
            "preferredUsername": JSON(name == "1" ? "author" : name), "inbox": JSON(id + "/inbox"),
        ]
    }

    /// Makes what the request is about, as it was before the request.
    func prepare(for request: JSON) async throws {
        let isAnswer = request["type"]?.string == "Accept" && request["object"]?["type"]?.string == "Follow"
        for actor in Captured.people + Captured.groups {
            let account = try await world.resolve(actor)
            if isAnswer, actor == request["actor"]?.string, let id = request["object"]?["id"]?.string {
                let (activity, now) = (try address(id), world.clock.now)
                try await world.database.write { [ana] tx in
                    _ = try Follows.request(by: ana.id, of: account.id, activity: activity, at: now, in: tx)
                }
            } else {
                try await world.follow(by: ana, of: account)
            }
        }
        for text in Set(Captured.texts(in: request)) { try await makeLocal(text) }
        var act = request
        if act["type"]?.string == "Announce", let inner = act["object"], inner["type"] != nil { act = inner }
        try await makeRemote(act)
        try await sayBefore(act, announcedBy: request["id"] == act["id"] ? nil : request["actor"])
    }

    private func makeLocal(_ text: String) async throws {
        let parts = text.dropFirst(FederationWorld.origin.count + 1).split(separator: "/")
        guard text.hasPrefix(FederationWorld.origin + "/"), parts.count == 2, let number = Int64(parts[1]) else {
            return
        }
        let (iri, now) = (try address(text), world.clock.now)
        if parts[0] == "posts" {
            var post = Post(
                id: ID(number), iri: iri, author: ana.id, content: .empty, visibility: .everyone, publishedAt: now,
                isLocal: true)
            post.group = salon.id
            try await world.database.write { [post] tx in try Posts.insertNew(post, PostParts(), in: tx) }
        } else if parts[0] == "events" {
            let event = Event(
                id: ID(number), iri: iri, owner: salon.id, uuid: "u", title: "Walk", startsAt: now + .days(1),
                endsAt: now + .days(2), publishedAt: now, isLocal: true)
            try await world.database.write { tx in _ = try Events.insert(event, in: tx) }
        }
    }

    /// Stores what an activity changes, in an earlier version when the activity is an `Update`.
    private func makeRemote(_ act: JSON) async throws {
        guard act["type"]?.string != "Create", act["type"]?.string != "Invite",
            let subject = act["object"]?["object"] ?? act["object"], let id = subject["id"]?.string ?? subject.string,
            !id.hasPrefix(FederationWorld.origin), !Captured.people.contains(id), !Captured.groups.contains(id)
        else { return }
        let isUpdate = act["type"]?.string == "Update"
        let known = Captured.objects[id] ?? Self.forgotten(id)
        guard let latest = isUpdate && subject["id"] != nil ? subject : known else { return }
        let before = latest.setting("updated", nil).setting("content", "<p>Before</p>").setting("contentMap", nil)
        try world.nodes.serve(isUpdate ? before : latest)
        _ = try await world.federation.posts.resolve(try address(id))
        try world.nodes.serve(latest)
    }

    /// A post that no captured file contains, because the request deletes it.
    private static func forgotten(_ id: String) -> JSON? {
        guard id.hasPrefix("https://piefed.test/c/pfcafe/p/") else { return nil }
        return [
            "id": JSON(id), "type": "Page", "attributedTo": "https://piefed.test/u/polly", "name": "Forgotten",
            "content": "<p>x</p>", "to": ["https://piefed.test/c/pfcafe", JSON(Captured.everybody)],
            "audience": "https://piefed.test/c/pfcafe", "published": "2026-11-30T17:00:00Z",
        ]
    }

    /// Receives what an `Undo` takes back, as it was sent, and the yes before a no to an invitation.
    private func sayBefore(_ act: JSON, announcedBy group: JSON?) async throws {
        if act["type"]?.string == "Reject", act["object"]?["type"]?.string == "Event" {
            let before = act.setting("type", "Accept").setting("id", JSON("\(act["id"]?.string ?? "")#before"))
            try #require(try await world.receive(before) == "applied")
        }
        guard act["type"]?.string == "Undo", let undone = act["object"], let id = undone["id"] else { return }
        var said = Captured.files.values.first { $0["id"] == id } ?? undone
        if let group {
            said = [
                "id": JSON("\(group.string ?? "")/before"), "type": "Announce", "actor": group, "object": said,
            ]
        }
        try #require(try await world.receive(said) == "applied")
    }
}

@Suite("Requests that real servers sent")
struct CapturedRequestTests {
    /// The requests that have an effect, by the server that sent them.
    private static let applied: [String: String] = [
        "hubzilla78": "accept-event accept-follow create-note follow invite-event reject-event undo-accept",
        "piefed": "accept-follow announce-add announce-block announce-create-event announce-create-note "
            + "announce-create-page announce-create-question announce-delete announce-like announce-lock "
            + "announce-undo-delete announce-update-event announce-update-page announce-update-question create-note "
            + "create-page delete flag follow like undo-delete undo-follow undo-like update-note",
        "wordpress-ap7": "accept-follow announce-create-event announce-create-note create-event create-note delete "
            + "follow undo-follow update-event update-note",
        "wordpress-ap9": "accept-follow announce-create-article announce-create-event announce-create-note "
            + "create-article create-event create-note delete update-article update-event update-group update-person",
    ]

    /// What becomes of the others. The second one has no type and an id of this node.
    private static let exceptions = [
        "piefed-dislike-1": "ignored:unknown_type", "wordpress-ap9--accept-follow-1": "refused:local_identifier",
    ]

    /// The outcomes of the known requests.
    private static let expected: [String: String] = {
        let names = applied.flatMap { server, acts in
            acts.split(separator: " ").map { ("\(server)-\($0)-1", "applied") }
        }
        return exceptions.merging(names, uniquingKeysWith: { $1 })
    }()

    @Test("have each the outcome that is known of them", arguments: TestEngine.available)
    func outcomes(engine: TestEngine) async throws {
        for (name, request) in Captured.files.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("get-") {
            try await FederationWorld.run(on: engine) { world in
                let here = try await CapturedWorld(world)
                try await here.prepare(for: request)
                let outcome = try await world.receive(request)
                if let expected = Self.expected[name] {
                    #expect(outcome == expected, "\(name)")
                } else {
                    // Of a request that is new here it is known only that it is no error and not tried again.
                    let ends = ["applied", "duplicate", "ignored:", "refused:"]
                    #expect(ends.contains { outcome?.hasPrefix($0) == true }, "\(name): \(outcome ?? "nothing")")
                }
            }
        }
    }

    /// What a document is to a member who looks up its address.
    private static let kinds: [String: String] = [
        "get-hubzilla78-event": "attributed_to_mismatch", "get-hubzilla78-person": "account",
        "get-piefed-deleted-page": "post",
        "get-piefed-event": "event", "get-piefed-featured": "not_a_post", "get-piefed-group": "account",
        "get-piefed-moderators": "not_a_post", "get-piefed-page": "post", "get-piefed-person": "account",
        "get-wordpress-ap7-author": "account", "get-wordpress-ap7-blog": "account",
        "get-wordpress-ap7-event": "event", "get-wordpress-ap9-blog": "account", "get-wordpress-ap9-post": "post",
    ]

    @Test("and documents that they served are found under their addresses, or refused as what they are")
    func documents() async throws {
        for (name, document) in Captured.files.sorted(by: { $0.key < $1.key }) where name.hasPrefix("get-") {
            try await FederationWorld.run { world in
                _ = try await CapturedWorld(world)
                let id = try #require(document["id"]?.string)
                if Document(document)?.family != .actor { try world.nodes.serve(document) }
                let kind: String
                do {
                    switch try await world.federation.posts.resolve(try address(id)) {
                    case .account: kind = "account"
                    case .post: kind = "post"
                    case .event: kind = "event"
                    }
                } catch let error as FederationError {
                    kind = error.code
                }
                if let expected = Self.kinds[name] {
                    #expect(kind == expected, "\(name)")
                } else {
                    let refusals = ["not_a_post", "attributed_to_mismatch"]
                    #expect((["account", "event", "post"] + refusals).contains(kind), "\(name)")
                }
            }
        }
    }
}
