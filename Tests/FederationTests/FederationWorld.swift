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

/// All other nodes, in a dictionary. Their actors have real keys, and each host's WebFinger knows its own names.
final class OtherNodes: DocumentLoader {
    private struct Contents {
        var documents: [String: JSON] = [:]
        var keys: [String: PrivateKey] = [:]
        var failures: [String: FetchError] = [:]
        var silentHosts: Set<String> = []
        var software: [String: String] = [:]
        var asked: [String] = []
    }

    /// The placeholder in a document that is replaced by a public key.
    static let keyPlace = "KEY"

    // A lock is used instead of an actor, so that tests can fill the world without `await`.
    private let contents = Mutex(Contents())

    /// All addresses and handles that were requested, in order.
    var asked: [String] { contents.withLock { $0.asked } }

    /// How many requests were made for addresses and handles of the host.
    func fetches(from host: String) -> Int {
        asked.count { $0.hasPrefix("https://\(host)/") || $0.hasSuffix("@\(host)") }
    }

    /// Serves a document under its id. An actor whose key is `KEY` gets a generated key.
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

    /// From now on a request for the address fails with this error.
    func fail(_ id: String, _ error: FetchError?) { contents.withLock { $0.failures[id] = error } }

    /// From now on the host accepts requests and never responds.
    func silence(_ host: String) { contents.withLock { _ = $0.silentHosts.insert(host) } }

    /// From now on the host says in its NodeInfo document which software it runs.
    func runs(_ software: String, at host: String) { contents.withLock { $0.software[host] = software } }

    func nodeInfo(of host: String) async throws(FetchError) -> JSON {
        let software = contents.withLock { contents in
            contents.asked.append("nodeinfo:\(host)")
            return contents.software[host]
        }
        guard let software else { throw .notFound }
        return ["version": "2.0", "software": ["name": JSON(software), "version": "1"]]
    }

    /// The private key of an actor that was served with the key `KEY`.
    func key(of actor: String) throws -> PrivateKey {
        guard let key = contents.withLock({ $0.keys[actor] }) else { throw Incomplete("no key of \(actor)") }
        return key
    }

    /// The id of an actor's key, as its document says.
    func keyID(of actor: String) -> String {
        contents.withLock { $0.documents[actor]?["publicKey"]?["id"]?.string } ?? "\(actor)#main-key"
    }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let isSilent = contents.withLock { $0.silentHosts.contains(id.authority) }
        let (document, failure) = contents.withLock { contents in
            contents.asked.append(id.string)
            // For a key with its own address, as in GoToSocial, the owner's document is served.
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

/// Generating keys is slow, so the whole process shares three.
enum TestKeys {
    static let pool = Result { try (0..<3).map { _ in try PrivateKey.generateRSA() } }
}

/// A clock that tests move.
final class ManualClock: Model.Clock {
    /// 2026-05-02T10:00:00Z.
    static let start = Timestamp(1_777_716_000_000)
    private let time = Mutex(ManualClock.start)
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    func set(_ now: Timestamp) { time.withLock { $0 = now } }
}

/// Limits how many worlds may use connections of the PostgreSQL server at the same time.
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

/// A test's input lacks something.
struct Incomplete: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Records the statements of a world's database during a part of a test.
final class StatementLog: Sendable {
    // A lock is used, because the database calls it from its own threads.
    private let statements = Mutex<[String]?>(nil)

    func record(_ statement: String) { statements.withLock { $0?.append(statement) } }

    /// The statements that run during `body`.
    func during(_ body: () async throws -> Void) async rethrows -> [String] {
        statements.withLock { $0 = [] }
        try await body()
        return statements.withLock { log in
            defer { log = nil }
            return log ?? []
        }
    }
}

/// A complete node with a fresh database, and the other nodes around it.
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

    /// Runs a test in a world that is removed afterwards.
    static func run(
        on engine: TestEngine = .sqlite, mode: FederationMode = .open, _ body: (FederationWorld) async throws -> Void
    ) async throws {
        // The PostgreSQL server has 100 connections for all tests. SQLite has no such limit.
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

    // MARK: - Actors

    /// Stores a local person.
    @discardableResult
    func addPerson(_ name: String, approvesFollowers: Bool = false) async throws -> Account {
        try await add(.person, name, identifiers.person(name), approvesFollowers: approvesFollowers)
    }

    /// Stores a local group.
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
        // Local actors always have the same public key, so that sent documents can be compared byte by byte. Nothing is
        // signed with this key pair.
        let pair = KeyPair(privatePEM: "unused", publicPEM: Self.publicPEM)
        try await database.write { tx in
            try Accounts.insert(stored, in: tx)
            try Keys.insertLocal(keyID: keyID, account: stored.id, pair: pair, at: stored.createdAt, in: tx)
        }
        return account
    }

    /// Serves an actor of another node in Mastodon's form, and returns its id.
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

    /// The row of an actor, which is fetched when it is unknown.
    func resolve(_ id: String) async throws -> Account { try await federation.actors.resolve(try address(id)) }

    /// Stores an accepted follow.
    func follow(by follower: Account, of target: Account) async throws {
        let activity = try address("\(follower.iri.string)#follows/\(target.id)")
        let now = clock.now
        try await database.write { tx in
            _ = try Follows.request(by: follower.id, of: target.id, activity: activity, at: now, in: tx)
            _ = try Follows.setState(.accepted, by: follower.id, of: target.id, in: tx)
        }
    }
}

/// Parses an address that a test wrote.
func address(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw Incomplete("\(text) is no address") }
    return iri
}

extension JSON {
    /// The same document with another value for `key`; nil removes the member.
    func setting(_ key: String, _ value: JSON?) -> JSON { .object((object ?? [:]).setting(key, value)) }
}

extension JSON.Object {
    func setting(_ key: String, _ value: JSON?) -> JSON.Object {
        var object = self
        object[key] = value
        return object
    }
}
