// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
internal import Logging
public import Model
public import NIOCore
internal import TextEncoding

/// What is known of one request besides its bytes.
public struct NodeContext: RequestContext {
    /// Hummingbird's own part: logger, route pattern, path parameters.
    public var coreContext: CoreRequestContextStorage
    /// The address of the other end of the connection; a proxy's, when one stands in front.
    public let peer: SocketAddress?
    /// The address that limits and logs go by; set by ``FrontDoor``.
    public internal(set) var remoteAddress: String?
    /// Who is signed in; set by ``FrontDoor`` when the browser sent a session's token.
    public var session: LocalAccount?
    /// The token of that session, as the browser sent it.
    public var sessionToken: String?

    /// Called by the server for each request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
    }

    /// Names the request in the log and on the page that says that something went wrong.
    public var requestID: String { logger[metadataKey: "hb.request.id"]?.description ?? "-" }

    /// A part of the path that the route's pattern names, with percent escapes resolved.
    ///
    /// - Returns: nil when the pattern does not name it, or when it is not UTF-8.
    public func parameter(_ name: String) -> String? {
        guard let raw = coreContext.parameters[name[...]] else { return nil }
        return PercentEncoding.decode(raw.utf8)
    }

    /// Bytes of a body that is decoded by the framework itself; nothing here does that.
    public var maxUploadSize: Int { BodyLimits.form }
}
