// SPDX-License-Identifier: Apache-2.0

public import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import Model
public import Services

/// The Mastodon client API: what members' apps speak.
///
/// Each group of operations is a file in `Endpoints`, each answer a function in `Entities`. Who may use an operation
/// stands beside its path, and is checked here, in one place, before anything else is looked at.
public struct MastodonAPI: Sendable {
    let services: Services
    let rendering: Rendering
    let software: String
    /// Receives forms with files; nil takes none.
    let uploads: UploadReceiver?
    let hub: StreamHub
    let statuses = StatusCache()
    private let gate: Gate

    /// - Parameters:
    ///   - software: the version of this program.
    ///   - uploads: receives forms with files; nil takes none.
    ///   - limits: whether requests are counted; false for tests.
    public init(services: Services, software: String, uploads: UploadReceiver? = nil, limits: Bool = true) {
        self.services = services
        self.software = software
        rendering = Rendering(services.community, clock: services.clock)
        self.uploads = uploads
        hub = StreamHub(services: services, rendering: rendering, limits: limits ? .usual : .none)
        gate = Gate(limits: limits, database: services.database)
    }

    /// Where apps listen over WebSockets.
    public var webSockets: WebSocketDoor {
        let door = StreamDoor(services: services, hub: hub)
        return WebSocketDoor(path: "/api/v1/streaming") { request in await door.decide(request) }
    }

    /// Tells open apps what happens, here and in other processes, until the task is cancelled; then sends them away.
    public func followEvents(_ logger: Logger) async { await hub.run(logger) }

    /// Every operation.
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
        CompanyEndpoints.all,
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
                    await gate.answer(request, context, by: endpoint, of: self)
                }
            }
    }
}
