// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Apps and what people are told")
struct NotificationTests {
    typealias Person = (id: ID<Account>, token: String)

    @Test("one by one: every key is there, kinds are chosen, pages follow each other", arguments: TestEngine.available)
    func list(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.write("Du thé ?", ada)
            try await node.services.likePost(post, as: .member(bob.id))
            try await node.services.boostPost(post, as: .member(bob.id))
            try await node.services.follow(ada.id, as: .member(bob.id))
            _ = try await node.write("@ada oui", bob)
            let path = "/api/v1/notifications"
            let all = try await node.get(path, token: ada.token)
            #expect(all.kinds == ["mention", "follow", "reblog", "favourite"])
            let keys = ["id", "type", "created_at", "group_key", "account", "status", "report"]
            for item in all.json.array ?? [] {
                for key in keys { #expect(item[key] != nil, "\(key)") }
                #expect(item["created_at"]?.string?.hasSuffix("Z") == true)
                #expect(item["account"]?["avatar"]?.string?.hasPrefix("http") == true)
            }
            #expect(all.json.array?.map { $0["status"]?.object != nil } == [true, false, true, true])
            #expect(all.header("link")?.contains("rel=\"next\"") == true)
            #expect(
                try await node.get("\(path)?types[]=follow&types[]=nonsense", token: ada.token).kinds == ["follow"])
            #expect(try await node.get("\(path)?types[]=nonsense", token: ada.token).kinds == [])
            #expect(
                try await node.get("\(path)?exclude_types[]=follow&exclude_types[]=mention", token: ada.token).kinds
                    == ["reblog", "favourite"])
            #expect(try await node.get("\(path)?account_id=\(ada.id)", token: ada.token).kinds == [])
            let first = try await node.get("\(path)?limit=2", token: ada.token)
            let last = first.json.array?.last?["id"]?.string ?? ""
            #expect(
                try await node.get("\(path)?max_id=\(last)", token: ada.token).kinds == ["reblog", "favourite"])
            #expect(try await node.get("\(path)/unread_count", token: ada.token)["count"]?.int == 4)
        }
    }

    @Test("one is shown and forgotten by its owner alone, then all of them", arguments: TestEngine.available)
    func dismiss(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.write("Du thé ?", ada)
            try await node.services.likePost(post, as: .member(bob.id))
            try await node.services.boostPost(post, as: .member(bob.id))
            let path = "/api/v1/notifications"
            let id = try await node.get(path, token: ada.token).json.array?.first?["id"]?.string ?? ""
            #expect(try await node.get("\(path)/\(id)", token: ada.token).id == id)
            #expect(try await node.get("\(path)/\(id)", token: bob.token).status == 404)
            #expect(try await node.post("\(path)/\(id)/dismiss", token: bob.token).status == 404)
            #expect(try await node.post("\(path)/\(id)/dismiss", token: ada.token).status == 200)
            #expect(try await node.post("\(path)/\(id)/dismiss", token: ada.token).status == 404)
            #expect(try await node.get(path, token: ada.token).kinds == ["favourite"])
            #expect(try await node.post("\(path)/clear", token: ada.token).status == 200)
            #expect(try await node.get(path, token: ada.token).kinds == [])
            #expect(try await node.get("\(path)/nonsense", token: ada.token).status == 404)
        }
    }

    @Test("grouped: people and posts stand there once, the newest number is a number", arguments: TestEngine.available)
    func grouped(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let post = try await node.write("Du thé ?", ada)
            for name in ["bob", "eve", "lou"] {
                let fan = try await node.member(name)
                try await node.services.likePost(post, as: .member(fan))
                try await node.services.boostPost(post, as: .member(fan))
            }
            let path = "/api/v2/notifications"
            let reply = try await node.get(path, token: ada.token)
            let groups = reply["notification_groups"]?.array ?? []
            #expect(groups.map { $0["type"]?.string } == ["reblog", "favourite"])
            #expect(groups.map { $0["notifications_count"]?.int } == [3, 3])
            #expect(groups.allSatisfy { $0["most_recent_notification_id"]?.int != nil })
            #expect(groups.map { $0["sample_account_ids"]?.array?.count } == [3, 3])
            #expect(groups.map { $0["status_id"]?.string } == [String(post.rawValue), String(post.rawValue)])
            #expect(reply["accounts"]?.array?.count == 3)
            #expect(reply["statuses"]?.array?.count == 1)
            #expect(reply["partial_accounts"] == nil)
            for key in ["page_min_id", "page_max_id", "latest_page_notification_at", "group_key"] {
                #expect(groups.allSatisfy { $0[key]?.string != nil }, "\(key)")
            }
            let partial = try await node.get("\(path)?expand_accounts=partial_avatars", token: ada.token)
            #expect(partial["accounts"]?.array?.count == 1)
            #expect(partial["partial_accounts"]?.array?.count == 2)
            #expect(partial["partial_accounts"]?.array?.first?["note"] == nil)
            let some = try await node.get("\(path)?grouped_types[]=reblog", token: ada.token)
            #expect(some["notification_groups"]?.array?.count == 4)
            #expect(try await node.get("\(path)/unread_count", token: ada.token)["count"]?.int == 2)

            let key = groups.first?["group_key"]?.string ?? ""
            #expect(key.hasPrefix("reblog-\(post)-"))
            let one = try await node.get("\(path)/\(key)", token: ada.token)
            #expect(one["notification_groups"]?.array?.count == 1)
            #expect(try await node.get("\(path)/\(key)/accounts", token: ada.token).json.array?.count == 3)
            #expect(try await node.post("\(path)/\(key)/dismiss", token: ada.token).status == 200)
            #expect(try await node.get("\(path)/\(key)", token: ada.token).status == 404)
        }
    }

    @Test("the policy has two spellings; who waits is let through or forgotten", arguments: TestEngine.available)
    func policy(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob, eve) = (
                try await node.guest("ada"), try await node.guest("bob"), try await node.guest("eve")
            )
            let changed = try await node.call(
                "PATCH", "/api/v2/notifications/policy", token: ada.token, json: ["for_not_following": "filter"])
            #expect(changed["for_not_following"]?.string == "filter")
            #expect(changed["for_bots"]?.string == "accept")
            let wrong = try await node.call(
                "PATCH", "/api/v2/notifications/policy", token: ada.token, json: ["for_bots": "perhaps"])
            #expect(wrong.status == 422)
            _ = try await node.write("@ada oui", bob)
            _ = try await node.write("@ada non", eve)
            let old = try await node.get("/api/v1/notifications/policy", token: ada.token)
            #expect(old["filter_not_following"]?.bool == true)
            #expect(old["summary"]?["pending_requests_count"]?.int == 2)
            #expect(old["summary"]?["pending_notifications_count"]?.int == 2)
            #expect(try await node.get("/api/v1/notifications", token: ada.token).kinds == [])
            #expect(
                try await node.get("/api/v1/notifications?include_filtered=true", token: ada.token).kinds.count == 2)

            let path = "/api/v1/notifications/requests"
            let requests = try await node.get(path, token: ada.token).json.array ?? []
            #expect(requests.map { $0["account"]?["username"]?.string } == ["eve", "bob"])
            #expect(requests.allSatisfy { $0["notifications_count"]?.string == "1" })
            #expect(requests.allSatisfy { $0["last_status"]?["content"]?.string?.isEmpty == false })
            let ids = requests.map { $0["id"]?.string ?? "" }
            #expect(try await node.get("\(path)/\(ids[0])", token: ada.token).id == ids[0])
            #expect(try await node.post("\(path)/\(ids[0])/accept", token: bob.token).status == 404)
            #expect(try await node.post("\(path)/\(ids[0])/accept", token: ada.token).status == 200)
            #expect(
                try await node.post("\(path)/dismiss", token: ada.token, ["id": [JSON(ids[1])]]).status == 200)
            #expect(try await node.get(path, token: ada.token).json.array?.count == 0)
            #expect(try await node.get("\(path)/merged", token: ada.token)["merged"]?.bool == true)
            #expect(try await node.get("/api/v1/notifications", token: ada.token).kinds == ["mention"])
            let back = try await node.call(
                "PUT", "/api/v1/notifications/policy", token: ada.token, form: [("filter_not_following", "false")])
            #expect(back["filter_not_following"]?.bool == false)
        }
    }

    @Test("a moderator's app shows the report that was made", arguments: TestEngine.available)
    func reports(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .moderator), try await node.member("bob"))
            let report = Report(
                id: node.ids.make(at: node.clock.now), activity: try iri("https://far.example/flags/1"),
                reporter: try await node.stranger("vic").id, target: bob, objects: [], comment: "tea",
                createdAt: node.clock.now)
            let (now, ids) = (node.clock.now, node.ids)
            try await node.database.write { tx in
                _ = try Reports.insert(report, in: tx)
                _ = try Notifications.add(.report(report), at: now, ids: ids, in: tx)
            }
            let told = try await node.get("/api/v1/notifications", token: ada.token)
            #expect(told.kinds == ["admin.report"])
            #expect(told.json.array?.first?["report"]?["comment"]?.string == "tea")
            #expect(told.json.array?.first?["report"]?["target_account"]?["username"]?.string == "bob")
        }
    }
}

extension Reply {
    /// The types in a list of notifications.
    var kinds: [String] { json.array?.compactMap { $0["type"]?.string } ?? ["no list"] }
}

extension ClientNode {
    func write(
        _ text: String, _ author: NotificationTests.Person, _ visibility: Visibility = .everyone,
        replyingTo post: ID<Post>? = nil
    ) async throws -> ID<Post> {
        var draft = PostDraft(text: text)
        draft.visibility = visibility
        draft.inReplyTo = post
        return try await services.publishPost(draft, as: .member(author.id))
    }
}
