// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import HTTPSignatures
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import MediaStore
import Model
import NIOPosix
import Services
import Storage
import Synchronization
import Telemetry
import TestSupport
import TextEncoding
import Vocabulary

@testable import MastodonAPI

/// One node for one test: the client API behind the whole request pipeline, on a loopback port.
struct ClientNode: Sendable {
    let database: Database
    let services: Services
    let clock: ClientClock
    let ids: IDMaker
    private let address: Address

    /// The settings of the node.
    struct Setup: Sendable {
        var registration = Registration.open
        /// Whether rate limits apply.
        var limits = false
        /// The responses of other servers.
        var loader: any DocumentLoader = NoWorld()
        /// Where uploaded files are stored; nil for a node that accepts no uploads.
        var store: MediaStore?
    }

    /// Opens a node, runs a test against it and closes it.
    static func open(
        _ engine: TestEngine = .sqlite, _ setup: Setup = Setup(),
        _ body: @escaping @Sendable (ClientNode) async throws -> Void
    ) async throws {
        let database = try await engine.makeDatabase(migrations: Schema.migrations)
        do {
            let node = try ClientNode(database, setup)
            try await node.services.prepareNode()
            try await node.serve(setup) { try await body(node) }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Opens two nodes on one database, as two processes would do.
    static func pair(
        at place: TestPlace, _ body: @escaping @Sendable (ClientNode, ClientNode) async throws -> Void
    ) async throws {
        let databases = [
            try await Database.open(place.url, readers: 2, logger: .silent),
            try await Database.open(place.url, readers: 2, logger: .silent),
        ]
        let (here, there) = (try ClientNode(databases[0], Setup()), try ClientNode(databases[1], Setup(), slot: 1))
        try await here.services.prepareNode()
        // Both are registered, as processes that serve are.
        try await databases[0].write { tx in
            for slot in 0...1 {
                try tx.run(
                    """
                    INSERT INTO process (slot, holder, started_at, beat_at) VALUES (\(slot), \(slot + 1), 0, 0)
                    """)
            }
        }
        try await here.serve(Setup()) {
            try await there.serve(Setup()) { try await body(here, there) }
        }
        for database in databases { await database.close() }
    }

    private init(_ database: Database, _ setup: Setup, slot: Int = 0) throws {
        self.database = database
        let clock = ClientClock()
        let ids = IDMaker(slot: slot)
        let community = Community(
            origin: try iri("http://cafe.example"), name: "Le Comptoir", tagline: "Un café.", language: "fr",
            registration: setup.registration)
        let federation = Federation(
            database: database, community: community, loader: setup.loader, ids: ids, clock: clock,
            counters: Counters(), logger: .silent)
        services = Services(
            database: database, federation: federation, secrets: .quick, clock: clock, ids: ids,
            store: setup.store, limits: setup.limits)
        self.clock = clock
        self.ids = ids
        address = Address()
    }

    private func serve(_ setup: Setup, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let api = MastodonAPI(
            services: services, software: "1.2.3", uploads: setup.store.map { UploadReceiver(folder: $0.spoolFolder) },
            limits: setup.limits)
        let pipeline = RequestPipeline(
            RequestPipeline.Settings(origin: String(describing: services.community.origin)), session: { _ in nil },
            errorPage: { status, code, _, _ in Responses.text(code, status: status) })
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = Application(
            responder: buildRouter(routes: api.routes, pipeline: pipeline).buildResponder(),
            server: NodeServer.http1(webSockets: api.webSockets),
            configuration: NodeServer.configuration(host: "127.0.0.1", port: 0, logger: .silent),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            tasks.addTask { await api.followEvents(.silent) }
            defer { tasks.cancelAll() }
            for await number in ports {
                address.port.store(number, ordering: .relaxed)
                return try await body()
            }
            throw CancellationError()
        }
    }

    private final class Address: Sendable {
        let port = Atomic<Int>(0)
    }
}

// MARK: - Requests

/// The response as an app reads it.
struct Reply: Sendable {
    let status: Int
    /// Null when the body is not JSON.
    let json: JSON
    let response: TestResponse

    subscript(key: String) -> JSON? { json[key] }
    /// The message of an error.
    var error: String? { json["error"]?.string }
    var id: String { json["id"]?.string ?? "" }
    func header(_ name: String) -> String? { response.header(name) }
}

extension ClientNode {
    /// `http://127.0.0.1:40123`.
    var origin: String { "http://127.0.0.1:\(port)" }

    /// The port of the server.
    var port: Int { address.port.load(ordering: .relaxed) }

    /// Sends one request: without a body, with JSON, or with a form.
    func call(
        _ method: String, _ path: String, token: String? = nil, json: JSON? = nil, form: [(String, String)]? = nil,
        headers: [(String, String)] = []
    ) async throws -> Reply {
        var headers = headers
        var body: [UInt8]?
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        if let json {
            headers.append(("Content-Type", "application/json"))
            body = json.serialized()
        } else if let form {
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            body = Array(form.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&").utf8)
        }
        return try await send(method, path, headers: headers, body: body)
    }

    /// Sends one request unchanged.
    func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Reply {
        let response = try await TestHTTPClient.send(method, origin + path, headers: headers, body: body)
        return Reply(
            status: response.status, json: (try? JSON.parse(response.body)) ?? .null, response: response)
    }

    func get(_ path: String, token: String? = nil) async throws -> Reply { try await call("GET", path, token: token) }

    func post(_ path: String, token: String? = nil, _ json: JSON? = nil) async throws -> Reply {
        try await call("POST", path, token: token, json: json)
    }
}

// MARK: - People and tokens

extension ClientNode {
    static let everything: Scopes = Scopes(["read", "write", "follow", "push"])

    /// Creates a member, who belongs to the main group like all members.
    @discardableResult
    func member(_ name: String, _ role: Role = .member) async throws -> ID<Account> {
        try await services.createAccount(SignUp(name: name, email: "\(name)@mail.example"), role: role, as: .operator)
            .id
    }

    /// Creates a token with which an app acts for a person, or for a group that the person runs.
    func token(
        of person: ID<Account>, as account: ID<Account>? = nil, _ scopes: Scopes = everything
    ) async throws -> String {
        try await services.makeToken(scopes, app: nil, account: account ?? person, person: person, as: .operator)
    }

    /// Creates a member and a token with all scopes.
    func guest(_ name: String, _ role: Role = .member) async throws -> (id: ID<Account>, token: String) {
        let id = try await member(name, role)
        return (id, try await token(of: id))
    }

    /// Stores a remote person.
    func stranger(_ name: String, at host: String = "far.example") async throws -> Account {
        var account = Account(
            id: ids.make(at: clock.now), kind: .person, username: name, host: host,
            iri: try iri("https://\(host)/users/\(name)"), displayName: name, createdAt: clock.now)
        account.inbox = try iri("\(account.iri)/inbox")
        account.followers = try iri("\(account.iri)/followers")
        account.fetchedAt = clock.now
        let stored = account
        try await database.write { tx in try Accounts.insert(stored, in: tx) }
        return stored
    }
}

// MARK: - Dependencies

/// A clock that a test moves.
final class ClientClock: Model.Clock {
    private let time = Mutex(Timestamp(1_780_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// A loader for which no remote server responds.
struct NoWorld: DocumentLoader {
    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument { throw .notFound }
    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON { throw .notFound }
}

extension Secrets {
    /// The node's functions, with fast keys and password hashes.
    static let quick = Secrets(
        hashPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) },
        verifyPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) == $1 }, decoyHash: "nobody",
        digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) },
        makeKeyPair: { KeyPair(privatePEM: "private", publicPEM: "public") })
}

/// The error of a test with an invalid address.
struct NotAnAddress: Error { let text: String }

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw NotAnAddress(text: text) }
    return iri
}
