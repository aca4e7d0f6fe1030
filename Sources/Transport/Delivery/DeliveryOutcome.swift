// SPDX-License-Identifier: Apache-2.0

/// The result of one attempt to deliver an activity.
public enum DeliveryOutcome: Sendable, Hashable {
    /// The peer accepted it.
    case delivered
    /// The inbox no longer exists (410).
    case gone
    /// The peer will never accept this delivery.
    case refused(status: Int)
    /// The peer does not accept this delivery, or any delivery, at the moment.
    case later(status: Int, retryAfter: Duration?)
    /// There was no response.
    case unanswered(TransportFailure)
    /// The host is known to refuse this kind of activity. No request was sent.
    case unneeded
    /// This node does not contact the host.
    case hostBlocked
    /// The actor has no private key any more.
    case unsigned
    /// Something on this node failed, such as the database. No request was sent.
    case postponedByUs
    /// This process is stopping. No request was sent, or its response was not awaited.
    case stopped

    /// Maps the status code of a response to an outcome.
    ///
    /// - Parameter retryAfter: the `Retry-After` of the response.
    public init(status: Int, retryAfter: Duration?) {
        switch status {
        case 200..<300: self = .delivered
        case 410: self = .gone
        case 401, 408, 425, 429: self = .later(status: status, retryAfter: retryAfter)
        case 400..<500: self = .refused(status: status)
        default: self = .later(status: status, retryAfter: retryAfter)
        }
    }

    /// Whether other deliveries to the same host would probably fail too.
    ///
    /// 429 and 502 to 504 say that the host, or a proxy in front of it, is busy or down.
    var isAboutHost: Bool {
        switch self {
        case .unanswered(let failure): failure != .cancelled && failure != .malformed
        case .later(let status, _): status == 429 || (502...504).contains(status)
        default: false
        }
    }

    /// Whether the cause may be this one activity or the host. It is the host when it says so to several deliveries.
    ///
    /// A redirect counts too: this node does not follow it, and a host that moved redirects everything.
    var mayBeAboutHost: Bool {
        if case .later(let status, _) = self { (300..<400).contains(status) || status >= 500 } else { false }
    }

    /// Whether the response shows that the host works.
    var showsLife: Bool {
        switch self {
        case .delivered, .gone, .refused: true
        default: false
        }
    }
}
