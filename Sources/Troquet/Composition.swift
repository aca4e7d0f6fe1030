// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSignatures
internal import Logging
internal import Model
internal import NIOPosix
internal import Services
internal import Storage
internal import Transport
internal import Vocabulary

/// The whole node, wired from the configuration: the only place that names everything.
struct Node: Sendable {
    let configuration: Configuration
    let settings: NodeSettings
    let database: Database
    let federation: Federation
    let services: Services
    let policies: HostPolicies
    let client: OutboundClient
    let keys: KeyStore
    let ids: IDMaker
    let clock: any Model.Clock
    let counters: Counters
    let logger: Logger

    /// Opens the database, brings its schema up to date and wires the parts. Nothing runs yet.
    static func open(_ configuration: Configuration, clock: any Model.Clock = SystemClock()) async throws -> Node {
        let settings = try NodeSettings(configuration)
        let logger = LogFormat.make(settings.logLevel)
        let counters = Counters()
        let database = try await openDatabase(settings, counters, logger: logger)
        let ids = IDMaker(slot: Int(ProcessIdentity.number))
        let policies = HostPolicies(database: database, mode: settings.community.mode)
        let client = try settings.makeClient(logger: logger)
        let keys = KeyStore(database: database)
        let loader = SignedDocumentLoader(
            client: client, signer: instanceSigner(settings.community, database: database, keys: keys),
            admits: { host in (try? await policies.admits(host)) ?? false }, clock: clock, logger: logger)
        let federation = Federation(
            database: database, community: settings.community, loader: loader, ids: ids, clock: clock,
            counters: counters, logger: logger)
        let services = Services(
            database: database, federation: federation, community: settings.community, secrets: .openSSL,
            clock: clock, ids: ids, limits: settings.hasRateLimits)
        return Node(
            configuration: configuration, settings: settings, database: database, federation: federation,
            services: services, policies: policies, client: client, keys: keys, ids: ids, clock: clock,
            counters: counters, logger: logger)
    }

    /// Gives everything back.
    func close() async {
        await client.shutdown()
        await database.close()
    }

    private static func openDatabase(
        _ settings: NodeSettings, _ counters: Counters, logger: Logger
    ) async throws -> Database {
        if let folder = settings.databaseFolder { try TextFile.makeFolder(folder) }
        let database = try await Database.open(
            settings.database, logger: logger, onStatement: { _ in counters.countStatement() })
        _ = try await Migrator(migrations: Schema.migrations).migrate(database)
        return database
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
    /// The way out: every request of the node takes it.
    ///
    /// - Parameter blocks: networks that are opened besides those that the settings open.
    func makeClient(opening blocks: [NetworkBlock] = [], logger: Logger) throws -> OutboundClient {
        try OutboundClient(
            guard: AddressGuard(insecureBlocks: insecureNetworks + blocks),
            userAgent: "Troquet/\(Version.current) (+\(community.origin.string)/)", caFile: caFile,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }
}

extension Secrets {
    /// Cryptography by OpenSSL.
    static let openSSL = Secrets(
        hashPassword: { try PasswordHash.make($0) },
        verifyPassword: { password, stored in PasswordHash.verify(password, against: stored) },
        decoyHash: PasswordHash.decoy,
        digest: { Hash.sha256($0) },
        randomBytes: { try RandomBytes.make($0) },
        makeKeyPair: {
            let key = try PrivateKey.generateRSA(bits: 2048)
            return KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
        })
}
