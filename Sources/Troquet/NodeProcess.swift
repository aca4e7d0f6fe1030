// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import FederationAPI
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Mail
internal import MastodonAPI
internal import MediaStore
internal import Model
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Services
internal import Storage
internal import Transport
internal import UnixSignals
internal import Vocabulary
internal import WebPages

/// A running node: the HTTP server and the workers of this process's roles.
///
/// A shutdown is graceful: no new work is started, and current work is finished or released within ten seconds.
/// Unfinished work stays in the queues, also after a crash, and is done after the next start, or by other processes.
struct NodeProcess: Sendable {
    private let node: Node
    private let roles: Set<Serve.Role>

    init(_ node: Node, roles: Set<Serve.Role> = Set(Serve.Role.allCases)) {
        self.node = node
        self.roles = roles
    }

    /// Runs until a signal arrives or the task is cancelled.
    ///
    /// - Parameter onRunning: called with the port when the server accepts requests.
    func run(
        signals: [UnixSignal] = [.sigterm, .sigint], onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        try await node.registration.takeBackLeases()
        var services: [any Service] = [Loop { await Allocator.returnMemory() }]
        if roles.contains(.web) { services += try web(onRunning: onRunning) }
        if roles.contains(.worker) { services += workers() }
        if roles.contains(.scheduler) {
            let maintenance = Maintenance(
                database: node.database, services: node.services, ids: node.ids, clock: node.clock,
                logger: node.logger)
            services.append(Loop { await maintenance.run() })
            let scheduler = Scheduler(services: node.services, logger: node.logger)
            services.append(Loop { await scheduler.run() })
            services.append(Loop { [node] in await node.services.publishDuePosts(node.logger) })
        }
        if let address = node.settings.metricsListen { services.append(try metrics(address)) }
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: signals, logger: node.logger))
        do {
            try await group.run()
        } catch {
            await node.close()
            throw error
        }
        await node.close()
    }

    // MARK: - Web

    private func web(onRunning: @escaping @Sendable (Int) async -> Void) throws -> [any Service] {
        let authenticator = InboxAuthenticator(
            node.federation, policies: node.policies, isLimited: node.settings.hasRateLimits)
        let api = FederationAPI(federation: node.federation, authenticator: authenticator, software: Version.current)
        let uploads = UploadReceiver(folder: node.media.spoolFolder)
        let pages = WebPages(services: node.services, timeZone: node.settings.community.timeZone, uploads: uploads)
        var pipelineSettings = RequestPipeline.Settings(origin: node.settings.community.origin.string)
        pipelineSettings.limits = node.settings.hasRateLimits
        pipelineSettings.metrics = node.metrics.registry
        pipelineSettings.trustedProxies = node.settings.trustedProxies
        let clients = MastodonAPI(
            services: node.services, software: Version.current, uploads: uploads,
            addresses: ClientAddress(trusted: node.settings.trustedProxies), limits: node.settings.hasRateLimits)
        let routes = Negotiation.merge(
            documents: api.routes + clients.routes + Health(node).routes + MediaRoutes(node.media).routes
                + EmojiCache(node).routes,
            pages: pages.routes)
        let pipeline = RequestPipeline(pipelineSettings, session: sessions(), errorPage: pages.errorPage)
        let server = server(
            buildRouter(routes: routes, pipeline: pipeline), webSockets: pipeline.admitting(clients.webSockets),
            onRunning: onRunning)
        // `followChanges` clears the document cache when an account changes, in this or another process.
        // `followEvents` closes the streaming connections of apps before the server waits for its connections to end.
        return [
            server, Loop { await api.followChanges() }, Loop { [node] in await clients.followEvents(node.logger) },
            Loop { [node] in await node.keyPool.run(node.logger) }, Self.followCommunity(node),
        ]
    }

    private func server(
        _ router: Router<NodeContext>, webSockets: WebSocketEndpoint,
        onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some Service {
        let listen = node.settings.listen
        let descriptors = DescriptorPlan.current
        var limits = ConnectionLimits()
        limits.connections = descriptors.incoming
        limits.proxies += node.settings.trustedProxies
        return Application(
            router: router, server: NodeServer.http1(limits, webSockets: webSockets),
            configuration: NodeServer.configuration(
                host: listen.host, port: listen.port, limits: limits, logger: node.logger),
            onServerRunning: { [node] channel in
                let port = channel.localAddress?.port ?? listen.port
                node.logger.notice(
                    "serving", metadata: ["listen": "\(listen.host):\(port)", "limit": "\(descriptors.summary)"])
                await onRunning(port)
            }, eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: node.logger)
    }

    /// Finds the account of a session token. A result is cached until something is committed, for at most a second.
    private func sessions() -> RequestPipeline.SessionLookup {
        let (services, database) = (node.services, node.database)
        let known = ResponseCache<LocalAccount?>(limitBytes: 4 << 20) { try? await database.version() }
        return { token in
            try await known.value(for: token, now: services.clock.now.milliseconds, size: { _ in 1_024 }) {
                try await services.session(token)
            }
        }
    }

    private func metrics(_ listen: ListenAddress) throws -> some Service {
        let router = Router(context: BasicRequestContext.self)
        router.get("/metrics") { [node] _, _ in await node.metrics.page(of: node) }
        var limits = ConnectionLimits()
        limits.connections = 16
        return Application(
            router: router, server: NodeServer.http1(limits),
            configuration: NodeServer.configuration(
                host: listen.host, port: listen.port, limits: limits, logger: node.logger),
            logger: node.logger)
    }

    // MARK: - Workers

    private func workers() -> [any Service] {
        let processor = InboxProcessor(node.federation)
        var context = DeliveryContext(
            database: node.database, client: node.client, keys: node.keys, ids: node.ids, logger: node.logger)
        context.clock = node.clock
        context.counters = node.metrics.counters
        context.admits = { [policies = node.policies] host in (try? await policies.admits(host)) ?? false }
        context.render = { [documents = node.federation.documents] delivery in await documents.body(of: delivery) }
        var settings = DeliverySettings()
        settings.concurrency = min(node.settings.deliveryConcurrency, DescriptorPlan.current.outgoing / 4)
        let mail = MailWorker(
            database: node.database, sender: node.settings.mail.makeSender(clock: node.clock),
            settings: node.settings.mail.settings, clock: node.clock, logger: node.logger,
            isStillTrue: { [services = node.services] mail, db in try services.isStillTrue(mail, in: db) }
        ) { [metrics = node.metrics] kind, result in metrics.countMail(kind, result.rawValue) }
        let media = MediaWorker(database: node.database, store: node.media, clock: node.clock, logger: node.logger)
        return [
            Loop { await processor.run() },
            DeliveryWorker(context, settings: settings), Self.followCommunity(node),
            Loop { await mail.run() },
            Loop { await media.run() },
            Loop { [pushes = pushes()] in await pushes.run() },
        ]
    }

    /// Takes over what a steward has changed of the community in another process.
    static func followCommunity(_ node: Node) -> Loop {
        Loop {
            await ChangeFeed(node.database).work(on: .settingsChanged, every: .seconds(5)) {
                do {
                    try await node.services.readCommunity()
                } catch {
                    node.logger.warning("the community cannot be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func pushes() -> PushWorker {
        let missing = node.settings.community.origin.origin + "/avatars/original/missing.png"
        return PushWorker(
            database: node.database, webPush: WebPush(client: node.client, sender: node.pushes), clock: node.clock,
            logger: node.logger
        ) { [services = node.services] push in
            guard let words = try await services.text(for: push) else { return nil }
            return PushPayload(
                locale: words.language, icon: words.icon ?? missing, title: words.title, body: words.body)
        }
    }
}

/// A service that runs an endless loop. A graceful shutdown cancels the loop's task.
struct Loop: Service {
    let body: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await body() }
    }
}
