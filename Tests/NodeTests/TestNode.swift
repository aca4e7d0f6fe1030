// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Logging
import Model
import NIOCore
import NIOPosix
import ServiceLifecycle
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

/// How a node of a test is created.
struct NodePlan: Sendable {
    var engine = TestEngine.sqlite
    /// An address in `127.0.0.0/8`, so that several nodes are several hosts.
    var address = "127.0.0.2"
    var roles = Set(Serve.Role.allCases)
    var clock: any Model.Clock = SystemClock()
    /// Settings in addition to those that every test node has.
    var settings: [String] = []
    /// Records incoming requests. Then the node is reached through the recorder.
    var recorder: Recorder?
}

/// A whole node over real sockets, composed from a configuration as in `troquet serve`.
actor TestNode {
    /// For example `http://127.0.0.2:40123`.
    nonisolated let origin: String
    /// The address on which it listens. It is the origin's authority, unless there is a recorder.
    nonisolated let listen: String
    /// Its database, which still exists after a stop.
    nonisolated let place: TestPlace
    private let plan: NodePlan
    private let folder: URL
    private let front: LoopbackServer?
    private var node: Node?
    private var group: ServiceGroup?
    private var running: Task<Void, any Error>?

    /// For example `127.0.0.2:40123`, as in handles.
    nonisolated var host: String { String(origin.dropFirst("http://".count)) }

    private init(_ plan: NodePlan, origin: String, listen: String, place: TestPlace, front: LoopbackServer?) {
        self.plan = plan
        self.origin = origin
        self.listen = listen
        self.place = place
        self.front = front
        folder = FileManager.default.temporaryDirectory.appending(path: "troquet-node-\(UUID().uuidString)")
    }

    /// Creates a node with an empty database and starts it.
    static func start(_ plan: NodePlan) async throws -> TestNode {
        let node = try await make(plan)
        try await node.start()
        return node
    }

    /// Creates a node with an empty database, without starting it.
    static func make(_ plan: NodePlan) async throws -> TestNode {
        let place = try await plan.engine.makePlace(migrations: Schema.migrations)
        let listen = "\(plan.address):\(try await freePort(at: plan.address))"
        guard let recorder = plan.recorder else {
            return TestNode(plan, origin: "http://\(listen)", listen: listen, place: place, front: nil)
        }
        let front = try await recorder.stand(before: listen, at: plan.address)
        return TestNode(plan, origin: front.origin, listen: listen, place: place, front: front)
    }

    /// Every setting of the node, as `name=value`.
    nonisolated var settings: [String] {
        [
            "origin=\(origin)", "listen=\(listen)", "database=\(database)", "smtp=file:\(folder.path)",
            "media=\(folder.path)/media",
            "federation_insecure_networks=127.0.0.0/8", "rate_limits=off", "registration=open", "log_level=error",
        ] + plan.settings
    }

    /// The URL of the database with its password, which the URL's description leaves out.
    private nonisolated var database: String {
        let text = place.url.description
        guard plan.engine == .postgres, let name = text.split(separator: "/").last,
            let server = ProcessInfo.processInfo.environment["TROQUET_TEST_POSTGRES"],
            let scheme = server.firstRange(of: "://")
        else { return text }
        return "postgres://\(server[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })/\(name)"
    }

    /// Opens the node without serving, as a command of the command line does.
    func open(for purpose: NodeDatabase.Purpose = .command) async throws {
        let configuration = try Configuration(path: nil, flags: settings, environment: [:])
        let node = try await Node.open(configuration, for: purpose, clock: plan.clock)
        try await node.services.prepareNode()
        self.node = node
    }

    /// Starts the node, and returns when it accepts requests.
    func start() async throws {
        try await open(for: .serving)
        let node = try await current
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let process = NodeProcess(node, roles: plan.roles)
        let group = ServiceGroup(services: [Served(process: process, signal: signal)], logger: .silent)
        self.group = group
        running = Task { try await group.run() }
        guard plan.roles.contains(.web) else { return }
        for await _ in started { return }
        try await running?.value
        throw NodeTestError("the node ended before it served")
    }

    /// Stops the node as a signal does. The database is kept.
    func stop() async {
        await group?.triggerGracefulShutdown()
        _ = await running?.result
        await node?.close()
        (group, running, node) = (nil, nil, nil)
    }

    /// Stops the node and deletes its database.
    func remove() async {
        await stop()
        await front?.stop()
        await place.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The parts of the running node.
    var current: Node {
        get async throws {
            guard let node else { throw NodeTestError("the node is stopped") }
            return node
        }
    }

    static func freePort(at address: String) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: address, port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        guard let port else { throw NodeTestError("no port is free") }
        return port
    }
}

/// A process of a node, which ends with its service group.
private struct Served: Service {
    let process: NodeProcess
    let signal: AsyncStream<Void>.Continuation

    func run() async throws {
        defer { signal.finish() }
        try await process.run(signals: [], onRunning: { _ in signal.yield() })
    }
}

/// Why a test cannot continue.
struct NodeTestError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

// MARK: - What tests do with a node

extension TestNode {
    /// The services of the node.
    var services: Services {
        get async throws { try await current.services }
    }

    /// Reads from the database.
    func read<T: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> T) async throws -> T {
        try await current.database.read(body)
    }

    /// Writes to the database.
    func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await current.database.write(body)
    }

    /// The number of rows of a table with a condition.
    func count(_ sql: SQL) async throws -> Int {
        try await read { db in Int(try db.row("SELECT count(*) AS n FROM \(sql)")?.int("n") ?? 0) }
    }

    /// Creates a member.
    func member(_ name: String, role: Role = .member) async throws -> Account {
        try await services.createAccount(SignUp(name: name, email: "\(name)@example.org"), role: role, as: .operator)
    }

    /// Creates a group, without a founder by default.
    func group(_ name: String, approves: Bool = false, founder: ID<Account>? = nil) async throws -> Account {
        var draft = GroupDraft(name: name, title: name.capitalized)
        draft.approvesFollowers = approves
        return try await services.createGroup(draft, as: founder.map { .member($0) } ?? .operator)
    }

    /// Publishes a post of a member, in a group if one is given.
    func post(
        _ text: String, title: String = "", in group: Account? = nil, as author: Account
    ) async throws -> Post {
        var draft = PostDraft(text: text)
        draft.title = title
        draft.group = group?.id
        let id = try await services.publishPost(draft, as: .member(author.id))
        guard let post = try await read({ db in try Posts.byID(id, in: db) }) else { throw NodeTestError("no post") }
        return post
    }

    /// The account with this ActivityPub id.
    func account(_ iri: IRI) async throws -> Account? {
        try await read { db in try Accounts.byIRI(iri, in: db) }
    }

    /// The post with this ActivityPub id.
    func post(_ iri: IRI) async throws -> Post? {
        try await read { db in try Posts.byIRI(iri, in: db) }
    }

    /// The event with this ActivityPub id.
    func event(_ iri: IRI) async throws -> Event? {
        try await read { db in try Events.byIRI(iri, in: db) }
    }

    /// Sends a GET request for a path of the node, or for a whole URL.
    nonisolated func get(_ path: String, _ accept: String? = "application/activity+json") async throws -> TestResponse {
        let url = path.hasPrefix("http") ? path : origin + path
        return try await TestHTTPClient.send("GET", url, headers: accept.map { [("Accept", $0)] } ?? [])
    }

    /// The document at a path of the node.
    nonisolated func document(_ path: String) async throws -> Document {
        let answer = try await get(path)
        guard answer.status == 200, let document = Document(try JSON.parse(answer.body)) else {
            throw NodeTestError("\(path): \(answer.status)")
        }
        return document
    }

    /// The type and outcome of the received activities, in the order in which they were received.
    func received(_ type: String? = nil) async throws -> [(type: String, outcome: String)] {
        try await read { db in
            try db.rows("SELECT activity_type, outcome FROM received ORDER BY id").map {
                (try $0.text("activity_type"), try $0.text("outcome"))
            }
        }.filter { type == nil || $0.type == type }
    }

    /// Whether the inbox and the outbox are empty.
    func isSettled() async throws -> Bool {
        let waiting = try await count("received WHERE state = 'waiting'")
        let deliveries = try await count("delivery")
        return waiting + deliveries == 0
    }
}

// MARK: - Waiting

/// Waits until the condition holds, checking every 20 ms, for at most five minutes: a busy machine needs its time, and
/// only a test that fails waits so long.
func eventually(
    _ what: String, timeout: Duration = .seconds(300), at location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else { break }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("did not come true in time: \(what)", sourceLocation: location)
    throw NodeTestError("waited in vain: \(what)")
}

/// Waits until there is a value.
func awaited<Value>(
    _ what: String, at location: SourceLocation = #_sourceLocation, _ find: () async throws -> Value?
) async throws -> Value {
    var found: Value?
    try await eventually(what, at: location) {
        found = try await find()
        return found != nil
    }
    guard let found else { throw NodeTestError("waited in vain: \(what)") }
    return found
}

/// Waits until the inboxes and outboxes of all nodes are empty.
func settle(_ nodes: [TestNode], at location: SourceLocation = #_sourceLocation) async throws {
    try await eventually("everything is delivered and applied", at: location) {
        for _ in 0..<2 {
            for node in nodes where try await !node.isSettled() { return false }
        }
        return true
    }
}
