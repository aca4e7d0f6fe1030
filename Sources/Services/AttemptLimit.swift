// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Model

/// A rate limit per key, for sign-in, links, sign-up, e-mails, app registration, posts, reports and uploads.
struct AttemptLimit: Sendable {
    /// Nil in tests, where every attempt passes.
    private let limiter: RateLimiter<String, Timestamp>?

    /// - Parameters:
    ///   - isOn: false lets every attempt pass, for tests.
    ///   - burst: how many attempts pass at once.
    ///   - interval: how long it takes until one more attempt is allowed.
    init(isOn: Bool, burst: Int = 10, every interval: Duration = .seconds(30)) {
        limiter = isOn ? RateLimiter(.steady(burst: burst, every: interval), capacity: 10_000) : nil
    }

    /// Counts one attempt of `key`.
    ///
    /// - Throws: `tooMany` when the limit is reached.
    func take(_ key: String, at now: Timestamp) throws(ServiceError) {
        guard let status = limiter?.take(key, at: now), !status.isAllowed else { return }
        throw .tooMany(
            StruckLimit(
                limit: status.limit, resetAt: status.resetAt, retryAfterSeconds: status.retryAfterSeconds))
    }
}
