// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Streaming")
struct StreamingTests {
    private static let path = "/api/v1/streaming"

    @Test("a token is taken from the header, the query or the protocol, which is always said back")
    func tokens() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let ways: [(String, [(String, String)], String?)] = [
                (Self.path, [("Authorization", "Bearer \(ada.token)")], nil),
                (Self.path + "/?access_token=\(ada.token)", [], nil),
                (Self.path, [("Sec-WebSocket-Protocol", ada.token)], ada.token),
                (Self.path + "?access_token=\(ada.token)", [("Sec-WebSocket-Protocol", "x")], "x"),
            ]
            for (target, headers, said) in ways {
                let socket = try await TestWebSocket.connect(port: node.port, target, headers: headers)
                #expect(socket.answer.status == 101)
                #expect(socket.answer.header("sec-websocket-protocol") == said)
                await socket.leave()
            }
        }
    }

    @Test("without a right token there is no stream, and the answer is JSON")
    func strangers() async throws {
        try await ClientNode.open { node in
            for target in [Self.path, Self.path + "?stream=public", Self.path + "?access_token=wrong"] {
                let socket = try await TestWebSocket.connect(port: node.port, target)
                #expect(socket.answer.status == 401)
                #expect(try JSON.parse(socket.answer.body)["error"]?.string == "The access token is invalid")
            }
            for stream in ["user", "public", "public/local", "hashtag?tag=x", "direct", "list?list=1"] {
                #expect(try await node.get("\(Self.path)/\(stream)").status == 401)
            }
            #expect(try await node.get("\(Self.path)/health").response.text == "OK")
            #expect(try await node.get("\(Self.path)/nothing").status == 404)
        }
    }

    @Test(
        "one socket carries the streams that it subscribes to, and no longer those that it left",
        arguments: TestEngine.available)
    func subscriptions(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            let socket = try await Self.listen(node, ada.token)
            try await Self.subscribe(socket, #""stream":"public:local""#)
            try await Self.subscribe(socket, #""stream":"hashtag","tag":"Tea""#)
            let first = try await node.post("/api/v1/statuses", token: ben.token, ["status": "first #tea"])
            let told = try await Self.next(socket, 2)
            #expect(Set(told.map(\.stream)) == [["public:local"], ["hashtag", "Tea"]])
            #expect(told.allSatisfy { $0.event == "update" && $0.status?["id"]?.string == first.id })
            #expect(told.first?.status?["account"]?["username"]?.string == "ben")
            try await Self.subscribe(socket, #""stream":"public:local""#, "unsubscribe")
            try await node.post("/api/v1/statuses", token: ben.token, ["status": "no tag"]).expect(200)
            let last = try await node.post("/api/v1/statuses", token: ben.token, ["status": "second #tea"])
            let next = try await Self.next(socket, 1)
            #expect(next.first?.stream == ["hashtag", "Tea"] && next.first?.status?["id"]?.string == last.id)
            await socket.leave()
        }
    }

    @Test("what cannot be subscribed to is said on the socket, which stays open")
    func refusals() async throws {
        try await ClientNode.open { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            let list: ID<AccountList> = ID(4711)
            try await node.database.write { tx in
                try tx.run(
                    """
                    INSERT INTO account_list (id, account_id, title, replies_policy, is_exclusive)
                    VALUES (\(list), \(ben.id), 'own', 'list', \(false))
                    """)
            }
            let socket = try await Self.listen(node, ada.token)
            let cases: [(String, Int)] = [
                (#"{"type":"subscribe","stream":"nonsense"}"#, 400), (#"{"type":"subscribe","stream":"hashtag"}"#, 400),
                (#"{"type":"subscribe","stream":"list","list":"\#(list)"}"#, 404), (#"{"type":"dance"}"#, 400),
                (#"{"type":"subscribe","stream":"list"}"#, 404), ("not json", 400), (#"{"type":"subscribe"}"#, 400),
            ]
            for (sentence, status) in cases {
                try await socket.send(sentence)
                let answer = try JSON.parse(Array((await socket.text() ?? "").utf8))
                #expect(answer["status"]?.int == Int64(status), "\(sentence)")
                #expect(answer["error"]?.string?.isEmpty == false)
            }
            let narrow = try await node.token(of: ada.id, Scopes(["read:notifications"]))
            let other = try await Self.listen(node, narrow)
            try await other.send(#"{"type":"subscribe","stream":"public"}"#)
            #expect(await other.text()?.contains("\"status\":401") == true)
            await other.leave()
            await socket.leave()
        }
    }

    @Test(
        "the home stream brings what one follows, once, and neither blocked nor foreign things",
        arguments: TestEngine.available)
    func home(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben, eve) = (
                try await node.guest("ada"), try await node.guest("ben"), try await node.guest("eve")
            )
            try await node.post("/api/v1/accounts/\(ben.id)/follow", token: ada.token).expect(200)
            let socket = try await Self.listen(node, ada.token, "?stream=user")
            try await Self.settle(socket)
            try await node.post("/api/v1/statuses", token: eve.token, ["status": "not followed"]).expect(200)
            try await node.post(
                "/api/v1/statuses", token: eve.token, ["status": "secret", "visibility": "direct"]
            ).expect(200)
            let own = try await node.post(
                "/api/v1/statuses", token: ben.token, ["status": "for followers", "visibility": "private"])
            let told = try await Self.next(socket, 1)
            #expect(told.first?.stream == ["user"] && told.first?.status?["id"]?.string == own.id)
            #expect(told.first?.status?["visibility"]?.string == "private")

            try await node.call("DELETE", "/api/v1/statuses/\(own.id)", token: ben.token).expect(200)
            let gone = try await Self.next(socket, 1)
            #expect(gone.first?.event == "delete" && gone.first?.payload == own.id)
            await socket.leave()
        }
    }

    @Test("those who may not read a private post do not hear that it is deleted")
    func silentDeletion() async throws {
        try await ClientNode.open { node in
            let (ben, eve) = (try await node.guest("ben"), try await node.guest("eve"))
            let socket = try await Self.listen(node, eve.token, "?stream=user")
            try await Self.settle(socket)
            let secret = try await node.post(
                "/api/v1/statuses", token: ben.token, ["status": "for followers", "visibility": "private"])
            let open = try await node.post("/api/v1/statuses", token: ben.token, ["status": "for all"])
            for id in [secret.id, open.id] {
                try await node.call("DELETE", "/api/v1/statuses/\(id)", token: ben.token).expect(200)
            }
            #expect(try await Self.next(socket, 1).first?.payload == open.id)
            await socket.leave()
        }
    }

    @Test("a follower does not hear that a direct message to somebody else is deleted")
    func deletedDirectMessage() async throws {
        try await ClientNode.open { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            try await node.member("eve")
            try await node.post("/api/v1/accounts/\(ben.id)/follow", token: ada.token).expect(200)
            let follower = try await Self.listen(node, ada.token, "?stream=user")
            try await Self.settle(follower)
            let secret = try await node.post(
                "/api/v1/statuses", token: ben.token, ["status": "for @eve", "visibility": "direct"])
            let open = try await node.post("/api/v1/statuses", token: ben.token, ["status": "for all"])
            for id in [secret.id, open.id] {
                try await node.call("DELETE", "/api/v1/statuses/\(id)", token: ben.token).expect(200)
            }
            let told = try await Self.next(follower, 2)
            #expect(told.map(\.event) == ["update", "delete"])
            #expect(told.last?.payload == open.id)
            await follower.leave()
        }
    }

    @Test("a notification arrives as it stands in the list", arguments: TestEngine.available)
    func notifications(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            let socket = try await Self.listen(node, ada.token, "?stream=user:notification")
            try await Self.settle(socket)
            try await node.post("/api/v1/statuses", token: ben.token, ["status": "tea, @ada?"]).expect(200)
            let told = try await Self.next(socket, 1)
            #expect(told.first?.stream == ["user:notification"] && told.first?.event == "notification")
            #expect(told.first?.status?["type"]?.string == "mention")
            let listed = try await node.get("/api/v1/notifications", token: ada.token)
            #expect(listed.json.array?.first == told.first?.status)
            await socket.leave()
        }
    }

    @Test(
        "what is said to everybody, how it is answered and that it was taken back is told to all at home",
        arguments: TestEngine.available)
    func announcements(engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben", .steward))
            let socket = try await Self.listen(node, ada.token, "?stream=user")
            let other = try await Self.listen(node, ada.token, "?stream=public:local")
            for one in [socket, other] { try await Self.settle(one) }
            let id = try await node.services.announceToAll("Closed on <Monday>", event: nil, as: .member(ben.id))
            let said = try await Self.next(socket, 1)
            #expect(said.first?.event == "announcement" && said.first?.stream == ["user"])
            let listed = try await node.get("/api/v1/announcements", token: ada.token)
            #expect(listed.json.array?.first == said.first?.status)
            let path = "/api/v1/announcements/\(id)/reactions/%E2%98%95"
            for (method, count) in [("PUT", 1), ("DELETE", 0)] {
                try await node.call(method, path, token: ada.token).expect(200)
                let told = try await Self.next(socket, 1)
                #expect(told.first?.event == "announcement.reaction")
                #expect(told.first?.status?["name"]?.string == "☕" && told.first?.status?["count"]?.int == Int64(count))
                #expect(told.first?.status?["announcement_id"]?.string == "\(id)")
            }
            try await node.services.withdrawAnnouncement(id, as: .member(ben.id))
            let gone = try await Self.next(socket, 1)
            #expect(gone.first?.event == "announcement.delete" && gone.first?.payload == "\(id)")
            // Other streams do not get these events.
            let post = try await node.post("/api/v1/statuses", token: ben.token, ["status": "open again"])
            #expect(try await Self.next(other, 1).first?.status?["id"]?.string == post.id)
            for one in [socket, other] { await one.leave() }
        }
    }

    @Test("a token that is taken back closes its streams, and nobody else's")
    func revoked() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            let other = try await node.token(of: ada.id)
            let (first, second) = (try await Self.listen(node, ada.token), try await Self.listen(node, other))
            try await Self.settle(first)
            try await Self.settle(second)
            let identity = try #require(try await node.services.identity(ofToken: ada.token))
            try await node.database.write { tx in _ = try AccessTokens.delete(identity.token, in: tx) }
            #expect(await first.closeCode() == 1008)
            try await Self.settle(second)
            await second.leave()
        }
    }

    @Test("a code that comes a second time closes the streams of the token that it gave")
    func replayedCode() async throws {
        try await ClientNode.open { node in
            let ada = try await node.member("ada")
            let app = try await node.app("read")
            let fields = [
                ("grant_type", "authorization_code"), ("redirect_uri", OAuthTests.back),
                ("code", try await node.code(app, "read", of: ada)),
            ]
            let given = try await node.post("/oauth/token", app.json(fields))
            let socket = try await Self.listen(node, given["access_token"]?.string ?? "")
            try await Self.settle(socket)
            #expect(try await node.post("/oauth/token", app.json(fields)).status == 400)
            #expect(await socket.closeCode() == 1008)
        }
    }

    @Test("wrong tokens are counted for their network, at requests and WebSockets alike")
    func wrongTokens() async throws {
        try await ClientNode.open(.sqlite, ClientNode.Setup(limits: true)) { node in
            let ada = try await node.guest("ada")
            for _ in 0..<299 {
                #expect(try await node.get("/api/v1/timelines/home", token: "wrong").status == 401)
            }
            #expect(try await Self.listen(node, "wrong").answer.status == 401)
            #expect(try await Self.listen(node, "wrong").answer.status == 429)
            let refused = try await node.get("/api/v1/timelines/home", token: "wrong")
            #expect(refused.status == 429 && refused.header("retry-after") != nil)
            #expect(try await node.get("/api/v1/timelines/home", token: ada.token).status == 200)
        }
    }

    @Test("an account has so many connections and no more")
    func limits() async throws {
        var setup = ClientNode.Setup()
        setup.limits = true
        try await ClientNode.open(.sqlite, setup) { node in
            let ada = try await node.guest("ada")
            var sockets: [TestWebSocket] = []
            var status = 101
            // On a busy machine the first ones may have ended for their silence before the last one is opened.
            while sockets.count < 200 {
                let socket = try await Self.listen(node, ada.token)
                status = socket.answer.status
                guard status == 101 else { break }
                try await Self.settle(socket)
                sockets.append(socket)
            }
            #expect(status == 429 && sockets.count >= 20)
            for socket in sockets { await socket.leave() }
        }
    }

    @Test("two processes on one database tell each other's apps", .enabled(if: TestEngine.available.count > 1))
    func processes() async throws {
        let place = try await TestEngine.postgres.makePlace(migrations: Schema.migrations)
        try await ClientNode.pair(at: place) { here, there in
            let (ada, ben) = (try await here.guest("ada"), try await here.guest("ben"))
            let socket = try await Self.listen(there, ada.token, "?stream=public")
            try await Self.settle(socket)
            let said = try await here.post("/api/v1/statuses", token: ben.token, ["status": "across"])
            #expect(try await Self.next(socket, 1).first?.status?["id"]?.string == said.id)
            await socket.leave()
        }
        await place.remove()
    }

    @Test("a stream of events begins at once and brings the same")
    func events() async throws {
        try await ClientNode.open { node in
            let (ada, ben) = (try await node.guest("ada"), try await node.guest("ben"))
            #expect(try await node.get("\(Self.path)?stream=nonsense", token: ada.token).status == 400)
            #expect(try await node.get("\(Self.path)/hashtag", token: ada.token).status == 400)
            let socket = try await Self.listen(node, ada.token, "?stream=public")
            try await Self.settle(socket)
            let request = "GET \(Self.path)/public HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(ada.token)\r\n\r\n"
            // Nothing tells when the stream has begun, so more is said until it is heard.
            var text = ""
            for seconds: Int64 in [8, 60, 300] where !text.contains("event: update") {
                async let stream = TestHTTPClient.raw(request, port: node.port, seconds: seconds)
                try await Task.sleep(for: .seconds(seconds) / 16)
                try await node.post("/api/v1/statuses", token: ben.token, ["status": "heard"]).expect(200)
                _ = try await Self.next(socket, 1)
                text = try await stream
            }
            #expect(
                text.contains("content-type: text/event-stream") || text.contains("Content-Type: text/event-stream"))
            #expect(text.contains(":)\n"))
            #expect(text.contains("event: update\ndata: {\"id\":"))
            await socket.leave()
        }
    }
}

// MARK: - Streams

extension StreamingTests {
    private struct Told {
        var stream: [String]
        var event: String
        var payload: String
        /// The parsed payload, when it is a document.
        var status: JSON?
    }

    private static func listen(_ node: ClientNode, _ token: String, _ query: String = "") async throws -> TestWebSocket
    {
        try await TestWebSocket.connect(
            port: node.port, path + query, headers: [("Authorization", "Bearer \(token)")])
    }

    private static func subscribe(
        _ socket: TestWebSocket, _ members: String, _ type: String = "subscribe"
    ) async throws {
        try await socket.send("{\"type\":\"\(type)\",\(members)}")
        try await settle(socket)
    }

    /// Waits until the node has read all messages: it answers them in order, and an unknown message gets an error.
    private static func settle(_ socket: TestWebSocket) async throws {
        try await socket.send("{}")
        let text = try #require(await socket.text())
        #expect(text.contains("Unknown message type"))
    }

    private static func next(_ socket: TestWebSocket, _ count: Int) async throws -> [Told] {
        var told: [Told] = []
        for _ in 0..<count {
            let json = try JSON.parse(Array(try #require(await socket.text()).utf8))
            let payload = json["payload"]?.string ?? ""
            told.append(
                Told(
                    stream: json["stream"]?.array?.compactMap(\.string) ?? [], event: json["event"]?.string ?? "",
                    payload: payload, status: try? JSON.parse(Array(payload.utf8))))
        }
        return told
    }
}

extension Reply {
    /// Records an issue when the status is another one.
    func expect(_ status: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(response.text)", sourceLocation: sourceLocation)
    }
}
