// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSignatures
internal import IPAddresses
internal import Limits
internal import Model
internal import Storage
internal import Synchronization
internal import Vocabulary

/// Verifies who signed a request: it finds the key, verifies the signature, and returns the key's owner.
struct RequestSigners: Sendable {
    private let database: Database
    private let actors: ActorResolver
    private let clock: any Clock
    private let verifier: Verifier
    private let signers = SignerCache()
    private let keyFetches = KeyFetches()
    /// Limits the keys that are fetched for the requests of one network. Anybody can name a key on a server that never
    /// responds, and would otherwise occupy all places for keys.
    ///
    /// The total is far above what the client fetches at once, so that many networks that name silent servers leave room
    /// for one that does not. Each of these requests keeps its body in memory, which `bodies` bounds.
    private let places = AsyncSemaphore<CIDRBlock>(limit: 256, perKey: 2, waiterLimit: 512, waitersPerKey: 8)
    private let bodies = StrangerBodies()
    /// How long the requests for one key may take together.
    private let keyPatience: Duration

    init(_ federation: Federation, verifier: Verifier, keyPatience: Duration = .seconds(10)) {
        database = federation.database
        actors = federation.actors
        clock = federation.clock
        self.verifier = verifier
        self.keyPatience = keyPatience
    }

    /// Whether the key is stored here. An unknown key is fetched by ``prove(_:from:)``.
    func isKnown(_ keyID: String) async throws(InboxRejection) -> Bool {
        do {
            return try await database.read { db in try Keys.publicKey(keyID, in: db) != nil }
        } catch {
            throw .overloaded
        }
    }

    /// The key that made the signature, and its owner.
    ///
    /// - Parameters:
    ///   - network: the network of the client, which limits how many keys are fetched at the same time.
    ///   - bytes: the size of the body that waits in memory until the key is there.
    func prove(
        _ signature: ParsedSignature, from network: CIDRBlock?, holding bytes: Int = 0
    ) async throws(InboxRejection) -> (key: StoredKey, account: Account) {
        let now = clock.now
        if let known = signers.signer(signature.keyID, at: now), verifies(signature, pem: known.key.publicPEM) {
            return known
        }
        let key = try await verifiedKey(signature, from: network, holding: bytes)
        let account = try await account(key.account)
        signers.keep(key, of: account, at: now)
        return (key, account)
    }

    private func verifiedKey(
        _ signature: ParsedSignature, from network: CIDRBlock?, holding bytes: Int
    ) async throws(InboxRejection) -> StoredKey {
        let known = try await knownKey(signature.keyID, from: network, holding: bytes)
        if verifies(signature, pem: known.publicPEM) { return known }
        // The key may have been replaced. It is fetched from its owner again, at most once every five minutes.
        guard known.fetchedAt + ActorResolver.keyRefreshPause < clock.now else { throw InboxRejection(.badSignature) }
        let fresh = try await fetch(
            signature.keyID, from: network, holding: bytes
        ) { actors async throws(FederationError) in try await actors.refreshKey(signature.keyID) }
        if case .success(let fresh) = fresh, verifies(signature, pem: fresh.publicPEM) { return fresh }
        throw InboxRejection(.badSignature)
    }

    /// The stored key. An unknown key is fetched from its owner.
    private func knownKey(
        _ keyID: String, from network: CIDRBlock?, holding bytes: Int
    ) async throws(InboxRejection) -> StoredKey {
        do {
            if let known = try await database.read({ db in try Keys.publicKey(keyID, in: db) }) {
                return known
            }
        } catch {
            throw .overloaded
        }
        let fetched = try await fetch(
            keyID, from: network, holding: bytes
        ) { actors async throws(FederationError) in try await actors.key(keyID) }
        switch fetched {
        case .success(let key): return key
        case .failure(let error): throw InboxRejection(fetching: error)
        }
    }

    /// Fetches a key when the network has a free place for it.
    ///
    /// - Throws: `too_many_requests` when too many requests of the network wait for keys.
    private func fetch(
        _ keyID: String, from network: CIDRBlock?, holding bytes: Int,
        _ request: @escaping @Sendable (ActorResolver) async throws(FederationError) -> StoredKey
    ) async throws(InboxRejection) -> Result<StoredKey, FederationError> {
        guard bodies.hold(bytes) else { throw .overloaded }
        defer { bodies.release(bytes) }
        if let network { try await takePlace(network) }
        defer { if let network { places.release(network) } }
        return await keyFetches.fetch(keyID, at: clock.now) { [actors, keyPatience] () async throws(FederationError) in
            try await request(actors.serving(.strangersKey, within: keyPatience))
        }
    }

    /// Waits for a place of the network, for as long as a fetch may take.
    private func takePlace(_ network: CIDRBlock) async throws(InboxRejection) {
        let waiting = Task<Bool, Never> { [places] in
            do {
                try await places.acquire(network)
                return true
            } catch {
                return false
            }
        }
        // The waiting task is cancelled and not abandoned, so that no place is lost when it gets one at the last moment.
        let timer = Task<Void, Never> { [keyPatience] in
            try? await Task.sleep(for: keyPatience)
            waiting.cancel()
        }
        let hasPlace = await waiting.value
        timer.cancel()
        guard hasPlace else { throw .tooManyRequests(retryAfterSeconds: Int(keyPatience.components.seconds)) }
    }

    private func verifies(_ signature: ParsedSignature, pem: String) -> Bool {
        guard let key = KeyCache.shared.publicKey(pem: pem) else { return false }
        return verifier.verify(signature, key: key)
    }

    private func account(_ id: ID<Account>) async throws(InboxRejection) -> Account {
        do {
            guard let account = try await database.read({ db in try Accounts.byID(id, in: db) }) else {
                throw InboxRejection.keyNotFound
            }
            return account
        } catch let refusal as InboxRejection {
            throw refusal
        } catch {
            throw .overloaded
        }
    }
}

/// Counts the bytes of the bodies that wait for a stranger's key.
///
/// The fuller it is, the smaller a body must be. So large bodies of strangers never take the memory that all requests
/// to the inbox share, and a small one, as an unknown server first sends, is always admitted.
final class StrangerBodies: Sendable {
    /// How many bytes wait at most, apart from small bodies.
    static let limit = 33_554_432
    /// A body of this size is always admitted. How many of these there are is limited by their places.
    static let small = 16_384

    // A mutex is used instead of an actor, because a body is released in a `defer`.
    private let held = Mutex(0)

    /// Counts a body.
    ///
    /// - Returns: whether there is room for it.
    func hold(_ bytes: Int) -> Bool {
        held.withLock { held in
            guard bytes <= max(Self.small, (Self.limit - held) / 16) else { return false }
            held += bytes
            return true
        }
    }

    /// Counts a body no more.
    func release(_ bytes: Int) { held.withLock { $0 -= bytes } }
}

/// Keeps keys and their owners for a few seconds, so that a burst from one peer costs one database read.
///
/// A suspension may need these few seconds to take effect at the authenticator. The suspension is checked again when an
/// activity is applied.
private final class SignerCache: Sendable {
    private static let lifetime = Duration.seconds(5)

    // A mutex is used instead of an actor, because each request needs it once, for a short time.
    private let signers = Mutex(
        ExpiringCache<String, (key: StoredKey, account: Account), Timestamp>(capacity: 1_024))

    /// The key and its owner, unless they were read too long ago.
    func signer(_ keyID: String, at now: Timestamp) -> (key: StoredKey, account: Account)? {
        signers.withLock { $0.value(for: keyID, at: now) }
    }

    /// Keeps a key and its owner that were just read.
    func keep(_ key: StoredKey, of account: Account, at now: Timestamp) {
        signers.withLock { $0.insert((key, account), for: key.keyID, until: now + Self.lifetime) }
    }
}

/// Keeps parsed public keys, because parsing a key costs more than using it.
private final class KeyCache: Sendable {
    /// One cache for the process: keys are values, and the same text is the same key in every database. A parsed key
    /// takes several kilobytes.
    static let shared = KeyCache(limit: 1_024)

    // A mutex is used instead of an actor, because each request needs it once, for a short time.
    private let keys: Mutex<LRUCache<String, PublicKey>>

    /// - Parameter limit: the largest number of kept keys.
    init(limit: Int) {
        keys = Mutex(LRUCache(capacity: limit))
    }

    /// The key with this PEM text; nil when it is not a key that we accept.
    func publicKey(pem: String) -> PublicKey? {
        if let known = keys.withLock({ $0.value(for: pem) }) { return known }
        guard let key = try? PublicKey(pem: pem) else { return nil }
        keys.withLock { _ = $0.insert(key, for: pem) }
        return key
    }
}

/// Fetches keys from their owners. Concurrent requests for one key share one fetch. An error is kept for a while; a key
/// that was fetched is in the database.
///
/// Anybody can send invalid signatures in the name of another actor at no cost. Without this limit each of them would
/// cause a request to that actor's host.
private actor KeyFetches {
    /// How long a host is not asked again after it failed to respond.
    private static let pauseAfterFailure = Duration.seconds(30)

    /// The running fetches and the errors of earlier ones, and until when these are valid.
    private var keyFetches = ExpiringCache<String, Task<Result<StoredKey, FederationError>, Never>, Timestamp>(
        capacity: 1_024)

    /// The running fetch or the last error for the key while it is valid, otherwise a new fetch.
    func fetch(
        _ keyID: String, at now: Timestamp,
        _ question: @escaping @Sendable () async throws(FederationError) -> StoredKey
    ) async -> Result<StoredKey, FederationError> {
        if let last = keyFetches.value(for: keyID, at: now) { return await last.value }
        let answer = Task { () async -> Result<StoredKey, FederationError> in
            do throws(FederationError) {
                return .success(try await question())
            } catch {
                return .failure(error)
            }
        }
        keyFetches.insert(answer, for: keyID, until: now + ActorResolver.keyRefreshPause)
        let result = await answer.value
        switch result {
        case .success: keyFetches.removeValue(for: keyID)
        case .failure(let refusal) where refusal.isTemporary:
            keyFetches.update(keyID) { $0.until = now + Self.pauseAfterFailure }
        case .failure: break
        }
        return result
    }
}
