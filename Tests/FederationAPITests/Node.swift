// SPDX-License-Identifier: Apache-2.0

import Database
import Federation
import FederationAPI
import HTTPSignatures
import HTTPSupport
import Hummingbird
import Logging
import Model
import NIOCore
import Storage
import Synchronization
import Telemetry
import TestSupport
import Vocabulary

/// All remote servers, as a dictionary of documents.
final class OtherNodes: DocumentLoader {
    // A mutex and not an actor, because tests add documents in synchronous code.
    private let documents = Mutex<[String: JSON]>([:])
    private let failures = Mutex<[String: FetchError]>([:])

    private let software = Mutex<[String: String]>([:])

    /// From now on the host says in its NodeInfo document which software it runs.
    func runs(_ name: String, at host: String) { software.withLock { $0[host] = name } }

    func nodeInfo(of host: String) async throws(FetchError) -> JSON {
        guard let name = software.withLock({ $0[host] }) else { throw .notFound }
        return ["version": "2.0", "software": ["name": JSON(name), "version": "1"]]
    }

    func serve(_ document: JSON) { documents.withLock { $0[document["id"]?.string ?? ""] = document } }
    func fail(_ id: String, _ error: FetchError) { failures.withLock { $0[id] = error } }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        if let failure = failures.withLock({ $0[id.string] }) { throw failure }
        guard let document = documents.withLock({ $0[id.string] }).flatMap({ Document($0) }) else { throw .notFound }
        return RemoteDocument(finalURL: id, document: document)
    }

    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        [
            "subject": JSON("acct:\(name)@\(host)"),
            "links": [
                ["rel": "self", "type": "application/activity+json", "href": JSON("https://\(host)/users/\(name)")]
            ],
        ]
    }
}

/// A clock that the test advances.
final class FixedClock: Model.Clock {
    private let time = Mutex(Timestamp(1_777_716_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Generating keys is slow, so the whole process shares two.
enum Pairs {
    static let peer = Result { try PrivateKey.generateRSA() }
    static let stranger = Result { try PrivateKey.generateRSA() }
}

/// Thrown when a test's own input is invalid.
struct Mistake: Error {
    let text: String
}

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw Mistake(text: text) }
    return iri
}

/// A node that serves peers on a free local port, with its database and the remote servers around it.
struct Node: Sendable {
    static let vic = "https://peer.example/users/vic"
    static let eve = "https://peer.example/users/eve"

    let port: Int
    let database: Database
    let federation: Federation
    let api: FederationAPI
    let others: OtherNodes
    let clock: FixedClock
    let counters: Counters

    /// Runs a node while `body` runs.
    static func run(
        mode: FederationMode = .open, registration: Registration = .approval,
        _ body: @Sendable (Node) async throws -> Void
    ) async throws {
        let database = try await TestEngine.sqlite.makeDatabase(migrations: Schema.migrations)
        let community = Community(
            origin: try iri("https://cafe.example"), name: "Café", tagline: "Chez nous", registration: registration,
            mode: mode)
        let (others, clock, counters) = (OtherNodes(), FixedClock(), Counters())
        let federation = Federation(
            database: database, community: community, loader: others, ids: IDMaker(), clock: clock, counters: counters,
            logger: .silent)
        let authenticator = InboxAuthenticator(federation, policies: HostPolicies(database: database, mode: mode))
        let api = FederationAPI(federation: federation, authenticator: authenticator, software: "1.2.3")
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        let application = application(api.routes) { tell.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports {
                let node = Node(
                    port: port, database: database, federation: federation, api: api, others: others, clock: clock,
                    counters: counters)
                try await node.addPeers()
                try await body(node)
                break
            }
            group.cancelAll()
        }
        await database.close()
    }

    private static func application(
        _ routes: [Route], onRunning: @escaping @Sendable (Int) -> Void
    ) -> some ApplicationProtocol {
        let pipeline = RequestPipeline(
            .init(origin: "https://cafe.example"), session: { _ in nil },
            errorPage: { status, code, _, _ in Responses.html("<h1>\(code)</h1>", status: status) })
        return Application(
            router: buildRouter(routes: routes, pipeline: pipeline), server: NodeServer.http1(),
            configuration: NodeServer.configuration(host: "127.0.0.1", port: 0, logger: .silent),
            onServerRunning: { onRunning($0.localAddress?.port ?? 0) }, logger: .silent)
    }

    // MARK: - Requests

    var ids: LocalIdentifiers { federation.identifiers }

    func get(
        _ target: String, _ accept: String = "application/activity+json", headers: [(String, String)] = []
    ) async throws -> TestResponse {
        try await TestHTTPClient.send(
            "GET", "http://127.0.0.1:\(port)\(target)",
            headers: headers + [("host", "cafe.example"), ("accept", accept)])
    }

    /// A GET request that an actor of another server signed.
    func get(_ target: String, signedBy actor: String, _ scheme: SignatureScheme = .cavage) async throws -> TestResponse
    {
        var head = RequestHead(method: "GET", target: target, authority: "cafe.example", scheme: "https")
        try Signer.sign(
            &head, body: nil, keyID: "\(actor)#main-key", key: try Pairs.peer.get(), scheme: scheme,
            now: clock.now.milliseconds)
        let headers = head.headers.map { ($0.name, $0.value) } + [("accept", "application/activity+json")]
        return try await TestHTTPClient.send("GET", "http://127.0.0.1:\(port)\(target)", headers: headers)
    }

    func json(_ target: String) async throws -> JSON { try JSON.parse(try await get(target).body) }

    // MARK: - Accounts and posts

    private func addPeers() async throws {
        for id in [Self.vic, Self.eve] {
            others.serve(try Self.actor(id, key: try Pairs.peer.get()))
        }
    }

    static func actor(_ id: String, key: PrivateKey) throws -> JSON {
        let name = id.split(separator: "/").last.map(String.init) ?? ""
        return [
            "@context": "https://www.w3.org/ns/activitystreams", "id": JSON(id), "type": "Person",
            "preferredUsername": JSON(name), "inbox": JSON(id + "/inbox"), "outbox": JSON(id + "/outbox"),
            "followers": JSON(id + "/followers"),
            "publicKey": [
                "id": JSON(id + "#main-key"), "owner": JSON(id), "publicKeyPem": JSON(key.publicKey.pem),
            ],
        ]
    }

    /// Stores a local actor. `change` may change it first.
    @discardableResult
    func add(
        _ kind: Account.Kind, _ name: String, change: (inout Account) -> Void = { _ in }
    ) async throws -> Account {
        let iri =
            switch kind {
            case .group: ids.group(name)
            case .application: ids.instanceActor
            default: ids.person(name)
            }
        var account = Account(
            id: federation.ids.make(at: clock.now), kind: kind, username: name, host: "", iri: iri,
            createdAt: clock.now)
        account.followers = ids.followers(of: iri)
        account.url = kind == .application ? nil : ids.page(of: account.handle)
        change(&account)
        let stored = account
        let keyID = ids.keyID(of: iri).string
        let pair = KeyPair(privatePEM: "unused", publicPEM: try Pairs.peer.get().publicKey.pem)
        try await database.write { tx in
            try Accounts.insert(stored, in: tx)
            try Keys.insertLocal(keyID: keyID, account: stored.id, pair: pair, at: stored.createdAt, in: tx)
        }
        return account
    }

    /// Stores a post of a local account.
    func addPost(
        by author: Account, _ visibility: Visibility = .everyone, mentions: [Account] = [],
        replyingTo parent: Post? = nil
    ) async throws -> Post {
        let id: ID<Post> = federation.ids.make(at: clock.now)
        var draft = Post(
            id: id, iri: ids.post(id), author: author.id, content: SanitizedHTML(unchecked: "<p>secret</p>"),
            visibility: visibility, publishedAt: clock.now, isLocal: true)
        draft.inReplyTo = parent?.id
        draft.inReplyToIRI = parent?.iri
        draft.thread = parent?.thread ?? id
        let post = draft
        var parts = PostParts()
        parts.mentions = mentions.map(\.id)
        let stored = parts
        try await database.write { tx in _ = try Posts.insert(post, stored, in: tx) }
        return post
    }

    func follow(by follower: Account, of target: Account) async throws {
        let activity = try iri("\(follower.iri)/follows/1")
        let now = clock.now
        try await database.write { tx in
            _ = try Follows.request(by: follower.id, of: target.id, activity: activity, at: now, in: tx)
            _ = try Follows.setState(.accepted, by: follower.id, of: target.id, in: tx)
        }
    }
}
