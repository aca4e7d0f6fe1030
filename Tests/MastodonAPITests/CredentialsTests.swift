// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Changing one's profile through an app")
struct CredentialsTests {
    private static let path = "/api/v1/accounts/update_credentials"

    @Test("what is sent is changed and what is not sent stays", arguments: TestEngine.available)
    func changes(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let note = "I'm here… & \"so\" <on>\n\nBye https://a.example/x"
            let first = try await node.call(
                "PATCH", Self.path, token: ada.token,
                form: [
                    ("display_name", "Ada L"), ("note", note), ("locked", "true"), ("bot", "1"),
                    ("discoverable", "false"), ("hide_collections", "on"), ("indexable", "true"),
                    ("source[privacy]", "private"), ("source[sensitive]", "true"), ("source[language]", "hr"),
                ])
            #expect(first.status == 200)
            for reply in [first, try await node.get("/api/v1/accounts/verify_credentials", token: ada.token)] {
                #expect(reply["display_name"]?.string == "Ada L")
                #expect(reply["locked"]?.bool == true)
                #expect(reply["bot"]?.bool == true)
                #expect(reply["discoverable"]?.bool == false)
                #expect(reply["indexable"]?.bool == true)
                #expect(reply["hide_collections"]?.bool == true)
                #expect(reply["note"]?.string?.contains("<a href=\"https://a.example/x\"") == true)
                let source = reply["source"]
                #expect(source?["note"]?.string == note)
                #expect(source?["privacy"]?.string == "private")
                #expect(source?["sensitive"]?.bool == true)
                #expect(source?["language"]?.string == "hr")
            }
            let second = try await node.call("PATCH", Self.path, token: ada.token, json: ["bot": false])
            #expect(second["bot"]?.bool == false)
            #expect(second["display_name"]?.string == "Ada L")
            #expect(second["source"]?["note"]?.string == note)
            let preferences = try await node.get("/api/v1/preferences", token: ada.token)
            #expect(preferences["posting:default:visibility"]?.string == "private")
            let post = try await node.call("POST", "/api/v1/statuses", token: ada.token, form: [("status", "bok")])
            #expect(post["visibility"]?.string == "private")
            #expect(post["sensitive"]?.bool == true)
            #expect(post["language"]?.string == "hr")
        }
    }

    @Test(
        "lines of a profile come as a list, as numbered names, or as an object with numbers",
        arguments: TestEngine.available)
    func fields(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let lines: JSON = [
                ["name": "Site", "value": "https://a.example/x"], ["name": "", "value": ""],
                ["name": "<b>", "value": "a & b"],
            ]
            let asObject: JSON = [
                "1": ["name": "<b>", "value": "a & b"], "0": ["name": "Site", "value": "https://a.example/x"],
            ]
            for body: JSON in [["fields_attributes": lines], ["fields_attributes": asObject]] {
                let reply = try await node.call("PATCH", Self.path, token: ada.token, json: body)
                let fields = reply["fields"]?.array ?? []
                #expect(fields.map { $0["name"]?.string } == ["Site", "<b>"])
                #expect(fields.first?["value"]?.string?.hasPrefix("<a href=\"https://a.example/x\"") == true)
                #expect(fields.first?["verified_at"] == .null)
                #expect(fields.last?["value"]?.string == "a &amp; b")
                #expect(reply["source"]?["fields"]?.array?.first?["value"]?.string == "https://a.example/x")
            }
            let byForm = try await node.call(
                "PATCH", Self.path, token: ada.token,
                form: [("fields_attributes[0][name]", "Tea"), ("fields_attributes[0][value]", "Green")])
            #expect(byForm["fields"]?.array?.count == 1)
            let many = JSON.array((1...5).map { ["name": JSON("\($0)"), "value": "x"] })
            let tooMany = try await node.call(
                "PATCH", Self.path, token: ada.token, json: ["fields_attributes": many])
            #expect(tooMany.status == 422)
            let none = try await node.call("PATCH", Self.path, token: ada.token, json: ["fields_attributes": []])
            #expect(none["fields"]?.array == [])
        }
    }

    @Test("lines of a profile keep the order in which they were sent, and only their owner removes them")
    func order() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            func names(_ body: JSON) async throws -> [String?] {
                let reply = try await node.call("PATCH", Self.path, token: ada.token, json: body)
                return reply["fields"]?.array?.map { $0["name"]?.string } ?? []
            }
            let unordered: JSON = [
                "fields_attributes": ["420": ["name": "1st", "value": "a"], "69": ["name": "2nd", "value": "b"]]
            ]
            #expect(try await names(unordered) == ["1st", "2nd"])
            for other: JSON in [["note": "hello"], ["fields_attributes": .null], [:]] {
                #expect(try await names(other) == ["1st", "2nd"])
            }
            let form = try await node.call(
                "PATCH", Self.path, token: ada.token,
                form: [
                    ("fields_attributes[7][name]", "x"), ("fields_attributes[3][name]", "y"),
                    ("fields_attributes[3][value]", "v"), ("fields_attributes[7][value]", "w"),
                ])
            #expect(form["fields"]?.array?.map { $0["value"]?.string } == ["w", "v"])
            #expect(try await names(["fields_attributes": []]) == [])
        }
    }

    @Test("the default for quotes is kept and used", arguments: TestEngine.available)
    func quotePolicy(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let first = try await node.get("/api/v1/accounts/verify_credentials", token: ada.token)
            #expect(first["source"]?["quote_policy"]?.string == "public")
            let change: JSON = ["source": ["quote_policy": "followers"]]
            #expect(
                try await node.call("PATCH", Self.path, token: ada.token, json: change)["source"]?["quote_policy"]?
                    .string == "followers")
            let preferences = try await node.get("/api/v1/preferences", token: ada.token)
            #expect(preferences["posting:default:quote_policy"]?.string == "followers")
            let post = try await node.post("/api/v1/statuses", token: ada.token, ["status": "tea"])
            #expect(post["quote_approval"]?["automatic"]?[0]?.string == "followers")
            let open = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "tea", "quote_approval_policy": "public"])
            #expect(open["quote_approval"]?["automatic"]?[0]?.string == "public")
            let wrong = try await node.call(
                "PATCH", Self.path, token: ada.token, json: ["source": ["quote_policy": "friends"]])
            #expect(wrong.status == 422 && wrong["details"]?["quote_policy"]?[0]?["error"]?.string == "ERR_INCLUSION")
        }
    }

    @Test("a form in parts without files is read like any other")
    func parts() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let body = "--x\r\nContent-Disposition: form-data; name=\"display_name\"\r\n\r\nÀda\r\n--x--\r\n"
            let reply = try await node.send(
                "PATCH", Self.path,
                headers: [
                    ("Authorization", "Bearer \(ada.token)"), ("Content-Type", "multipart/form-data; boundary=x"),
                ], body: Array(body.utf8))
            #expect(reply["display_name"]?.string == "Àda")
        }
    }

    @Test("what breaks a rule is named", arguments: TestEngine.available)
    func errors(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let cases: [(JSON, String)] = [
                (["display_name": JSON(String(repeating: "x", count: 101))], "display_name"),
                (["note": JSON(String(repeating: "x", count: 2_001))], "note"),
                (["source": ["privacy": "nobody"]], "privacy"), (["source": ["language": "not one"]], "language"),
            ]
            for (body, field) in cases {
                let reply = try await node.call("PATCH", Self.path, token: ada.token, json: body)
                #expect(reply.status == 422)
                #expect(reply["details"]?[field] != nil)
            }
            let reader = try await node.token(of: ada.id, Scopes(["read"]))
            #expect(try await node.call("PATCH", Self.path, token: reader, json: [:]).status == 403)
        }
    }

    @Test("a group's token changes the group", arguments: TestEngine.available)
    func group(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let mod = try await node.member("mod", .moderator)
            let group = try await node.services.createGroup(GroupDraft(name: "lyon", title: "Lyon"), as: .member(mod))
            let token = try await node.token(of: mod, as: group.id)
            let reply = try await node.call(
                "PATCH", Self.path, token: token, json: ["display_name": "Lyon 7", "bot": true, "locked": true])
            #expect(reply["display_name"]?.string == "Lyon 7")
            #expect(reply["bot"]?.bool == false)
            #expect(reply["group"]?.bool == true)
            #expect(reply["locked"]?.bool == true)
        }
    }

    @Test(
        "the profile as it was typed has no stand-ins, and pictures can be taken away", arguments: TestEngine.available)
    func profile(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let reply = try await node.call("PATCH", "/api/v1/profile", token: ada.token, json: ["note": "a & b"])
            #expect(reply["note"]?.string == "a & b")
            #expect(reply["avatar"] == .null)
            #expect(reply["show_media"]?.bool == true)
            for picture in ["avatar", "header"] {
                let gone = try await node.call("DELETE", "/api/v1/profile/\(picture)", token: ada.token)
                #expect(gone["acct"]?.string == "ada")
                #expect(gone[picture]?.string?.hasSuffix("missing.png") == true)
            }
        }
    }

    @Test("who hides whom they follow shows the lists to nobody else", arguments: TestEngine.available)
    func hidden(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, eve) = (try await node.guest("ada"), try await node.guest("eve"))
            try await node.services.follow(eve.id, as: .member(ada.id))
            _ = try await node.call("PATCH", Self.path, token: ada.token, json: ["hide_collections": true])
            let path = "/api/v1/accounts/\(ada.id)/following"
            #expect(try await node.get(path, token: eve.token).json == [])
            #expect(try await node.get(path, token: ada.token).json.array?.isEmpty == false)
        }
    }
}
