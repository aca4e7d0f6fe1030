// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import Limits
internal import Synchronization

/// Caches responses that peers request often: actors, WebFinger and NodeInfo documents.
///
/// It is limited in number and age. A response that was being made while the cache was cleared is not stored.
final class DocumentCache: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var answers = ExpiringCache<String, Response, ContinuousClock.Instant>(capacity: DocumentCache.ceiling)
    }

    /// The most cached responses.
    static let ceiling = 2_000
    /// The longest key in bytes. Responses with longer keys are not cached.
    static let keyBytes = 500
    /// How long a response is reused when no change is announced.
    static let age = Duration.seconds(60)

    // A mutex and not an actor, because an actor hop would cost as much as the rest of the response.
    private let state = Mutex(State())

    /// How many responses are cached now.
    var count: Int { state.withLock { $0.answers.count } }

    func forgetAll() {
        state.withLock {
            $0.generation &+= 1
            $0.answers.removeAll()
        }
    }

    /// The cached response; nil when there is none.
    func response(_ key: String, now: ContinuousClock.Instant = .now) -> Response? {
        state.withLock { $0.answers.value(for: key, at: now) }
    }

    /// Returns the cached response, or makes one. Only a response with status 200 is cached.
    func response(
        _ key: String, now: ContinuousClock.Instant = .now, make: () async throws -> Response
    ) async throws -> Response {
        let (known, generation) = state.withLock { ($0.answers.value(for: key, at: now), $0.generation) }
        if let known { return known }
        let response = try await make()
        guard response.status == .ok, key.utf8.count <= Self.keyBytes else { return response }
        state.withLock { state in
            guard state.generation == generation else { return }
            state.answers.insert(response, for: key, until: now + Self.age)
        }
        return response
    }
}
