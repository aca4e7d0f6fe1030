// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import Synchronization
import TextEncoding
import Vocabulary

/// All remote servers, as a dictionary.
final class World: DocumentLoader {
    private struct Contents {
        var documents: [String: JSON] = [:]
        var directories: [String: JSON] = [:]
        var isDown = false
        var silent: Set<String> = []
    }

    // A lock instead of an actor, so that tests can fill the world without `await`.
    private let contents = Mutex(Contents())

    /// Serves a document at its id.
    func serve(_ document: JSON) {
        contents.withLock { $0.documents[document["id"]?.string ?? ""] = document }
    }

    /// Serves a person, with a WebFinger document on their host.
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

    /// Makes every later request fail.
    func goDown() { contents.withLock { $0.isDown = true } }

    /// Lets a host answer nothing, until it speaks again.
    func silence(_ host: String, _ isSilent: Bool = true) {
        contents.withLock { contents in
            if isSilent { contents.silent.insert(host) } else { contents.silent.remove(host) }
        }
    }

    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let (document, isDown) = contents.withLock { ($0.documents[id.string], $0.isDown) }
        if isDown { throw .unavailable(status: nil) }
        guard let document = document.flatMap({ Document($0) }) else { throw .notFound }
        return RemoteDocument(finalURL: id, document: document)
    }

    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        while contents.withLock({ $0.silent.contains(host) }) {
            do {
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                throw .unavailable(status: nil)
            }
        }
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

/// One RSA key for all tests, because making keys is slow.
enum Keys {
    static let shared: KeyPair = {
        guard let key = try? PrivateKey.generateRSA() else { return KeyPair(privatePEM: "", publicPEM: "") }
        return KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
    }()
}

extension Secrets {
    /// The node's functions, with the shared key pair.
    static let real = Secrets(
        hashPassword: { try PasswordHash.make($0) }, verifyPassword: { PasswordHash.verify($0, against: $1) },
        decoyHash: PasswordHash.decoy, digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) },
        makeKeyPair: { Keys.shared })

    /// The same functions, with a fast password hash.
    static let quick = Secrets(
        hashPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) },
        verifyPassword: { Hexadecimal.encode(Hash.sha256(Array($0.utf8))) == $1 }, decoyHash: "nobody",
        digest: { Hash.sha256($0) }, randomBytes: { try RandomBytes.make($0) }, makeKeyPair: { Keys.shared })
}

/// The error of a test with an invalid address.
struct NotAnAddress: Error { let text: String }

func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw NotAnAddress(text: text) }
    return iri
}
