// SPDX-License-Identifier: Apache-2.0

internal import Model

/// How often something may be tried: a few times, then once in a while. For sign-in, links and sign-up.
actor AttemptLimit {
    private struct Bucket {
        var left: Double
        var at: Timestamp
    }

    /// Keys beyond which the oldest are forgotten.
    private static let ceiling = 10_000

    private let isOn: Bool
    private let burst: Double
    private let seconds: Double
    private var buckets: [String: Bucket] = [:]

    /// - Parameters:
    ///   - isOn: false lets everything pass: for tests.
    ///   - burst: how many pass at once.
    ///   - seconds: how long one waits for the next.
    init(isOn: Bool, burst: Double = 10, seconds: Double = 30) {
        self.isOn = isOn
        self.burst = burst
        self.seconds = seconds
    }

    /// Takes one attempt of `key`.
    func take(_ key: String, at now: Timestamp) throws(ServiceError) {
        guard isOn else { return }
        var bucket = buckets[key] ?? Bucket(left: burst, at: now)
        let passed = Double((now - bucket.at).milliseconds) / 1000
        bucket.left = min(burst, bucket.left + max(0, passed) / seconds)
        bucket.at = now
        guard bucket.left >= 1 else { throw .tooMany }
        bucket.left -= 1
        if buckets.count >= Self.ceiling { forget(at: now) }
        buckets[key] = bucket
    }

    private func forget(at now: Timestamp) {
        buckets = buckets.filter { now - $0.value.at < .seconds(burst * seconds) }
        if buckets.count >= Self.ceiling { buckets = [:] }
    }
}
