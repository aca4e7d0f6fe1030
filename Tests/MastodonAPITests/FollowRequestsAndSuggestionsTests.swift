// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("People among client apps")
struct FollowRequestTests {
    @Test("blocks and mutes answer the relationship, and are listed", arguments: TestEngine.available)
    func blocks(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob, eve) = (
                try await node.guest("ada"), try await node.guest("bob"), try await node.guest("eve")
            )
            let path = "/api/v1/accounts/\(bob.id)"
            for _ in 1...2 {
                #expect(try await node.post(path + "/block", token: ada.token)["blocking"]?.bool == true)
            }
            #expect(try await ids(node.get("/api/v1/blocks", token: ada.token)) == ["\(bob.id)"])
            #expect(try await node.post(path + "/follow", token: ada.token).status == 404)
            for _ in 1...2 {
                #expect(try await node.post(path + "/unblock", token: ada.token)["blocking"]?.bool == false)
            }
            let muted = try await node.post(path + "/mute", token: ada.token, ["notifications": "0", "duration": 60])
            #expect(muted["muting"]?.bool == true && muted["muting_notifications"]?.bool == false)
            #expect(muted["muting_expires_at"]?.string?.hasSuffix("Z") == true)
            let forever = try await node.post("/api/v1/accounts/\(eve.id)/mute", token: ada.token)
            #expect(forever["muting_notifications"]?.bool == true && forever["muting_expires_at"] == .null)
            let list = try await node.get("/api/v1/mutes", token: ada.token)
            #expect(ids(list) == ["\(eve.id)", "\(bob.id)"])
            #expect(list.json.array?.map { $0["mute_expires_at"] == .null } == [true, false])
            #expect(try await node.post(path + "/unmute", token: ada.token)["muting"]?.bool == false)
            let empty = try await node.get("/api/v1/blocks", token: ada.token)
            #expect(empty.json == [] && empty.header("link") == nil)
        }
    }

    @Test("of a suspended account only the address and the numbers are shown", arguments: TestEngine.available)
    func suspended(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let vic = try await node.stranger("vic")
            let path = "/api/v1/accounts/\(vic.id)"
            try await node.database.write { tx in
                try tx.run(
                    """
                    UPDATE account SET display_name = 'Buy now', summary_html = '<p>Buy</p>',
                        icon = 'https://far.example/icon.png', approves_followers = \(true)
                    WHERE id = \(vic.id)
                    """)
            }
            #expect(try await node.get(path, token: ada.token)["display_name"]?.string == "Buy now")
            try await node.database.write { tx in try Accounts.suspend(vic.id, at: Timestamp(1), in: tx) }
            let account = try await node.get(path, token: ada.token)
            #expect(account["suspended"]?.bool == true)
            #expect(account["acct"]?.string == "vic@far.example")
            #expect(account["display_name"]?.string == "" && account["note"]?.string == "")
            #expect(account["locked"]?.bool == false && account["fields"]?.array?.isEmpty == true)
            #expect(account["avatar"]?.string?.hasSuffix("/avatars/original/missing.png") == true)
        }
    }

    @Test("hosts are blocked, listed and previewed", arguments: TestEngine.available)
    func hosts(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let vic = try await node.stranger("vic")
            let path = "/api/v1/domain_blocks"
            for host in ["far.example", "near.example"] {
                #expect(try await node.call("POST", path, token: ada.token, form: [("domain", host)]).json == [:])
            }
            #expect(try await node.get(path, token: ada.token).json == ["near.example", "far.example"])
            let page = try await node.get(path + "?limit=1", token: ada.token)
            #expect(page.json == ["near.example"])
            let relations = try await node.get("/api/v1/accounts/relationships?id=\(vic.id)", token: ada.token)
            #expect(relations.json.array?.first?["domain_blocking"]?.bool == true)
            #expect(try await node.call("DELETE", path + "?domain=far.example", token: ada.token).json == [:])
            #expect(try await node.get(path, token: ada.token).json == ["near.example"])
            let preview = try await node.get(path + "/preview?domain=far.example", token: ada.token)
            #expect(preview.json == ["following_count": 0, "followers_count": 0])
            #expect(try await node.call("POST", path, token: ada.token, json: ["domain": "no host"]).status == 422)
        }
    }

    @Test("who asks to follow is listed and answered, also in the name of a group", arguments: TestEngine.available)
    func requests(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (mona, bob, eve) = (
                try await node.guest("mona", .moderator), try await node.guest("bob"), try await node.guest("eve")
            )
            let group = try await node.database.write { tx in
                var group = try #require(try Accounts.byHandle(Handle(name: "cafe", host: ""), in: tx))
                group.approvesFollowers = true
                try Accounts.update(group, summarySource: nil, at: node.clock.now, in: tx)
                return group.id
            }
            let token = try await node.token(of: mona.id, as: group)
            for asker in [bob, eve] {
                try await node.services.unfollow(group, as: .member(asker.id))
                #expect(try await node.services.follow(group, as: .member(asker.id)) == .requested)
            }
            #expect(try await ids(node.get("/api/v1/follow_requests", token: token)) == ["\(eve.id)", "\(bob.id)"])
            let yes = try await node.post("/api/v1/follow_requests/\(bob.id)/authorize", token: token)
            #expect(yes["followed_by"]?.bool == true && yes["requested_by"]?.bool == false)
            let no = try await node.post("/api/v1/follow_requests/\(eve.id)/reject", token: token)
            #expect(no["followed_by"]?.bool == false && no["requested_by"]?.bool == false)
            #expect(try await node.get("/api/v1/follow_requests", token: token).json == [])
            #expect(try await node.post("/api/v1/follow_requests/\(eve.id)/reject", token: token).status == 404)
            let gone = try await node.post("/api/v1/accounts/\(bob.id)/remove_from_followers", token: token)
            #expect(gone["followed_by"]?.bool == false)
        }
    }

    @Test("a note and a recommendation stand in the relationship")
    func marks() async throws {
        try await ClientNode.open { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let path = "/api/v1/accounts/\(bob.id)"
            #expect(try await node.post(path + "/note", token: ada.token, ["comment": "tea"])["note"]?.string == "tea")
            #expect(try await node.post(path + "/note", token: ada.token)["note"]?.string == "")
            #expect(try await node.post(path + "/endorse", token: ada.token).status == 422)
            try await node.services.follow(bob.id, as: .member(ada.id))
            for (word, isEndorsed) in [("endorse", true), ("unendorse", false), ("pin", true)] {
                #expect(try await node.post("\(path)/\(word)", token: ada.token)["endorsed"]?.bool == isEndorsed)
            }
            #expect(try await ids(node.get("/api/v1/endorsements", token: ada.token)) == ["\(bob.id)"])
            #expect(try await ids(node.get("/api/v1/accounts/\(ada.id)/endorsements")) == ["\(bob.id)"])
            #expect(try await node.post(path + "/unpin", token: ada.token)["endorsed"]?.bool == false)
        }
    }

    @Test("suggestions, the directory and familiar followers tell of accounts", arguments: TestEngine.available)
    func suggestions(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let group = try await node.services.list(
                ID(try await node.get("/api/v1/lists", token: ada.token).json.array?.first?["id"]?.string ?? "")
                    ?? .first,
                of: ada.id)
            guard case .group(let cafe) = group else {
                Issue.record("no group")
                return
            }
            try await node.services.unfollow(cafe.id, as: .member(ada.id))
            let new = try await node.get("/api/v2/suggestions", token: ada.token)
            let first = new.json.array?.first { $0["account"]?["id"]?.string == "\(cafe.id)" }
            #expect(first?["source"]?.string == "staff" && first?["sources"] == ["featured"])
            #expect(try await ids(node.get("/api/v1/suggestions", token: ada.token)).contains("\(cafe.id)"))
            #expect(try await node.call("DELETE", "/api/v1/suggestions/\(cafe.id)", token: ada.token).json == [:])
            #expect(try await !ids(node.get("/api/v1/suggestions", token: ada.token)).contains("\(cafe.id)"))
            let directory = try await node.get("/api/v1/directory?local=true&order=new")
            #expect(ids(directory).contains("\(cafe.id)"))
            #expect(ids(directory) == ids(directory).sorted { $0.count == $1.count ? $0 > $1 : $0.count > $1.count })
            #expect(try await ids(node.get("/api/v1/directory?local=true&offset=1&limit=1")).count == 1)
            // Who never posted is listed too when the directory is not only of this node.
            #expect(try await ids(node.get("/api/v1/directory?order=new")) == ids(directory))
            try await node.services.follow(bob.id, as: .member(ada.id))
            let familiar = try await node.get(
                "/api/v1/accounts/familiar_followers?id[]=\(cafe.id)&id[]=\(bob.id)", token: ada.token)
            let found = familiar.json.array ?? []
            #expect(found.map { $0["id"]?.string } == ["\(cafe.id)", "\(bob.id)"])
            #expect(found.first?["accounts"]?.array?.compactMap { $0["id"]?.string } == ["\(bob.id)"])
            #expect(found.last?["accounts"] == [])
        }
    }

    @Test("a report is taken from the query, a form or JSON, with a slash at the end too")
    func reports() async throws {
        try await ClientNode.open { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let post = try await node.services.publishPost(PostDraft(text: "Tea"), as: .member(bob.id))
            let asked = try await node.post(
                "/api/v1/reports?account_id=\(bob.id)&status_ids[]=\(post)&comment=rude", token: ada.token)
            #expect(asked.status == 200)
            #expect(asked["category"]?.string == "other" && asked["comment"]?.string == "rude")
            #expect(asked["status_ids"] == [.string("\(post)")] && asked["forwarded"]?.bool == false)
            #expect(asked["action_taken"]?.bool == false && asked["action_taken_at"] == .null)
            #expect(asked["target_account"]?["id"]?.string == "\(bob.id)")
            let spam: JSON = ["account_id": .string("\(bob.id)"), "category": "spam", "forward": "1"]
            #expect(try await node.post("/api/v1/reports/", token: ada.token, spam)["category"]?.string == "spam")
            #expect(try await node.post("/api/v1/reports", token: ada.token).status == 422)
            #expect(try await node.post("/api/v1/reports?account_id=7", token: ada.token).status == 404)
            let open = try await node.database.read { db in try Reports.open(in: db) }
            #expect(open.map(\.target) == [bob.id, bob.id])
        }
    }

    @Test("a report that names a rule is refused, for rules have no numbers here", arguments: TestEngine.available)
    func brokenRules(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let path = "/api/v1/reports?account_id=\(bob.id)&category=violation"
            let refused = try await node.post(path + "&rule_ids[]=1", token: ada.token)
            #expect(refused.status == 422)
            #expect(refused.error == "Validation failed: Rule ids does not reference valid rules")
            #expect(try await node.database.read { db in try Reports.open(in: db) }.isEmpty)
            let told = try await node.post(path, token: ada.token)
            #expect(told["category"]?.string == "violation")
            #expect(told["rule_ids"] == [])
        }
    }

    private func ids(_ reply: Reply) -> [String] { reply.json.array?.compactMap { $0["id"]?.string } ?? [] }
}
