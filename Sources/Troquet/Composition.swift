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
    let pushes: VAPID
    let ids: IDMaker
    let clock: any Model.Clock
    let metrics: NodeMetrics
    let logger: Logger

    /// Opens the database, migrates its schema and wires the parts. Nothing runs yet.
    static func open(_ configuration: Configuration, clock: any Model.Clock = SystemClock()) async throws -> Node {
        let settings = try NodeSettings(configuration)
        let logger = LogFormat.make(settings.logLevel)
        let metrics = NodeMetrics()
        let database = try await openDatabase(settings, metrics, logger: logger)
        let ids = IDMaker(slot: Int(ProcessIdentity.number))
        let policies = HostPolicies(database: database, mode: settings.community.mode)
        let client = try settings.makeClient(logger: logger)
        let keys = KeyStore(database: database)
        let pushes = try await pushSender(settings, database: database)
        let loader = SignedDocumentLoader(
            client: client, signer: instanceSigner(settings.community, database: database, keys: keys),
            admits: { host in (try? await policies.admits(host)) ?? false }, clock: clock, logger: logger)
        let federation = Federation(
            database: database, community: settings.community, loader: loader, ids: ids, clock: clock,
            counters: metrics.counters, logger: logger)
        let media = try openMedia(settings)
        let keyPool = KeyPool.rsa()
        let services = Services(
            database: database, federation: federation, community: settings.community, secrets: .openSSL(keyPool),
            clock: clock, ids: ids, store: media, limits: settings.hasRateLimits)
        return Node(
            configuration: configuration, settings: settings, database: database, federation: federation,
            services: services, media: media, policies: policies, client: client, keys: keys, keyPool: keyPool,
            pushes: pushes, ids: ids, clock: clock, metrics: metrics, logger: logger)
    }

    /// Closes all connections.
    func close() async {
        await client.shutdown()
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

    private static func openDatabase(
        _ settings: NodeSettings, _ metrics: NodeMetrics, logger: Logger
    ) async throws -> Database {
        if let folder = settings.databaseFolder { try TextFile.makeFolder(folder) }
        let database = try await Database.open(
            settings.database, logger: logger, onStatement: { _ in metrics.countStatement() },
            onStart: { metrics.recordWait($0) })
        _ = try await Migrator(migrations: Schema.migrations).migrate(database)
        return database
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
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }
}

extension Secrets {
    /// Cryptography from OpenSSL.
    static func openSSL(_ pool: KeyPool) -> Secrets {
        Secrets(
            hashPassword: { try PasswordHash.make($0) },
            verifyPassword: { password, stored in PasswordHash.verify(password, against: stored) },
            decoyHash: PasswordHash.decoy,
            digest: { Hash.sha256($0) },
            randomBytes: { try RandomBytes.make($0) },
            makeKeyPair: { try pool.take() })
    }
}
