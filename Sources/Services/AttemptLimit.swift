// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Model

/// How often something may be tried: a few times, then once in a while. For sign-in, links, sign-up, posts and uploads.
struct AttemptLimit: Sendable {
    /// None for tests, in which everything passes.
    private let limiter: RateLimiter<String, Timestamp>?

    /// - Parameters:
    ///   - isOn: false lets everything pass: for tests.
    ///   - burst: how many pass at once.
    ///   - interval: how long one waits for the next.
    init(isOn: Bool, burst: Int = 10, every interval: Duration = .seconds(30)) {
        limiter = isOn ? RateLimiter(.steady(burst: burst, every: interval), capacity: 10_000) : nil
    }

    /// Takes one attempt of `key`.
    func take(_ key: String, at now: Timestamp) throws(ServiceError) {
        guard let limiter, !limiter.take(key, at: now).isAllowed else { return }
        throw .tooMany
    }
}
