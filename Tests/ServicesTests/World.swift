// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import Synchronization
import TextEncoding
import Vocabulary

/// All other nodes, in a dictionary.
final class World: DocumentLoader {
    private struct Contents {
        var documents: [String: JSON] = [:]
        var directories: [String: JSON] = [:]
        var isDown = false
    }

    // A lock rather than an actor: tests fill the world with plain statements.
    private let contents = Mutex(Contents())

    /// Serves a document at its own id.
    func serve(_ document: JSON) {
        contents.withLock { $0.documents[document["id"]?.string ?? ""] = document }
    }

    /// Serves a person, with an entry in the directory of its host.
    func servePerson(_ name: String, at host: String = "far.example") {
        let id = "https://\(host)/users/\(name)"
        serve([
            "id": JSON(id), "type": "Person", "preferredUsername": JSON(name), "name": JSON(name),
            "inbox": JSON(id + "/inbox"), "outbox": JSON(id + "/outbox"), "followers": JSON(id + "/followers"),
            "endpoints": ["sharedInbox": JSON("https://\(host)/inbox")],
            "publicKey": [
                "id": JSON(id + "#main-key"), "owner": JSON(id), "publicKeyPem": JSON(Keys.shared.publicPEM),
            ],
        ])
        let answer: JSON = [
            "subject": JSON("acct:\(name)@\(host)"),
            "links": [["rel": "self", "type": "application/activity+json", "href": JSON(id)]],
        ]
        contents.withLock { $0.directories["\(name)@\(host)"] = answer }
    }

    /// From now on nobody answers.
    func goDown() { contents.withLock { $0.isDown = true } }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let (document, isDown) = contents.withLock { ($0.documents[id.string], $0.isDown) }
        if isDown { throw .unavailable(status: nil) }
        guard let document = document.flatMap({ Document($0) }) else { throw .notFound }
        return RemoteDocument(finalURL: id, document: document)
    }

    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        let (answer, isDown) = contents.withLock { ($0.directories["\(name)@\(host)"], $0.isDown) }
        if isDown { throw .unavailable(status: nil) }
        guard let answer else { throw .notFound }
        return answer
    }
}

/// A clock that a test moves.
final class TestClock: Model.Clock {
    private let time = Mutex(Timestamp(1_780_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Keys are slow to make: everybody here has the same one.
enum Keys {
    static let shared: KeyPair = {
        guard let key = try? PrivateKey.generateRSA() else { return KeyPair(privatePEM: "", publicPEM: "") }
        return KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
    }()
}

extension Secrets {
    /// What the node uses, but for the keys.
    static let real = Secrets(
        hashPassword: { try PasswordHash.make($0) }, verifyPassword: { PasswordHash.verify($0, against: $1) },
        decoyHash: PasswordHash.decoy, digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) },
        makeKeyPair: { Keys.shared })

    /// The same with a password hash that takes no time.
    static let quick = Secrets(
        hashPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) },
        verifyPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) == $1 }, decoyHash: "nobody",
        digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) }, makeKeyPair: { Keys.shared })
}

/// What a test says when an address that it wrote is none.
struct NotAnAddress: Error { let text: String }

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw NotAnAddress(text: text) }
    return iri
}
