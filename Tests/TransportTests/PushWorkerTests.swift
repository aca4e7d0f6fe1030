// SPDX-License-Identifier: Apache-2.0

import Database
import Logging
import Model
import Synchronization
import TestSupport
import Testing
import TextEncoding
import Vocabulary

@testable import HTTPSignatures
@testable import Storage
@testable import Transport

@Suite("The push worker")
struct PushWorkerTests {
    @Test("an app reads what it is told, in both codings", arguments: TestEngine.available, [true, false])
    func reads(engine: TestEngine, isStandard: Bool) async throws {
        try await PushWorld.with(engine, answers: [201]) { world in
            _ = try await world.subscribe(isStandard: isStandard)
            try await world.notify(77)
            #expect(await world.worker.sendWaiting() == 1)
            let request = try #require(world.service.requests.first)
            #expect(request.method == "POST" && request.target == "/send/abc?d=1")
            #expect(request["ttl"] == "172800" && request["urgency"] == "normal")
            #expect(request["content-encoding"] == (isStandard ? "aes128gcm" : "aesgcm"))
            #expect(request["authorization"]?.hasPrefix(isStandard ? "vapid t=" : "WebPush ") == true)
            let text = try world.open(request)
            let told = try JSON.parse(text)
            #expect(told["notification_id"]?.int == 77)
            #expect(told["notification_type"]?.string == "mention")
            #expect(told["preferred_locale"]?.string == "fr")
            #expect(told["title"]?.string == "Ada vous a mentionné·e" && told["body"]?.string == "Un thé ?")
            #expect(told["icon"]?.string == "https://cafe.example/ada.png")
            #expect(told["access_token"]?.string == "")
            #expect(try await world.left() == 0)
        }
    }

    @Test(
        "an answer decides what becomes of a push and its subscription", arguments: TestEngine.available,
        [
            (200, 0, true), (202, 0, true), (404, 0, false), (410, 0, false), (400, 0, false), (403, 0, false),
            (413, 0, true), (408, 1, true), (429, 1, true), (500, 1, true), (503, 1, true), (301, 1, true),
        ])
    func answers(engine: TestEngine, case expected: (status: Int, left: Int, stays: Bool)) async throws {
        try await PushWorld.with(engine, answers: [expected.status]) { world in
            _ = try await world.subscribe()
            try await world.notify(1)
            await world.worker.sendWaiting()
            #expect(try await world.left() == expected.left)
            #expect(try await world.isSubscribed() == expected.stays)
            #expect(world.service.requests.count == 1)
        }
    }

    @Test("a push is tried again later, and for two days at the most", arguments: TestEngine.available)
    func retries(engine: TestEngine) async throws {
        try await PushWorld.with(engine, answers: [503]) { world in
            _ = try await world.subscribe()
            try await world.notify(1)
            await world.worker.sendWaiting()
            await world.worker.sendWaiting()
            #expect(world.service.requests.count == 1)
            var rounds = 0
            while try await world.left() > 0, rounds < 100 {
                world.clock.move(by: .hours(6))
                await world.worker.sendWaiting()
                rounds += 1
            }
            #expect((4...9).contains(rounds))
            #expect(try await world.isSubscribed())
        }
    }

    @Test("an endpoint inside the own network is never asked, and ends", arguments: TestEngine.available)
    func forbidden(engine: TestEngine) async throws {
        try await PushWorld.with(engine, answers: [201], opened: []) { world in
            _ = try await world.subscribe()
            try await world.notify(1)
            #expect(await world.worker.sendWaiting() == 0)
            #expect(world.service.connectionCount == 0)
            #expect(try await !world.isSubscribed())
        }
    }

    @Test(
        "a point that lies on no curve ends the subscription; a notification that is gone is not told",
        arguments: TestEngine.available)
    func neverTold(engine: TestEngine) async throws {
        try await PushWorld.with(engine, answers: [201]) { world in
            _ = try await world.subscribe()
            try await world.notify(404)
            #expect(await world.worker.sendWaiting() == 0)
            #expect(try await world.left() == 0)
            #expect(try await world.isSubscribed())
            _ = try await world.subscribe(point: [4] + [UInt8](repeating: 1, count: 64))
            try await world.notify(2)
            #expect(await world.worker.sendWaiting() == 0)
            #expect(try await !world.isSubscribed())
            #expect(world.service.requests.isEmpty)
        }
    }

    @Test("is woken by a notification, and ends when it is cancelled", arguments: TestEngine.available)
    func runs(engine: TestEngine) async throws {
        try await PushWorld.with(engine, answers: [201]) { world in
            _ = try await world.subscribe()
            let running = Task { await world.worker.run() }
            try await world.notify(1)
            try await DeliveryWorld.wait { world.service.requests.count == 1 }
            try await world.notify(2)
            try await DeliveryWorld.wait { world.service.requests.count == 2 }
            running.cancel()
            await running.value
        }
    }

    @Test("one endpoint that never answers delays nobody else", .timeLimit(.minutes(10)))
    func silentEndpoint() async throws {
        let silent = try await LoopbackServer.start("127.0.0.9") { _ in LoopbackResponse(201, behaviour: .silence) }
        try await PushWorld.with(.sqlite, answers: [201]) { world in
            _ = try await world.subscribe(token: 2, endpoint: "\(silent.origin)/silent")
            for number in 1...20 { try await world.notify(Int64(number)) }
            let running = Task { await world.worker.run() }
            try await DeliveryWorld.wait { silent.connectionCount > 0 }
            _ = try await world.subscribe()
            try await world.notify(21)
            try await DeliveryWorld.wait { world.service.requests.count == 1 }
            running.cancel()
            await running.value
        }
        await silent.stop()
    }

    @Test("even the longest words fit into a push, and controls never break it")
    func fits() throws {
        let address = try #require(IRI("https://push.example/1"))
        let push = QueuedPush.sample(endpoint: address)
        for letter in ["é", "\u{1F375}", "\"", "\u{1}", "\\", "e\u{301}\u{302}\u{303}"] {
            let long = String(repeating: letter, count: 5_000)
            let payload = PushPayload(
                locale: long, icon: "https://a.example/" + String(repeating: "x", count: 900), title: long, body: long)
            let document = payload.document(for: push)
            #expect(document.count <= WebPushEncryption.limitBytes)
            let told = try JSON.parse(document)
            #expect(told["body"]?.string?.unicodeScalars.count == 280)
            #expect(told["body"]?.string?.last == "…")
        }
    }
}

extension QueuedPush {
    static func sample(endpoint: IRI) -> QueuedPush {
        QueuedPush(
            subscription: PushSubscription(
                id: ID(3), account: ID(1), endpoint: endpoint, keys: PushKeys(point: [], secret: []), isStandard: true),
            notification: 9_000_000_000_000_000_000, type: "admin.sign_up", sender: ID(2), item: nil, attempts: 1,
            createdAt: Timestamp(0))
    }
}

/// A node with one member, one app with pending pushes, and its push service.
private struct PushWorld {
    private enum Notice {}

    let database: Database
    let clock = MovableClock()
    let client: OutboundClient
    let service: LoopbackServer
    let worker: PushWorker
    let app: ECKey
    let secret = [UInt8](1...16)

    static func with(
        _ engine: TestEngine, answers: [Int], opened: [String] = TransportWorld.opened,
        _ body: (PushWorld) async throws -> Void
    ) async throws {
        let database = try await engine.makeDatabase(migrations: Schema.migrations)
        let service = try await LoopbackServer.start { _ in LoopbackResponse(answers.first ?? 500) }
        let world = try PushWorld(database, service, opened: opened)
        do {
            try await world.begin()
            try await body(world)
        } catch {
            await world.close()
            throw error
        }
        await world.close()
    }

    private init(_ database: Database, _ service: LoopbackServer, opened: [String]) throws {
        self.database = database
        self.service = service
        app = try ECKey.generate()
        client = try TransportWorld.client(opened: opened, clock: clock)
        let sender = VAPID(key: try ECKey.generate(), contact: "mailto:keeper@cafe.example")
        var webPush = WebPush(client: client, sender: sender)
        // No request ends by itself while a test runs.
        webPush.patience = .seconds(3_600)
        worker = PushWorker(
            database: database, webPush: webPush, clock: clock, logger: .silent
        ) { push in
            guard push.notification != 404 else { return nil }
            return PushPayload(
                locale: "fr", icon: "https://cafe.example/ada.png", title: "Ada vous a mentionné·e", body: "Un thé ?")
        }
    }

    private func begin() async throws {
        let iri = try #require(IRI("https://cafe.example/users/vic"))
        let vic = Account(id: ID(5), kind: .person, username: "vic", host: "", iri: iri, createdAt: clock.now)
        let tokens = [1, 2].map { number in
            AccessToken(
                id: ID(number), app: nil, account: vic.id, person: vic.id, scopes: .read, createdAt: clock.now)
        }
        try await database.write { tx in
            try Accounts.insert(vic, in: tx)
            for token in tokens { try AccessTokens.insert(token, digest: [UInt8(token.id.rawValue)], in: tx) }
        }
    }

    private func close() async {
        await client.shutdown()
        await service.stop()
        await database.close()
    }

    func subscribe(
        isStandard: Bool = true, point: [UInt8]? = nil, token: Int64 = 1, endpoint: String? = nil
    ) async throws -> PushSubscription {
        let endpoint = try #require(IRI(endpoint ?? "\(service.origin)/send/abc?d=1"))
        var request = PushRequest(
            endpoint: endpoint, keys: PushKeys(point: point ?? app.publicPoint, secret: secret))
        request.isStandard = isStandard
        request.alerts = ["mention"]
        let (wish, now) = (request, clock.now)
        return try await database.write { tx in
            try PushSubscriptions.put(wish, token: ID(token), account: ID(5), at: now, in: tx)
        }
    }

    func notify(_ number: Int64) async throws {
        let now = clock.now
        try await database.write { tx in
            try PushQueue.enqueue(
                notification: ID<Notice>(number), type: "mention", for: ID(5), from: ID(5), at: now, in: tx)
        }
    }

    func isSubscribed() async throws -> Bool {
        try await database.read { db in try PushSubscriptions.byToken(ID(1), in: db) } != nil
    }

    func left() async throws -> Int {
        try await database.read { db in Int(try db.row("SELECT count(*) AS n FROM push_queue")?.int("n") ?? -1) }
    }

    /// Decrypts a push with the app's private key.
    func open(_ request: LoopbackRequest) throws -> [UInt8] {
        func field(_ name: String, _ key: String) throws -> [UInt8] {
            let part = request[name]?.split(separator: ";").first { $0.hasPrefix("\(key)=") }
            let text = try #require(part).dropFirst(key.count + 1)
            return try #require(Base64.decodeLeniently(text))
        }
        let isStandard = request["content-encoding"] == "aes128gcm"
        let salt = try isStandard ? Array(request.body.prefix(16)) : field("encryption", "salt")
        let point = try isStandard ? Array(request.body[21..<86]) : field("crypto-key", "dh")
        let record = isStandard ? Array(request.body.dropFirst(86)) : request.body
        let ends = app.publicPoint + point
        let context = [0, 65] + app.publicPoint + [0, 65] + point
        let label = isStandard ? Array("WebPush: info\0".utf8) + ends : Array("Content-Encoding: auth\0".utf8)
        let input = KeyDerivation.hkdf(
            secret: try app.sharedSecret(with: point), salt: secret, info: label, count: 32)
        let tail = isStandard ? [] : Array("P-256\0".utf8) + context
        let coding = isStandard ? "aes128gcm" : "aesgcm"
        let key = KeyDerivation.hkdf(
            secret: input, salt: salt, info: Array("Content-Encoding: \(coding)\0".utf8) + tail, count: 16)
        let nonce = KeyDerivation.hkdf(
            secret: input, salt: salt, info: Array("Content-Encoding: nonce\0".utf8) + tail, count: 12)
        // AES-GCM encrypts in counter mode, so encrypting again decrypts.
        let plain = try AESGCM.seal(Array(record.dropLast(16)), key: key, nonce: nonce).dropLast(16)
        return Array(isStandard ? plain.dropLast() : plain.dropFirst(2))
    }
}
