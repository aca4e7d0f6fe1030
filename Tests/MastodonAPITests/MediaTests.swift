// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPSupport
import Logging
import MediaStore
import Model
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Media", .serialized)
struct MediaTests {
    @Test(
        "a picture is there with all that apps want to know, at once unless the machine is busy",
        arguments: ["v1", "v2"])
    func picture(version: String) async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            var reply = try await node.upload(
                "/api/\(version)/media", TestPicture.png(width: 40, height: 30), token: ada.token,
                fields: [("description", "A gradient"), ("focus", "-0.5,0.25")])
            // After twenty seconds of conversion the app is asked to come back.
            while reply.status == 202 || reply.status == 206 {
                try await Task.sleep(for: .milliseconds(100))
                reply = try await node.get("/api/v1/media/\(reply.id)", token: ada.token)
            }
            #expect(reply.status == 200)
            #expect(reply["type"]?.string == "image")
            #expect(reply["description"]?.string == "A gradient")
            #expect(reply["url"]?.string?.hasPrefix("http://cafe.example/media/") == true)
            #expect(reply["preview_url"]?.string?.hasPrefix("http://cafe.example/media/") == true)
            #expect(reply["blurhash"]?.string?.count == 28)
            for name in ["remote_url", "preview_remote_url", "text_url"] { #expect(reply[name] == .null) }
            let original = reply["meta"]?["original"]
            #expect(original?["width"]?.int == 40 && original?["height"]?.int == 30)
            #expect(original?["size"]?.string == "40x30")
            #expect(abs((original?["aspect"]?.double ?? 0) - 4 / 3) < 0.001)
            #expect(reply["meta"]?["focus"]?["x"]?.double == -0.5)
            #expect(reply["meta"]?["small"]?["width"]?.int == 40)
            #expect(try await node.get("/api/v1/media/\(reply.id)", token: ada.token).status == 200)
        }
    }

    @Test("a video is accepted without an address, asked for with 206, and shown when it is done")
    func video() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            let bytes = try await TestProgram.video(in: fixture.folder)
            let reply = try await node.upload("/api/v2/media", bytes, token: ada.token)
            #expect(reply.status == 202)
            #expect(reply["url"] == .null && reply["type"]?.string == "video")
            #expect(try await node.get("/api/v1/media/\(reply.id)", token: ada.token).status == 206)
            let early = try await node.call(
                "POST", "/api/v1/statuses", token: ada.token, json: ["status": "x", "media_ids": [JSON(reply.id)]])
            #expect(early.status == 422)
            #expect(early.error == "Cannot attach files that have not finished processing. Try again in a moment!")
            let words = try await node.call(
                "PUT", "/api/v1/media/\(reply.id)", token: ada.token, json: ["description": "A film"])
            #expect(words.status == 206)

            await fixture.worker(node).convertWaiting()
            let done = try await node.get("/api/v1/media/\(reply.id)", token: ada.token)
            #expect(done.status == 200)
            #expect(done["description"]?.string == "A film")
            #expect(done["meta"]?["original"]?["frame_rate"]?.string == "25/1")
            #expect((done["meta"]?["original"]?["duration"]?.double ?? 0) > 0.5)
            #expect(done["meta"]?["length"]?.string?.hasPrefix("0:00:01.") == true)
        }
    }

    @Test("a video from a browser becomes one that every app plays, behind the picture that came with it")
    func thumbnail() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            let video = try await TestProgram.make(
                [
                    "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=25", "-f", "lavfi", "-i",
                    "sine=d=1", "-c:v", "libvpx", "-c:a", "libopus", "a.webm",
                ], in: fixture.folder)
            let small = TestPicture.png(width: 50, height: 50)
            let reply = try await node.upload("/api/v2/media", video, token: ada.token, thumbnail: small)
            #expect(reply.status == 202)
            #expect(reply["url"] == .null)
            #expect(reply["preview_url"]?.string?.hasSuffix(".png") == true)
            await fixture.worker(node).convertWaiting()
            let done = try await node.get("/api/v1/media/\(reply.id)", token: ada.token)
            #expect(done.status == 200)
            #expect(done["type"]?.string == "video")
            #expect(done["url"]?.string?.hasSuffix(".mp4") == true)
            #expect(done["preview_url"] == reply["preview_url"])
            #expect(done["blurhash"] == reply["blurhash"] && done["blurhash"]?.string?.count == 28)
            #expect(done["meta"]?["original"]?["width"]?.int == 64)
            #expect(done["meta"]?["small"]?["size"]?.string == "50x50")

            let changed = try await node.upload(
                "/api/v1/media/\(reply.id)", nil, token: ada.token,
                fields: [("description", "Tea")], thumbnail: TestPicture.png(width: 30, height: 20), method: "PUT")
            #expect(changed.status == 200)
            #expect(changed["description"]?.string == "Tea")
            #expect(changed["meta"]?["small"]?["size"]?.string == "30x20")
            #expect(changed["preview_url"] != done["preview_url"] && changed["url"] == done["url"])
        }
    }

    @Test("a thumbnail that is no picture is refused with a reason and changes nothing")
    func badThumbnail() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            let svg = Array("<svg/>".utf8)
            for version in ["v1", "v2"] {
                let reply = try await node.upload(
                    "/api/\(version)/media", TestPicture.png(), token: ada.token, thumbnail: svg)
                #expect(reply.status == 422)
                #expect(reply.error == "Validation failed: Thumbnail is of a type that is not supported")
            }
            #expect(fixture.files().isEmpty)
            let media = try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token)
            let (path, files) = ("/api/v1/media/\(media.id)", fixture.files())
            let words = [("description", "Tea")]
            let refused = try await node.upload(
                path, nil, token: ada.token, fields: words, thumbnail: svg, method: "PUT")
            #expect(refused.status == 422)
            #expect(refused.error == "Validation failed: Thumbnail is of a type that is not supported")
            let text = try await node.call(
                "PUT", path, token: ada.token, json: ["thumbnail": "x", "description": "Tea"])
            #expect(text.status == 422)
            let same = try await node.get(path, token: ada.token)
            #expect(same["description"] == .null && same["preview_url"] == media["preview_url"])
            #expect(fixture.files() == files)
        }
    }

    @Test("a status shows its media, in the order in which they were named")
    func status() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            var ids: [String] = []
            for _ in 1...2 {
                ids.append(try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token).id)
            }
            ids.reverse()
            let form = ids.map { ("media_ids[]", $0) }
            let status = try await node.call("POST", "/api/v1/statuses", token: ada.token, form: form)
            #expect(status.status == 200)
            let shown = status["media_attachments"]?.array ?? []
            #expect(shown.map { $0["id"]?.string } == ids)
            #expect(shown.allSatisfy { $0["meta"]?["original"]?["width"]?.int == 8 && $0["remote_url"] == .null })
            for method in ["PUT", "DELETE"] {
                #expect(try await node.call(method, "/api/v1/media/\(ids[0])", token: ada.token).status == 404)
            }
            let again = try await node.call("POST", "/api/v1/statuses", token: ada.token, form: form)
            #expect(again.status == 422)
        }
    }

    @Test(
        "each version of a status has the media that it showed, until their owner gives them up",
        arguments: TestEngine.available)
    func versions(_ engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { node, fixture async throws in
            let ada = try await node.guest("ada")
            var ids: [String] = []
            for _ in 1...2 {
                ids.append(try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token).id)
            }
            let status = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "one", "media_ids": [JSON(ids[0])]])
            let path = "/api/v1/statuses/\(status.id)"
            func edit(_ text: String, _ words: String) async throws {
                node.clock.pass(.minutes(1))
                try await node.call(
                    "PUT", path, token: ada.token,
                    json: [
                        "status": JSON(text), "media_ids": [JSON(ids[1])],
                        "media_attributes": [["id": JSON(ids[1]), "description": JSON(words)]],
                    ]
                ).expect(200)
            }
            try await edit("two", "A cup")
            try await edit("two", "A pot")
            let files = fixture.files().count
            node.clock.pass(.days(3))
            await fixture.worker(node).removeGone()
            #expect(fixture.files().count == files)
            var shown = try await node.get("\(path)/history").json.array?.map { $0["media_attachments"] ?? .null } ?? []
            #expect(shown.map { $0[0]?["id"]?.string } == [ids[0], ids[1], ids[1]])
            #expect(shown.map { $0[0]?["description"] } == [.null, "A cup", "A pot"])
            #expect(shown.allSatisfy { $0.array?.count == 1 })
            try await node.call("DELETE", "/api/v1/media/\(ids[0])", token: ada.token).expect(200)
            shown = try await node.get("\(path)/history").json.array?.map { $0["media_attachments"] ?? .null } ?? []
            #expect(shown.map { $0.array?.count } == [0, 1, 1])
            await fixture.worker(node).removeGone()
            #expect(fixture.files().count < files)
        }
    }

    @Test("new words for one picture leave the others and their order", arguments: TestEngine.available)
    func words(_ engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { node, fixture async throws in
            let ada = try await node.guest("ada")
            var ids: [String] = []
            for _ in 1...2 {
                ids.append(try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token).id)
            }
            let status = try await node.post(
                "/api/v1/statuses", token: ada.token, ["status": "e", "media_ids": .array(ids.map { JSON($0) })])
            let path = "/api/v1/statuses/\(status.id)"
            func shown(_ reply: Reply) -> [[String?]] {
                let media = reply["media_attachments"]?.array ?? []
                return media.map { [$0["id"]?.string, $0["description"]?.string] }
            }
            let second = try await node.call(
                "PUT", path, token: ada.token,
                json: ["status": "e", "media_attributes": [["id": JSON(ids[1]), "description": "new"]]])
            #expect(shown(second) == [[ids[0], nil], [ids[1], "new"]])
            let form = try await node.call(
                "PUT", path, token: ada.token,
                form: [
                    ("status", "e"), ("media_attributes[0][id]", ids[0]), ("media_attributes[0][description]", "first"),
                ])
            #expect(shown(form) == [[ids[0], "first"], [ids[1], "new"]])
            for body: JSON in [["status": "e", "media_attributes": []], ["status": "e", "media_ids": .null]] {
                #expect(shown(try await node.call("PUT", path, token: ada.token, json: body)).count == 2)
            }
            let none = try await node.call("PUT", path, token: ada.token, json: ["status": "e", "media_ids": []])
            #expect(none.status == 200 && shown(none).isEmpty)
        }
    }

    @Test("a status is deleted with its media when the app says so", arguments: TestEngine.available)
    func deletion(_ engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { node, fixture async throws in
            let ada = try await node.guest("ada")
            for (query, expected) in [("?delete_media=true", 404), ("", 200)] {
                let picture = try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token)
                let status = try await node.post(
                    "/api/v1/statuses", token: ada.token, ["status": "x", "media_ids": [JSON(picture.id)]])
                try await node.call("DELETE", "/api/v1/statuses/\(status.id)\(query)", token: ada.token).expect(200)
                #expect(try await node.get("/api/v1/media/\(picture.id)", token: ada.token).status == expected)
            }
        }
    }

    @Test("media of others are not there", arguments: ["GET", "PUT", "DELETE"])
    func strangers(method: String) async throws {
        try await MediaFixture.open { node, fixture async throws in
            let (ada, eve) = (try await node.guest("ada"), try await node.guest("eve"))
            let reply = try await node.upload("/api/v2/media", TestPicture.png(), token: ada.token)
            let path = "/api/v1/media/\(reply.id)"
            #expect(try await node.call(method, path, token: eve.token).status == 404)
            #expect(try await node.call(method, path).status == 401)
            #expect(try await node.call(method, "/api/v1/media/999", token: ada.token).status == 404)
            let reading = try await node.token(of: ada.id, Scopes(["read"]))
            #expect(try await node.call(method, path, token: reading).status == 403)
            #expect(try await node.call(method, path, token: ada.token).status == 200)
        }
    }

    @Test("what cannot be shown is refused with a reason, and leaves nothing on disk")
    func refused() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            for bytes in [Array("<svg/>".utf8), Array(TestPicture.png().prefix(30)), []] {
                let reply = try await node.upload("/api/v2/media", bytes, token: ada.token)
                #expect(reply.status == 422, "\(bytes.count) bytes")
                #expect(reply.error?.hasPrefix("Validation failed: File") == true)
            }
            #expect(try await node.post("/api/v2/media", token: ada.token, ["file": "x"]).status == 422)
            let pretender = Array("\0\0\0\u{18}ftypisom".utf8) + [UInt8](repeating: 7, count: 99)
            let reply = try await node.upload("/api/v2/media", pretender, token: ada.token)
            #expect(reply.status == 202)
            await fixture.worker(node).convertWaiting()
            #expect(try await node.get("/api/v1/media/\(reply.id)", token: ada.token).status == 422)
            await fixture.worker(node).removeGone()
            #expect(fixture.files().isEmpty)
        }
    }

    @Test("a stranger's file is not even received")
    func unknown() async throws {
        try await MediaFixture.open { node, fixture async throws in
            #expect(try await node.upload("/api/v2/media", TestPicture.png(), token: "wrong").status == 401)
            #expect(fixture.files().isEmpty)
        }
    }

    @Test("avatar and header are handed in with the rest of a profile, and taken away")
    func profileImage() async throws {
        try await MediaFixture.open { node, fixture async throws in
            let ada = try await node.guest("ada")
            var body = Array("--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nHello\r\n".utf8)
            for name in ["avatar", "header"] {
                let head = "--X\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"a\"\r\n\r\n"
                body += Array(head.utf8) + TestPicture.png(width: 60, height: 40) + Array("\r\n".utf8)
            }
            let headers = [
                ("Content-Type", "multipart/form-data; boundary=X"), ("Authorization", "Bearer \(ada.token)"),
            ]
            let reply = try await node.send(
                "PATCH", "/api/v1/accounts/update_credentials", headers: headers,
                body: body + Array("--X--\r\n".utf8))
            #expect(reply.status == 200)
            for name in ["avatar", "avatar_static", "header", "header_static"] {
                #expect(reply[name]?.string?.hasPrefix("http://cafe.example/media/") == true, "\(name)")
            }
            #expect(reply["note"]?.string?.contains("Hello") == true)
            #expect(fixture.files().count == 2)
            let bare = try await node.call("DELETE", "/api/v1/profile/avatar", token: ada.token)
            #expect(bare["avatar"]?.string?.hasSuffix("missing.png") == true)
            #expect(fixture.files().count == 1)
        }
    }

    @Test(
        "an attachment from elsewhere has an original whatever its origin tells",
        arguments: [
            ("image/jpeg", "image"), ("video/mp4", "video"), ("audio/ogg", "audio"), ("application/pdf", "unknown"),
        ])
    func remote(mediaType: String, kind: String) throws {
        let url = try iri("https://far.example/1")
        let attachment = Attachment(url: url, mediaType: mediaType, description: "")
        var writer = JSONWriter()
        writer.attachment(attachment, number: 0, of: ID(5))
        let json = try JSON.parse(writer.bytes)
        #expect(json["type"]?.string == kind)
        #expect(json["remote_url"]?.string == "https://far.example/1")
        #expect((json["meta"]?["original"]?["width"]?.int != nil) == ["image", "video"].contains(kind))
        #expect(json["description"] == .null)
        // Apps draw a preview as a picture, so only a picture is one of itself.
        #expect((json["preview_url"] == .null) == (kind != "image"))
    }

    @Test(
        "a length is written as a clock shows it",
        arguments: [(0, "0:00:00.00"), (62.5, "0:01:02.50"), (3_725.999, "1:02:06.00"), (-1, "0:00:00.00")])
    func clock(seconds: Double, expected: String) {
        #expect(JSONWriter.clock(seconds) == expected)
    }
}

extension ClientNode {
    func upload(
        _ path: String, _ bytes: [UInt8]?, token: String, fields: [(String, String)] = [],
        thumbnail: [UInt8]? = nil, method: String = "POST"
    ) async throws -> Reply {
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--X\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        for (name, bytes) in [("file", bytes), ("thumbnail", thumbnail)] {
            guard let bytes else { continue }
            let head = "--X\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"a.exe\"\r\n"
            body += Array("\(head)Content-Type: text/html\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
        }
        body += Array("--X--\r\n".utf8)
        let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Authorization", "Bearer \(token)")]
        return try await send(method, path, headers: headers, body: body)
    }
}

/// A media store in its own folder, and a node that uses it.
struct MediaFixture: Sendable {
    let store: MediaStore
    let folder: URL

    static func open(
        _ engine: TestEngine = .sqlite, _ body: @escaping @Sendable (ClientNode, MediaFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "studio-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = MediaFixture(store: try MediaStore(path: folder.path), folder: folder)
        var setup = ClientNode.Setup()
        setup.store = fixture.store
        try await ClientNode.open(engine, setup) { node in try await body(node, fixture) }
    }

    func worker(_ node: ClientNode) -> MediaWorker {
        MediaWorker(database: node.database, store: store, clock: node.clock, logger: Logger(label: "test"))
    }

    /// All files of the store, including waiting and unfinished uploads.
    func files() -> [String] {
        (FileManager.default.subpaths(atPath: folder.path) ?? []).filter { path in
            var isFolder: ObjCBool = false
            let full = folder.appending(path: path).path
            return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
