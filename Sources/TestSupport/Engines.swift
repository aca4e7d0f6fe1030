// SPDX-License-Identifier: Apache-2.0

public import Database
import FoundationEssentials
import Glibc
public import Logging

/// The database engines for tests.
public enum TestEngine: String, Sendable, CaseIterable, CustomStringConvertible {
    case sqlite
    case postgres

    /// SQLite, and PostgreSQL when `TROQUET_TEST_POSTGRES` names a server. Prints a note once when it does not.
    public static let available: [TestEngine] = {
        if TestPostgres.server != nil { return allCases }
        print("PostgreSQL is not tested: set TROQUET_TEST_POSTGRES=postgres://user@host:port/postgres to do so.")
        return [.sqlite]
    }()

    /// The engine's name, as it is shown beside a test.
    public var description: String { rawValue }

    /// Opens a new, migrated database that is deleted when it is closed.
    ///
    /// - Parameters:
    ///   - readers: as in `Database.open`.
    ///   - onStatement: called with each statement after the migrations.
    public func makeDatabase(
        migrations: [Migration], readers: Int = 2, onStatement: (@Sendable (String) -> Void)? = nil
    ) async throws -> Database {
        let place = try await makePlace(migrations: migrations)
        do {
            let database = try await Database.open(
                place.url, readers: readers, logger: .silent, onStatement: onStatement)
            database.onClose { await place.remove() }
            return database
        } catch {
            await place.remove()
            throw error
        }
    }

    /// Creates a new, migrated database without opening it, for tests that open it several times.
    public func makePlace(migrations: [Migration]) async throws -> TestPlace {
        switch self {
        case .sqlite: try await TestSQLite.shared.place(migrations)
        case .postgres: try await TestPostgres.shared.place(migrations)
        }
    }
}

extension Logger {
    /// A logger without output.
    public static var silent: Logger {
        Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    }
}

/// The location of a test's database, and how it is deleted.
public struct TestPlace: Sendable {
    /// The URL of the database.
    public let url: DatabaseURL
    private let removal: @Sendable () async -> Void

    fileprivate init(url: DatabaseURL, removal: @escaping @Sendable () async -> Void) {
        self.url = url
        self.removal = removal
    }

    /// Deletes the database, and closes the connections that are still open to it.
    public func remove() async {
        await removal()
    }

    fileprivate static func migrate(_ url: DatabaseURL, _ migrations: [Migration]) async throws {
        guard !migrations.isEmpty else { return }
        let database = try await Database.open(url, readers: 1, logger: .silent)
        do {
            _ = try await Migrator(migrations: migrations).migrate(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    fileprivate static func randomName() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

extension [Migration] {
    /// A key that is equal for lists that create the same schema.
    fileprivate func key(for engine: Engine) -> String {
        map { migration in
            let texts = migration.statements(engine).map { $0.rendered(for: engine).text }
            return "\(migration.number) \(migration.name) \(texts)"
        }.joined(separator: "\n")
    }
}

/// The SQLite files of this process. Each list of migrations runs once. The result is kept in memory and copied to each
/// file.
private actor TestSQLite {
    static let shared = TestSQLite()

    private var templates: [String: Task<Data, any Error>] = [:]

    func place(_ migrations: [Migration]) async throws -> TestPlace {
        let bytes = try await template(for: migrations)
        let place = try Self.emptyPlace()
        try bytes.write(to: URL(filePath: Self.path(of: place.url)))
        return place
    }

    private func template(for migrations: [Migration]) async throws -> Data {
        let key = migrations.key(for: .sqlite)
        if let known = templates[key] { return try await known.value }
        let task = Task<Data, any Error> {
            guard !migrations.isEmpty else { return Data() }
            let place = try Self.emptyPlace()
            do {
                try await TestPlace.migrate(place.url, migrations)
                let bytes = try Data(contentsOf: URL(filePath: Self.path(of: place.url)))
                await place.remove()
                return bytes
            } catch {
                await place.remove()
                throw error
            }
        }
        templates[key] = task
        return try await task.value
    }

    private static func emptyPlace() throws -> TestPlace {
        let name = "troquet-test-\(getpid())-\(TestPlace.randomName()).db"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path
        return TestPlace(url: try DatabaseURL("sqlite:\(path)")) {
            for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        }
    }

    private static func path(of url: DatabaseURL) -> String {
        String(url.description.dropFirst("sqlite:".count))
    }
}

/// The databases of this process on the PostgreSQL test server.
///
/// Each list of migrations runs once, in a template database that is copied for each test. All names begin with `t_`
/// and the process id, so that the next run can delete what a crash has left.
private actor TestPostgres {
    /// How many databases are used at the same time. A server allows 100 connections by default.
    private static let databaseLimit = 12
    /// A test that has waited this long gets a database above the limit, so that tests with several databases cannot
    /// deadlock.
    private static let patience = Duration.seconds(60)

    static let shared = TestPostgres()

    /// The server's URL up to the name of the database, with a slash at its end.
    static let server: String? = {
        guard let value = getenv("TROQUET_TEST_POSTGRES").map({ String(cString: $0) }) else { return nil }
        guard let scheme = value.firstRange(of: "://") else { return nil }
        let host = value[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return "postgres://\(host)/"
    }()

    private var templates: [String: Task<String, any Error>] = [:]
    private var clearing: Task<Void, Never>?
    private var inUse = 0
    private var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var lastTicket = 0

    func place(_ migrations: [Migration]) async throws -> TestPlace {
        await acquire()
        do {
            let template = try await template(for: migrations)
            let name = "t_\(getpid())_\(TestPlace.randomName())"
            try await Self.administer("CREATE DATABASE \(name) TEMPLATE \(template)")
            return TestPlace(url: try Self.url(name)) { [self] in
                try? await Self.administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
                await release()
            }
        } catch {
            release()
            throw error
        }
    }

    private func template(for migrations: [Migration]) async throws -> String {
        let key = migrations.key(for: .postgres)
        if let known = templates[key] { return try await known.value }
        let number = templates.count + 1
        let clearing = clearing ?? Task { await Self.clearAway() }
        self.clearing = clearing
        let task = Task<String, any Error> {
            await clearing.value
            let name = "t_\(getpid())_template_\(number)"
            try await Self.administer("CREATE DATABASE \(name)")
            try await TestPlace.migrate(try Self.url(name), migrations)
            return name
        }
        templates[key] = task
        return try await task.value
    }

    private func acquire() async {
        guard inUse >= Self.databaseLimit else {
            inUse += 1
            return
        }
        lastTicket += 1
        let ticket = lastTicket
        let timeout = Task {
            try await Task.sleep(for: Self.patience)
            letThrough(ticket)
        }
        await withCheckedContinuation { waiting.append((ticket, $0)) }
        timeout.cancel()
    }

    private func letThrough(_ ticket: Int) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        inUse += 1
        waiting.remove(at: index).continuation.resume()
    }

    private func release() {
        guard waiting.isEmpty else { return waiting.removeFirst().continuation.resume() }
        inUse -= 1
    }

    /// Drops the databases of processes that have ended.
    private static func clearAway() async {
        guard let database = try? await Database.open(url("postgres"), readers: 1, logger: .silent) else { return }
        let rows = try? await database.read { snapshot in
            try snapshot.rows("SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'").map {
                try $0.text("datname")
            }
        }
        await database.close()
        for name in rows ?? [] {
            let fields = name.split(separator: "_")
            guard fields.count >= 3, let process = Int32(fields[1]), kill(process, 0) != 0, errno == ESRCH,
                name.utf8.allSatisfy({ nameBytes.contains($0) })
            else { continue }
            try? await administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        }
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789_".utf8)

    private static func administer(_ statement: String) async throws {
        try await Database.administer(try url("postgres"), [statement])
    }

    private static func url(_ name: String) throws -> DatabaseURL {
        try DatabaseURL("\(server ?? "postgres://127.0.0.1/")\(name)")
    }
}
