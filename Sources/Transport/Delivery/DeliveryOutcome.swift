// SPDX-License-Identifier: Apache-2.0

/// What became of one attempt to deliver.
public enum DeliveryOutcome: Sendable, Hashable {
    /// The peer has it.
    case delivered
    /// The inbox is no more (410).
    case gone
    /// The peer will never take it.
    case refused(status: Int)
    /// The peer cannot take it now, this one or any.
    case later(status: Int, retryAfter: Duration?)
    /// There was no answer.
    case unanswered(TransportFailure)
    /// We do not talk to the host.
    case hostBlocked
    /// The actor has no key any more.
    case unsigned
    /// Something of ours failed, such as the database; the peer was not asked.
    case postponedByUs
    /// We stop; the peer was not asked, or its answer was not waited for.
    case stopped

    /// What a status code means for a delivery.
    ///
    /// - Parameter retryAfter: what the answer's `Retry-After` says.
    public init(status: Int, retryAfter: Duration?) {
        switch status {
        case 200..<300: self = .delivered
        case 410: self = .gone
        case 401, 408, 425, 429: self = .later(status: status, retryAfter: retryAfter)
        case 400..<500: self = .refused(status: status)
        default: self = .later(status: status, retryAfter: retryAfter)
        }
    }

    /// Whether no delivery to the host can be expected to fare better for the moment.
    ///
    /// A 500 may be about this one activity; the other three say that the host, or what stands before it, is busy or
    /// down.
    var isAboutHost: Bool {
        switch self {
        case .unanswered(let failure): failure != .cancelled && failure != .malformed
        case .later(let status, _): status == 429 || (502...504).contains(status)
        default: false
        }
    }

    /// Whether the host showed that it works.
    var showsLife: Bool {
        switch self {
        case .delivered, .gone, .refused: true
        default: false
        }
    }
}
