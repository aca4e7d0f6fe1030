// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Troquet

@Suite("A node without its database")
struct LostDatabaseTests {
    /// A folder with the settings of a node whose database is not made yet.
    private struct Place {
        let folder = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)")
        var file: String { folder.appending(path: "troquet.db").path }

        func configuration(file: String? = nil) throws -> Configuration {
            try Configuration(
                path: nil,
                flags: [
                    "database=sqlite:\(file ?? self.file)", "media=\(folder.path)/media",
                    "smtp=file:\(folder.path)/mail",
                    "log_level=error",
                ], environment: [:])
        }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    @Test("doctor reports that there is no database, and makes none")
    func inspection() async throws {
        let place = Place()
        defer { place.remove() }
        let error = await #expect(throws: ConfigurationError.self) {
            _ = try await Node.open(try place.configuration(), for: .inspection)
        }
        #expect(error?.description.contains(place.file) == true)
        #expect(!TextFile.exists(place.file))
        #expect(!TextFile.exists(place.folder.path))
    }

    @Test("doctor examines a database that is there")
    func examination() async throws {
        let place = Place()
        defer { place.remove() }
        await (try await Node.open(try place.configuration(), for: .command)).close()
        let node = try await Node.open(try place.configuration(), for: .inspection)
        #expect(await node.database.outage()?.kind != .corrupt)
        await node.close()
    }

    @Test(
        "where there was a community, an empty or missing database is not used, until the operator says so",
        arguments: [true, false])
    func community(isMissing: Bool) async throws {
        let place = Place()
        defer { place.remove() }
        let configuration = try place.configuration()
        let mark = CommunityMark(try NodeSettings(configuration))
        await (try await Node.open(configuration)).close()
        try mark.set()
        await (try await Node.open(configuration)).close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: place.file + suffix) }
        if !isMissing { _ = FileManager.default.createFile(atPath: place.file, contents: nil) }
        for purpose in [NodeDatabase.Purpose.serving, .command] {
            let error = await #expect(throws: ConfigurationError.self) {
                _ = try await Node.open(configuration, for: purpose)
            }
            #expect(error?.description.contains("community-database") == true)
        }
        #expect(TextFile.exists(place.file) != isMissing)
        try FileManager.default.removeItem(at: place.folder.appending(path: "media/community-database"))
        await (try await Node.open(configuration)).close()
    }

    @Test("a setting that names another, empty database is noticed too")
    func otherDatabase() async throws {
        let place = Place()
        defer { place.remove() }
        let configuration = try place.configuration()
        await (try await Node.open(configuration)).close()
        try CommunityMark(try NodeSettings(configuration)).set()
        let other = place.folder.appending(path: "other.db").path
        let error = await #expect(throws: ConfigurationError.self) {
            _ = try await Node.open(try place.configuration(file: other))
        }
        #expect(error?.description.contains(place.file) == true)
        #expect(!TextFile.exists(other))
        // The right database opens under another spelling of its path as well.
        let spelled = place.folder.appending(path: "media/../troquet.db").path
        await (try await Node.open(try place.configuration(file: spelled))).close()
    }

    @Test("one process serves a SQLite file; another may when the first has ended")
    func lock() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString).db").path
        defer { unlink(path + ".lock") }
        var first: ServeLock? = try ServeLock(beside: path)
        #expect(throws: ConfigurationError.self) { try ServeLock(beside: path) }
        withExtendedLifetime(first) {}
        first = nil
        _ = try ServeLock(beside: path)
    }

    @Test("a symbolic link to the SQLite file lets no second process in")
    func lockByLink() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString).db").path
        let link = path + ".link"
        defer { for name in [path, link, path + ".lock", link + ".lock"] { unlink(name) } }
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let first = try ServeLock(beside: path)
        #expect(throws: ConfigurationError.self) { try ServeLock(beside: link) }
        withExtendedLifetime(first) {}
    }

    @Test("readyz says what is wrong with the database, and livez does not ask it")
    func health() async throws {
        let node = try await TestNode.start(NodePlan())
        try await eventually("it is ready") { try await node.get("/readyz", nil).text == "ok\n" }
        let database = try await node.current.database
        _ = try await database.write { try $0.rows("PRAGMA query_only = 1") }
        await #expect(throws: DatabaseError.self) { try await database.write { _ in } }
        let ready = try await node.get("/readyz", nil)
        #expect(ready.status == 503)
        #expect(ready.text == "database: read-only\n")
        #expect(try await node.get("/livez", nil).status == 200)
        await node.remove()
    }

    @Test("readyz says that another process has locked the file, until it is free")
    func locked() async throws {
        let node = try await TestNode.start(NodePlan())
        try await eventually("it is ready") { try await node.get("/readyz", nil).text == "ok\n" }
        let other = try await Database.open(node.place.url, logger: .silent)
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let isHeld = Mutex(true)
        let holder = Task {
            try await other.write { _ in
                hold.yield()
                while isHeld.withLock({ $0 }) { usleep(1_000) }
            }
        }
        for await _ in held.prefix(1) {}
        await #expect(throws: DatabaseError.self) {
            try await node.current.database.write { _ in }
        }
        let ready = try await node.get("/readyz", nil)
        #expect(ready.status == 503)
        #expect(ready.text == "database: locked\n")
        #expect(try await node.get("/about", nil).status == 200)
        isHeld.withLock { $0 = false }
        try await holder.value
        try await eventually("it is ready again") { try await node.get("/readyz", nil).text == "ok\n" }
        await other.close()
        await node.remove()
    }
}
