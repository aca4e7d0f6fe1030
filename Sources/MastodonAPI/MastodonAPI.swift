// SPDX-License-Identifier: Apache-2.0

public import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import Model
public import Services

/// The Mastodon client API, which the apps of members use.
///
/// Each group of operations is a file in `Endpoints`, and each entity is a function in `Entities`. The access of an
/// operation is declared with its path. ``APIPipeline`` checks it in one place, before the handler runs.
public struct MastodonAPI: Sendable {
    let services: Services
    let rendering: Rendering
    let software: String
    /// Receives forms with files; nil for a node that accepts no files.
    let uploads: UploadReceiver?
    let hub: StreamHub
    let statuses = StatusCache()
    private let addresses: ClientAddress
    private let pipeline: APIPipeline

    /// - Parameters:
    ///   - software: the version of this program.
    ///   - uploads: receives forms with files; nil for a node that accepts no files.
    ///   - addresses: finds the addresses of clients behind proxies.
    ///   - limits: whether rate limits apply; false for tests.
    public init(
        services: Services, software: String, uploads: UploadReceiver? = nil,
        addresses: ClientAddress = ClientAddress(trusted: []),
        limits: Bool = true
    ) {
        self.services = services
        self.software = software
        rendering = Rendering(services.community, clock: services.clock)
        self.uploads = uploads
        hub = StreamHub(services: services, rendering: rendering, limits: limits ? .usual : .none)
        self.addresses = addresses
        pipeline = APIPipeline(limits: limits, database: services.database)
    }

    /// The WebSocket endpoint of the streaming API.
    public var webSockets: WebSocketEndpoint {
        let socket = StreamingSocket(services: services, hub: hub, addresses: addresses, badTokens: pipeline.badTokens)
        return WebSocketEndpoint(path: "/api/v1/streaming") { request in await socket.decide(request) }
    }

    /// Sends the events of this and other processes to the open streams, until the task is cancelled. Then it closes
    /// all streams.
    public func followEvents(_ logger: Logger) async { await hub.run(logger) }

    /// All operations.
    public static let endpoints: [Endpoint] = [
        AppEndpoints.all,
        OAuthEndpoints.all,
        SignUpEndpoints.all,
        CredentialEndpoints.all,
        AccountEndpoints.all,
        StatusEndpoints.all,
        TimelineEndpoints.all,
        InstanceEndpoints.all,
        ListEndpoints.all,
        FilterEndpoints.all,
        FilterPartEndpoints.all,
        OldFilterEndpoints.all,
        BlockEndpoints.all,
        FollowRequestEndpoints.all,
        TagEndpoints.all,
        ReportEndpoints.all,
        SearchEndpoints.all,
        NotificationEndpoints.all,
        NotificationPolicyEndpoints.all,
        GroupedNotificationEndpoints.all,
        MarkerEndpoints.all,
        ConversationEndpoints.all,
        AnnouncementEndpoints.all,
        PublishingEndpoints.all,
        PollEndpoints.all,
        QuoteEndpoints.all,
        ScheduledEndpoints.all,
        MediaEndpoints.all,
        PushEndpoints.all,
        StreamingEndpoints.all,
    ].flatMap(\.self)

    /// The operations as routes of the node.
    public var routes: [Route] {
        MissingPictures.routes
            + Self.endpoints.map { endpoint in
                Route(endpoint.method, endpoint.path, kind: .client) { request, context in
                    try await pipeline.respond(request, context, by: endpoint, of: self)
                }
            }
    }
}
