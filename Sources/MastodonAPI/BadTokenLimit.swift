// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Model

/// Counts requests with a missing or wrong token by the network that they come from.
///
/// Requests with a valid token are counted for their account and are never refused because of others in their network.
struct BadTokenLimit: Sendable {
    /// Nil for tests, where every attempt is answered in the same way.
    private let limiter: RateLimiter<String, Timestamp>?

    init(isOn: Bool) {
        limiter = isOn ? RateLimiter(.window(300, per: .minutes(5)), capacity: 50_000) : nil
    }

    /// Counts one such request, and returns the error for its response: `badToken`, or `tooMany` at the limit.
    ///
    /// - Parameter network: the client's network (`NodeContext.network`).
    func refusal(from network: String?, at now: Timestamp) -> APIError {
        guard let status = limiter?.take(network ?? "", at: now), !status.isAllowed else { return .badToken }
        return .tooMany(retryAfterSeconds: status.retryAfterSeconds)
    }
}
