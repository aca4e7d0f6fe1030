// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Storage
import Synchronization
import TestSupport
import Vocabulary

@testable import Federation

/// All other nodes, in a dictionary: documents by address, redirects by address, WebFinger responses by handle.
final class ResolverWorld: DocumentLoader {
    private struct Contents {
        var documents: [String: JSON] = [:]
        var redirects: [String: String] = [:]
        var directories: [String: JSON] = [:]
        var failures: [String: FetchError] = [:]
        var asked: [String] = []
    }

    // A lock is used instead of an actor, so that tests can fill the world without `await`.
    private let contents = Mutex(Contents())

    /// All addresses and handles that were requested, in order.
    var asked: [String] { contents.withLock { $0.asked } }

    /// Serves a document at `address`, or under its own `id`.
    func serve(_ document: JSON, at address: String? = nil) {
        contents.withLock { $0.documents[address ?? document["id"]?.string ?? ""] = document }
    }

    func redirect(_ from: String, to target: String) { contents.withLock { $0.redirects[from] = target } }

    func fail(_ address: String, _ error: FetchError) { contents.withLock { $0.failures[address] = error } }

    func forget() { contents.withLock { $0.asked = [] } }

    /// Sets the WebFinger response of `host` for `name`.
    func direct(_ name: String, _ host: String, subject: String? = nil, to actor: String) {
        let answer: JSON = [
            "subject": JSON(subject ?? "acct:\(name)@\(host)"),
            "links": [["rel": "self", "type": "application/activity+json", "href": JSON(actor)]],
        ]
        contents.withLock { $0.directories["\(name)@\(host)"] = answer }
    }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let (final, document, failure) = contents.withLock { contents in
            contents.asked.append(id.string)
            let final = contents.redirects[id.string] ?? id.string
            return (final, contents.documents[final], contents.failures[final])
        }
        if let failure { throw failure }
        guard let document = document.flatMap({ Document($0) }), let finalURL = IRI(final) else { throw .notFound }
        return RemoteDocument(finalURL: finalURL, document: document)
    }

    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        let answer = contents.withLock { contents in
            contents.asked.append("acct:\(name)@\(host)")
            return contents.directories["\(name)@\(host)"]
        }
        guard let answer else { throw .notFound }
        return answer
    }
}

/// A clock that tests move.
final class ResolverClock: Model.Clock {
    private let time = Mutex(Timestamp(1_780_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// One node and the other nodes around it.
struct ResolverNode {
    let database: Database
    let world = ResolverWorld()
    let clock = ResolverClock()
    let identifiers: LocalIdentifiers
    let actors: ActorResolver
    let handles: HandleResolver
    let objects: ObjectFetcher
    let posts: PostResolver
    let collections: Collections
    let ids = IDMaker()

    init(mode: FederationMode = .open) async throws {
        database = try await TestEngine.sqlite.makeDatabase(migrations: Schema.migrations)
        identifiers = LocalIdentifiers(origin: try iri("https://node.test"))
        actors = ActorResolver(
            database: database, loader: world, identifiers: identifiers, ids: ids, clock: clock, mode: mode)
        handles = HandleResolver(actors: actors)
        objects = ObjectFetcher(actors: actors)
        posts = PostResolver(database: database, objects: objects)
        collections = Collections(database: database, identifiers: identifiers, clock: clock)
    }

    /// Stores a local person or group.
    func addLocal(_ name: String, _ kind: Account.Kind = .person) async throws -> Account {
        let id = kind == .group ? identifiers.group(name) : identifiers.person(name)
        var account = Account(
            id: ids.make(at: clock.now), kind: kind, username: name, host: "", iri: id, createdAt: clock.now)
        account.followers = identifiers.followers(of: id)
        account.inbox = identifiers.inbox(of: id)
        let stored = account
        try await database.write { tx in try Accounts.insert(stored, in: tx) }
        return account
    }

    func account(_ address: String) async throws -> Account? {
        let id = try iri(address)
        return try await database.read { db in try Accounts.byIRI(id, in: db) }
    }

    /// Fetches the ancestors of a post and stores them.
    func storeAncestors(from address: String) async throws {
        let ancestors = await objects.ancestors(from: try iri(address))
        try await database.write { tx in for object in ancestors { _ = try ObjectStore.insert(object, in: tx) } }
    }

    func post(_ address: String) async throws -> Post? {
        let id = try iri(address)
        return try await database.read { db in try Posts.byIRI(id, in: db) }
    }
}

/// An address in a test is not valid.
struct NotAnAddress: Error { let text: String }

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw NotAnAddress(text: text) }
    return iri
}

/// Generating keys is slow, so the tests share three.
enum ResolverKeys {
    static let vic = try? PrivateKey.generateRSA().publicKey.pem
    static let eve = try? PrivateKey.generateRSA().publicKey.pem
    static let renewed = try? PrivateKey.generateRSA().publicKey.pem
}

/// A complete actor document, as Mastodon writes it.
func actorDocument(_ id: String, _ name: String, type: String = "Person", pem: String? = ResolverKeys.vic) -> JSON {
    [
        "@context": "https://www.w3.org/ns/activitystreams", "id": JSON(id), "type": JSON(type),
        "preferredUsername": JSON(name), "name": JSON(name.uppercased()), "inbox": JSON(id + "/inbox"),
        "outbox": JSON(id + "/outbox"), "followers": JSON(id + "/followers"),
        "publicKey": ["id": JSON(id + "#main-key"), "owner": JSON(id), "publicKeyPem": JSON(pem ?? "")],
    ]
}

/// A public note.
func noteDocument(_ id: String, by author: String, replyingTo parent: String? = nil) -> JSON {
    .object(droppingNil: [
        ("id", JSON(id)), ("type", "Note"), ("attributedTo", JSON(author)), ("content", JSON("<p>Text of \(id)</p>")),
        ("to", ["https://www.w3.org/ns/activitystreams#Public"]), ("cc", []),
        ("published", "2026-01-02T03:04:05Z"), ("inReplyTo", parent.map { JSON($0) }),
    ])
}

extension JSON {
    /// The same document with other values; nil removes a member.
    func with(_ changes: [String: JSON?]) -> JSON {
        var object = self.object ?? [:]
        for (key, value) in changes { object[key] = value }
        return .object(object)
    }
}
