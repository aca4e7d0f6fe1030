// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSignatures
internal import IPAddresses
internal import Logging
internal import Mail
internal import MediaStore
internal import Model
internal import NIOPosix
internal import Services
internal import Storage
internal import Transport
internal import Vocabulary

/// The whole node, wired from the configuration. This is the composition root: the only place that knows all targets.
struct Node: Sendable {
    let configuration: Configuration
    let settings: NodeSettings
    let database: Database
    let federation: Federation
    let services: Services
    let media: MediaStore
    let policies: HostPolicies
    let client: OutboundClient
    let keys: KeyStore
    let keyPool: KeyPool
    let slowWork: SlowWork
    let pushes: VAPID
    let registration: ProcessRegistration
    /// Sends the heartbeats of this process until the node is closed.
    private let beats: Task<Void, Never>
    let clock: any Model.Clock
    let metrics: NodeMetrics
    let logger: Logger

    /// Makes the ids of this process.
    var ids: IDMaker { registration.ids }

    /// Opens the database, migrates its schema, registers this process and wires the parts. No work is done yet.
    static func open(
        _ configuration: Configuration, for purpose: NodeDatabase.Purpose = .serving,
        clock: any Model.Clock = SystemClock()
    ) async throws -> Node {
        let settings = try NodeSettings(configuration)
        let logger = LogFormat.make(settings.logLevel)
        let metrics = NodeMetrics()
        let database = try await NodeDatabase.open(settings, for: purpose, metrics: metrics, logger: logger)
        let registration =
            purpose == .inspection
            ? ProcessRegistration(readingOnly: database, clock: clock, logger: logger)
            : try await ProcessRegistration(database, serves: purpose == .serving, clock: clock, logger: logger)
        let policies = HostPolicies(database: database, mode: settings.community.mode)
        let client = try settings.makeClient(logger: logger)
        let keys = KeyStore(database: database)
        let pushes = try await pushSender(settings, database: database)
        let loader = SignedDocumentLoader(
            client: client, signer: instanceSigner(settings.community, database: database, keys: keys),
            admits: { host in (try? await policies.admits(host)) ?? false }, clock: clock, logger: logger,
            onSuccess: { host in await wake(host, database, clock) })
        let federation = Federation(
            database: database, community: settings.community, loader: loader, ids: registration.ids,
            clock: clock,
            counters: metrics.counters, logger: logger)
        let media = try openMedia(settings)
        let slowWork = SlowWork()
        let keyPool = KeyPool.rsa(on: slowWork)
        let services = Services(
            database: database, federation: federation,
            secrets: .openSSL(keyPool, slowWork), clock: clock, ids: registration.ids, store: media,
            limits: settings.hasRateLimits)
        // A node that is only looked at may have a schema that is not ready.
        if purpose != .inspection { try await services.readCommunity() }
        return Node(
            configuration: configuration, settings: settings, database: database, federation: federation,
            services: services, media: media, policies: policies, client: client, keys: keys, keyPool: keyPool,
            slowWork: slowWork, pushes: pushes, registration: registration,
            beats: Task { await registration.run() }, clock: clock, metrics: metrics, logger: logger)
    }

    /// Ends the pause of the deliveries to a host that has answered a request of ours.
    private static func wake(_ host: String, _ database: Database, _ clock: any Model.Clock) async {
        let now = clock.now
        let resting = try? await database.read { db in try Peers.resting([host], at: now, in: db) }
        guard resting?.isEmpty == false else { return }
        _ = try? await database.write { tx in try Peers.wake(host, at: now, in: tx) }
    }

    /// Closes all connections.
    func close() async {
        beats.cancel()
        await registration.leave()
        await client.shutdown()
        await slowWork.close()
        await database.close()
    }

    /// Tries the sandbox for the programs that decode uploads, before anything is uploaded.
    ///
    /// - Throws: one sentence when the settings require a sandbox and this system allows none.
    func trySandbox() async throws(ConfigurationError) {
        let finding: SandboxFinding
        do throws(MediaError) {
            finding = try await media.sandboxFinding()
        } catch {
            // It is tried again at the first upload.
            logger.warning("the sandbox could not be tried", metadata: ["error.kind": "\(error)"])
            return
        }
        guard case .absent(let reason) = finding else { return }
        guard settings.mediaSandbox != .require else {
            throw ConfigurationError("media_sandbox: it is required, and \(reason).")
        }
        logger.warning("uploads are decoded without a sandbox, see `troquet doctor`", metadata: ["why": "\(reason)"])
    }

    private static func openMedia(_ settings: NodeSettings) throws -> MediaStore {
        do {
            return try MediaStore(path: settings.mediaFolder, sandbox: settings.mediaSandbox)
        } catch {
            throw ConfigurationError("media: the folder \(settings.mediaFolder) cannot be used: \(error)")
        }
    }

    /// The VAPID key with which pushes are signed. It is generated once, because every push subscription is bound to
    /// it.
    private static func pushSender(_ settings: NodeSettings, database: Database) async throws -> VAPID {
        let contact = "mailto:\(settings.mailbox.address)"
        if let known = try await database.read({ db in try PushServerKeys.current(in: db) }) {
            return VAPID(key: try ECKey(pem: known.privatePEM), contact: contact)
        }
        let key = try ECKey.generate()
        let made = PushServerKey(privatePEM: key.pem, publicKey: VAPID(key: key, contact: contact).publicKey)
        // Another process may have stored a key first. Then that one is used.
        let kept = try await database.write { tx in try PushServerKeys.keep(made, in: tx) }
        return VAPID(key: try ECKey(pem: kept.privatePEM), contact: contact)
    }

    private static func instanceSigner(
        _ community: Community, database: Database, keys: KeyStore
    ) -> SignedDocumentLoader.SignerSource {
        let actor = LocalIdentifiers(origin: community.origin).instanceActor
        return {
            guard let account = try await database.read({ db in try Accounts.byIRI(actor, in: db) }),
                let identity = try await keys.identity(of: account.id)
            else { throw ConfigurationError("The node has no key of its own yet: start it once with `troquet serve`.") }
            return (identity.keyID, identity.key)
        }
    }
}

extension NodeSettings {
    /// Creates the HTTP client for all outgoing requests.
    ///
    /// - Parameter blocks: networks without restrictions, in addition to those of the settings.
    func makeClient(opening blocks: [CIDRBlock] = [], logger: Logger) throws -> OutboundClient {
        try OutboundClient(
            guard: AddressGuard(insecureBlocks: insecureNetworks + blocks),
            userAgent: "Troquet/\(Version.current) (+\(community.origin.string)/)", caFile: caFile,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            descriptors: DescriptorPlan.current.outgoing, logger: logger)
    }
}

extension Secrets {
    /// Cryptography from OpenSSL.
    static func openSSL(_ pool: KeyPool, _ threads: SlowWork) -> Secrets {
        Secrets(
            hashPassword: { password in try await threads.run { try PasswordHash.make(password) } },
            verifyPassword: { password, stored in
                try await threads.run { PasswordHash.verify(password, against: stored) }
            },
            decoyHash: PasswordHash.decoy,
            digest: { Hash.sha256($0) },
            randomBytes: { try RandomBytes.make($0) },
            makeKeyPair: { try await pool.take() })
    }
}
