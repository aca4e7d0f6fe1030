// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import IPAddresses
import MediaStore
import Model
import NIOPosix
import Storage
import TestSupport
import Testing
import Transport
import Vocabulary

@testable import Troquet

@Suite("Copies of custom emoji")
struct EmojiCacheTests {
    private static func run(
        _ handler: @escaping LoopbackServer.Handler,
        _ body: (EmojiCache, LoopbackServer, Database, MovableClock) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "emoji-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try await TestEngine.sqlite.makeDatabase(migrations: Schema.migrations)
        let server = try await LoopbackServer.start("127.0.0.2", handler: handler)
        let client = try OutboundClient(
            guard: AddressGuard(insecureBlocks: [CIDRBlock("127.0.0.0/16")].compactMap { $0 }),
            userAgent: "Troquet/test", caFile: nil, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: .silent)
        let clock = MovableClock()
        let cache = EmojiCache(
            database: database, store: try MediaStore(path: folder.path),
            pictures: PictureLoader(client: client) { _ in true }, clock: clock, logger: .silent)
        try await body(cache, server, database, clock)
        await client.shutdown()
        await server.stop()
        await database.close()
    }

    private static func remember(_ address: String, _ database: Database, _ clock: MovableClock) async throws {
        let url = try #require(IRI(address))
        let emoji = try #require(CustomEmoji(shortcode: "cup", url: url))
        let now = clock.now
        try await database.write { tx in try CustomEmojis.remember([emoji], of: "far.example", at: now, in: tx) }
    }

    @Test("a picture is fetched when it is seen first, and once")
    func once() async throws {
        let picture = TestPicture.png(width: 100, height: 50)
        try await Self.run({ request in
            request.target == "/moved"
                ? LoopbackResponse(302, headers: [("location", "/cup.png")])
                : LoopbackResponse(200, headers: [("content-type", "text/plain")], body: picture)
        }) { cache, server, database, clock in
            #expect(try await cache.file("cup", of: "far.example") == nil)
            try await Self.remember("\(server.origin)/moved", database, clock)
            #expect(server.requests.isEmpty)
            let file = try await cache.file("cup", of: "far.example")
            #expect(file?.mediaType == "image/png")
            #expect(try await cache.file("cup", of: "far.example") == file)
            #expect(server.requests.map(\.target) == ["/moved", "/cup.png"])
            #expect(server.requests.first?["signature"] == nil)
            try await Self.remember("\(server.origin)/new.png", database, clock)
            let changed = try await cache.file("cup", of: "far.example")
            #expect(changed != nil && changed != file)
        }
    }

    @Test("what is no picture is asked for again after an hour")
    func broken() async throws {
        try await Self.run({ _ in .text("<svg onload=alert(1)>", type: "image/svg+xml") }) {
            cache, server, database, clock in
            try await Self.remember("\(server.origin)/cup.svg", database, clock)
            for count in [1, 1, 2] {
                #expect(try await cache.file("cup", of: "far.example") == nil)
                #expect(server.requests.count == count)
                if count == 1 { clock.advance(.seconds(2_400)) }
            }
        }
    }
}
