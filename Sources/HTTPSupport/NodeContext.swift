// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
internal import IPAddresses
internal import Logging
public import Model
public import NIOCore
internal import TextEncoding

/// The context of one request.
public struct NodeContext: RequestContext {
    /// The part that Hummingbird uses: logger, route pattern, path parameters.
    public var coreContext: CoreRequestContextStorage
    /// The address at the other end of the connection. This is the proxy's address when there is one.
    public let peer: SocketAddress?
    /// The client's address for rate limits and logs. ``RequestPipeline`` sets it for every request.
    public internal(set) var remoteAddress: String?
    /// The network of the client, for rate limits: an IPv4 address, or the first 64 bits of an IPv6 address, because a
    /// subscriber can send from every address of these. Nil when the address is unknown.
    public var network: String? { remoteAddress.flatMap { IPAddress($0) }?.subscriber.description }
    /// Whether the client wants the document and not the page. ``RequestPipeline`` sets it for paths that have both.
    var wantsDocument: Bool?
    /// The signed-in account. ``RequestPipeline`` sets it when the browser sent a valid session token.
    public var session: LocalAccount?
    /// The token of this session, as the browser sent it.
    public var sessionToken: String?
    /// The token of the request, valid or not. ``RequestPipeline`` sets it.
    var credential: Credential?

    /// Creates the context. The server calls this for each request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
    }

    /// The id of the request, in the log and on the error page.
    public var requestID: String { logger[metadataKey: "hb.request.id"]?.description ?? "-" }

    /// Tells the pipeline that the token of this request is valid. Later requests with it are then admitted as those of
    /// a member when the node has much to do.
    public func confirmToken() { credential?.confirm() }

    /// The decoded value of a path parameter.
    ///
    /// - Returns: nil when the pattern has no such parameter, or when the value is not UTF-8.
    public func parameter(_ name: String) -> String? {
        guard let raw = coreContext.parameters[name[...]] else { return nil }
        return PercentEncoding.decode(raw.utf8)
    }

    /// The most bytes of a body that Hummingbird decodes by itself; this program does not use that.
    public var maxUploadSize: Int { BodyLimits.form }
}
