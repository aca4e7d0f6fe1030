// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Logging
import Model
import Storage
import Synchronization
import Telemetry
import TestSupport
import Vocabulary

@testable import Federation

/// All other nodes, in a dictionary: actors have real keys, and every directory knows its own names.
final class OtherNodes: DocumentLoader {
    private struct Contents {
        var documents: [String: JSON] = [:]
        var keys: [String: PrivateKey] = [:]
        var failures: [String: FetchError] = [:]
        var silentHosts: Set<String> = []
        var asked: [String] = []
    }

    /// Where a document leaves its key to the world.
    static let keyPlace = "KEY"

    // A lock rather than an actor: tests fill the world with plain statements.
    private let contents = Mutex(Contents())

    /// Every address and handle that was asked for, in order.
    var asked: [String] { contents.withLock { $0.asked } }

    /// How often an address of the host, or a name of it, was asked for.
    func fetches(from host: String) -> Int {
        asked.count { $0.hasPrefix("https://\(host)/") || $0.hasSuffix("@\(host)") }
    }

    /// Serves a document under its id. An actor whose key is `KEY` gets one of its own.
    func serve(_ document: JSON, key: PrivateKey? = nil) throws {
        guard let id = document["id"]?.string else { throw Incomplete("a document without an id") }
        var document = document
        if let publicKey = document["publicKey"]?.object, publicKey["publicKeyPem"]?.string == Self.keyPlace {
            let pool = try TestKeys.pool.get()
            let own = key ?? pool[contents.withLock { $0.keys.count } % pool.count]
            contents.withLock { $0.keys[id] = own }
            document = document.setting(
                "publicKey", .object(publicKey.setting("publicKeyPem", JSON(own.publicKey.pem))))
        }
        let served = document
        contents.withLock { $0.documents[id] = served }
    }

    /// Lets an address answer with an error from now on.
    func fail(_ id: String, _ error: FetchError?) { contents.withLock { $0.failures[id] = error } }

    /// Lets a host take every question and answer none.
    func silence(_ host: String) { contents.withLock { _ = $0.silentHosts.insert(host) } }

    /// The private key of an actor that was served with the key `KEY`.
    func key(of actor: String) throws -> PrivateKey {
        guard let key = contents.withLock({ $0.keys[actor] }) else { throw Incomplete("no key of \(actor)") }
        return key
    }

    /// The name of an actor's key, as its document says.
    func keyID(of actor: String) -> String {
        contents.withLock { $0.documents[actor]?["publicKey"]?["id"]?.string } ?? "\(actor)#main-key"
    }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let isSilent = contents.withLock { $0.silentHosts.contains(id.authority) }
        let (document, failure) = contents.withLock { contents in
            contents.asked.append(id.string)
            // A key that stands on its own page, as GoToSocial has it, is answered with its owner's document.
            let owner = contents.documents.values.first { $0["publicKey"]?["id"]?.string == id.string }
            return (contents.documents[id.string] ?? owner, contents.failures[id.string])
        }
        if let failure { throw failure }
        if isSilent {
            try? await Task.sleep(for: .seconds(600))
            throw .unavailable(status: nil)
        }
        guard let document = document.flatMap({ Document($0) }) else { throw .notFound }
        return RemoteDocument(finalURL: document.id?.withoutFragment ?? id, document: document)
    }

    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        let actors = contents.withLock { contents in
            contents.asked.append("acct:\(name)@\(host)")
            return contents.documents.values.filter { document in
                document["preferredUsername"]?.string == name
                    && document["id"]?.string.flatMap(IRI.init)?.authority == host
            }
        }
        guard !actors.isEmpty else { throw .notFound }
        let links = actors.map { actor -> JSON in
            ["rel": "self", "type": "application/activity+json", "href": actor["id"] ?? .null]
        }
        return ["subject": JSON("acct:\(name)@\(host)"), "links": .array(links)]
    }
}

/// Keys are slow to make; the whole process shares three.
enum TestKeys {
    static let pool = Result { try (0..<3).map { _ in try PrivateKey.generateRSA() } }
}

/// A clock that a test moves.
final class ManualClock: Model.Clock {
    /// 2026-05-02T10:00:00Z.
    static let start = Timestamp(1_777_716_000_000)
    private let time = Mutex(ManualClock.start)
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    func set(_ now: Timestamp) { time.withLock { $0 = now } }
}

/// How many worlds may have a database server's connections at a time.
private actor WorldLimit {
    static let shared = WorldLimit()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}

/// What a test says when what it wrote lacks something.
struct Incomplete: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The statements that a world tells its database while a test listens.
final class StatementLog: Sendable {
    // A lock: the database tells it on its own threads.
    private let statements = Mutex<[String]?>(nil)

    func record(_ statement: String) { statements.withLock { $0?.append(statement) } }

    /// What is told while a body runs.
    func during(_ body: () async throws -> Void) async rethrows -> [String] {
        statements.withLock { $0 = [] }
        try await body()
        return statements.withLock { log in
            defer { log = nil }
            return log ?? []
        }
    }
}

/// One whole node on a fresh database, and the world around it.
struct FederationWorld: Sendable {
    static let origin = "https://cafe.example"

    let database: Database
    let federation: Federation
    let policies: HostPolicies
    let authenticator: InboxAuthenticator
    let processor: InboxProcessor
    let nodes = OtherNodes()
    let clock = ManualClock()
    let ids = IDMaker()
    let counters = Counters()
    let statements: StatementLog

    /// Runs a test in a world that is taken away afterwards.
    static func run(
        on engine: TestEngine = .sqlite, mode: FederationMode = .open, _ body: (FederationWorld) async throws -> Void
    ) async throws {
        // A server has a hundred connections for everybody; a file has none.
        if engine == .postgres { await WorldLimit.shared.enter() }
        let result: Result<Void, any Error>
        do {
            let world = try await FederationWorld(on: engine, mode: mode)
            do {
                result = .success(try await body(world))
            } catch {
                result = .failure(error)
            }
            await world.database.close()
        } catch {
            result = .failure(error)
        }
        if engine == .postgres { await WorldLimit.shared.leave() }
        try result.get()
    }

    private init(on engine: TestEngine, mode: FederationMode) async throws {
        let statements = StatementLog()
        self.statements = statements
        database = try await engine.makeDatabase(
            migrations: Schema.migrations, readers: 1, onStatement: { statements.record($0) })
        let origin = try address(Self.origin)
        let community = Community(origin: origin, name: "Café", tagline: "Chez nous", mode: mode)
        federation = Federation(
            database: database, community: community, loader: nodes, ids: ids, clock: clock, counters: counters,
            logger: .silent)
        policies = HostPolicies(database: database, mode: mode)
        authenticator = InboxAuthenticator(federation, policies: policies)
        processor = InboxProcessor(federation)
    }

    var identifiers: LocalIdentifiers { federation.identifiers }
    var outbox: Outbox { federation.outbox }

    // MARK: - Who is here

    /// Stores a person of this node.
    @discardableResult
    func addPerson(_ name: String, approvesFollowers: Bool = false) async throws -> Account {
        try await add(.person, name, identifiers.person(name), approvesFollowers: approvesFollowers)
    }

    /// Stores a group of this node.
    @discardableResult
    func addGroup(_ name: String, approvesFollowers: Bool = false) async throws -> Account {
        try await add(.group, name, identifiers.group(name), approvesFollowers: approvesFollowers)
    }

    private func add(_ kind: Account.Kind, _ name: String, _ iri: IRI, approvesFollowers: Bool) async throws -> Account
    {
        var account = Account(
            id: ids.make(at: clock.now), kind: kind, username: name, host: "", iri: iri,
            displayName: name.prefix(1).uppercased() + name.dropFirst(), createdAt: clock.now)
        account.url = iri
        account.inbox = identifiers.inbox(of: iri)
        account.outbox = identifiers.outbox(of: iri)
        account.followers = identifiers.followers(of: iri)
        account.sharedInbox = identifiers.sharedInbox
        account.approvesFollowers = approvesFollowers
        account.discoverable = true
        account.indexable = true
        let stored = account
        let keyID = identifiers.keyID(of: iri).string
        // What we show is always the same, so that what we send can be compared to the byte; nothing here signs with
        // it.
        let pair = KeyPair(privatePEM: "unused", publicPEM: Self.publicPEM)
        try await database.write { tx in
            try Accounts.insert(stored, in: tx)
            try Keys.insertLocal(keyID: keyID, account: stored.id, pair: pair, at: stored.createdAt, in: tx)
        }
        return account
    }

    /// Serves an actor of another node, as Mastodon would show it, and returns its id.
    @discardableResult
    func addRemote(
        _ name: String, at host: String, type: String = "Person", key: PrivateKey? = nil
    ) throws -> String {
        let id = "https://\(host)/users/\(name)"
        try nodes.serve(
            [
                "@context": "https://www.w3.org/ns/activitystreams", "id": JSON(id), "type": JSON(type),
                "preferredUsername": JSON(name), "name": JSON(name), "inbox": JSON(id + "/inbox"),
                "outbox": JSON(id + "/outbox"), "followers": JSON(id + "/followers"),
                "endpoints": ["sharedInbox": JSON("https://\(host)/inbox")],
                "publicKey": [
                    "id": JSON(id + "#main-key"), "owner": JSON(id), "publicKeyPem": JSON(OtherNodes.keyPlace),
                ],
            ], key: key)
        return id
    }

    /// The row of an actor, fetched when it is not known.
    func resolve(_ id: String) async throws -> Account { try await federation.actors.resolve(try address(id)) }

    /// Lets somebody follow somebody, accepted.
    func follow(by follower: Account, of target: Account) async throws {
        let activity = try address("\(follower.iri.string)#follows/\(target.id)")
        let now = clock.now
        try await database.write { tx in
            _ = try Follows.request(by: follower.id, of: target.id, activity: activity, at: now, in: tx)
            _ = try Follows.setState(.accepted, by: follower.id, of: target.id, in: tx)
        }
    }
}

/// The address that a test wrote.
func address(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw Incomplete("\(text) is no address") }
    return iri
}

extension JSON {
    /// The same document with another member; nil takes it away.
    func setting(_ key: String, _ value: JSON?) -> JSON { .object((object ?? [:]).setting(key, value)) }
}

extension JSON.Object {
    func setting(_ key: String, _ value: JSON?) -> JSON.Object {
        var object = self
        object[key] = value
        return object
    }
}
