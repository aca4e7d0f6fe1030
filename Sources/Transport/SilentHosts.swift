// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Synchronization

/// Remembers hosts that accepted a request for a stranger's key and did not respond in time. Such a host is not asked
/// again for a while: each silence in a row doubles the pause. Any response ends it.
///
/// Only the time that a request had a place counts. So a host is never taken for silent because of the requests to
/// others before it.
final class SilentHosts: Sendable {
    private struct Silence {
        var count: Int
        var pauseUntil: ContinuousClock.Instant
    }

    /// How long a request must have been under way when it fails, so that its host counts as silent. An error that
    /// comes at once costs nothing, and is no silence.
    static let patience = Duration.seconds(2)
    /// The first pause, and the longest one. Who sends us something meanwhile is told to repeat it later.
    static let pauses = (first: Duration.seconds(15), longest: Duration.seconds(120))
    /// How long the number of silences is remembered.
    private static let memory = Duration.seconds(3_600)

    // A mutex and not an actor, because every request needs it twice, for a short time.
    private let hosts = Mutex(ExpiringCache<String, Silence, ContinuousClock.Instant>(capacity: 4_096))

    /// - Throws: `TransportFailure.timedOut` when the host was silent a short time ago.
    func check(_ host: String, at now: ContinuousClock.Instant) throws(TransportFailure) {
        let silence = hosts.withLock { $0.value(for: host, at: now) }
        if let silence, now < silence.pauseUntil { throw .timedOut }
    }

    /// Sends a request and remembers whether the host responded.
    func watching<Value: Sendable>(_ host: String, _ send: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        do {
            let value = try await send()
            hosts.withLock { $0.removeValue(for: host) }
            return value
        } catch {
            let now = ContinuousClock.now
            if now - start >= Self.patience { remember(host, at: now) }
            throw error
        }
    }

    func remember(_ host: String, at now: ContinuousClock.Instant) {
        hosts.withLock { hosts in
            let count = (hosts.value(for: host, at: now)?.count ?? 0) + 1
            let pause = min(Self.pauses.longest, Self.pauses.first * (1 << min(count - 1, 10)))
            hosts.insert(Silence(count: count, pauseUntil: now + pause), for: host, until: now + Self.memory)
        }
    }
}
