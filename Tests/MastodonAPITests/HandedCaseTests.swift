// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import HTTPSupport
import MediaStore
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

/// Small inputs of apps from reports about other servers, in a folder beside the checkout. They are not part of the
/// project.
private enum Handed {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../../../shared/cases").standardizedFileURL
    static let names: [String] = {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()
        if names.isEmpty { print("Handed cases: none next to the checkout, nothing sent.") }
        return names
    }()

    static func names(_ prefix: String) -> [String] { names.filter { $0.hasPrefix(prefix) } }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: name), encoding: .utf8)
    }

    static func json(_ name: String) throws -> JSON { try JSON.parse(Array(text(name).utf8)) }
}

@Suite("Small inputs of apps from reports about other servers")
struct HandedCaseTests {
    @Test("other words for one picture take no picture away", arguments: Handed.names("C4-"), TestEngine.available)
    func pictures(name: String, engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { node, fixture async throws in
            let ada = try await node.guest("ada")
            var ids: [String] = []
            for _ in 1...2 {
                ids.append(try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token).id)
            }
            let status = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "x", "media_ids": .array(ids.map { JSON($0) })])
            let (path, input) = ("/api/v1/statuses/\(status.id)", try Handed.json(name))
            let reply: Reply
            if let form = input["data"]?.object {
                // The input has the id of a picture of another node; here it is the first of the two.
                reply = try await node.call(
                    "PUT", path, token: ada.token,
                    form: form.map { ($0.key, $0.key.hasSuffix("[id]") ? ids[0] : $0.value.string ?? "") })
            } else {
                reply = try await node.call("PUT", path, token: ada.token, json: input["json"] ?? .null)
            }
            #expect(reply.status == 200)
            #expect(reply["media_attachments"]?.array?.map { $0["id"]?.string } == ids)
            let words = input["data"]?["media_attributes[0][description]"]?.string
            #expect(reply["media_attachments"]?[0]?["description"]?.string == words)
        }
    }

    @Test("lines of a profile keep their order", arguments: Handed.names("C5-"), TestEngine.available)
    func profileFields(name: String, engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let path = "/api/v1/accounts/update_credentials"
            let lines: JSON = [["name": "1st", "value": "a"], ["name": "2nd", "value": "b"]]
            _ = try await node.call("PATCH", path, token: ada.token, json: ["fields_attributes": lines])
            let reply = try await node.call(
                "PATCH", path, token: ada.token, json: try Handed.json(name)["json"] ?? .null)
            #expect(reply["fields"]?.array?.map { $0["name"]?.string } == ["1st", "2nd"])
            #expect(reply["fields"]?.array?.map { $0["value"]?.string } == ["a", "b"])
        }
    }

    @Test("a text that apps count as short enough is taken", arguments: Handed.names("C6-"))
    func longTexts(name: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let text = try Handed.text(name)
            let reply = try await node.post("/api/v1/statuses", token: ada.token, ["status": JSON(text)])
            #expect(reply.status == 200)
        }
    }

    @Test("a hashtag with a middle dot is one", arguments: Handed.names("C7-"))
    func hashtags(name: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let text = try Handed.text(name)
            let reply = try await node.post("/api/v1/statuses", token: ada.token, ["status": JSON(text)])
            let tag = text.dropFirst().trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(reply["tags"]?.array?.compactMap { $0["name"]?.string } == [tag])
        }
    }

    @Test("a key off the curve is refused", arguments: Handed.names("C10-"))
    func pushKeys(name: String) async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let keys = try Handed.json(name)
            let key = PushServerKey(privatePEM: "secret", publicKey: "BP4=")
            try await node.database.write { tx in _ = try PushServerKeys.keep(key, in: tx) }
            let reply = try await node.post(
                "/api/v1/push/subscription", token: ada.token,
                ["subscription": ["endpoint": "https://push.example/1", "keys": keys]])
            #expect(reply.status == 422)
        }
    }

    @Test("a filter for a hashtag does not find the fragment of an address", arguments: Handed.names("C13-"))
    func filters(name: String) async throws {
        try await ClientNode.open { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            let input = try Handed.json(name)
            _ = try await node.post(
                "/api/v2/filters", token: ada.token,
                [
                    "title": "x", "context": ["home"],
                    "keywords_attributes": [
                        ["keyword": input["keyword"] ?? .null, "whole_word": input["whole_word"] ?? .null]
                    ],
                ])
            let post = try await node.post(
                "/api/v1/statuses", token: bob.token, ["status": input["status"] ?? .null])
            #expect(try await node.get("/api/v1/statuses/\(post.id)", token: ada.token)["filtered"] == [])
        }
    }
}
