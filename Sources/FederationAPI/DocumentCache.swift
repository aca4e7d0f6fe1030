// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import Limits
internal import Synchronization

/// Answers that are ready to be written: actors, handles and what the node says of itself, which peers ask for all day.
///
/// Bounded in number and in age. An answer that was being made while everything was forgotten is not kept.
final class DocumentCache: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var answers = ExpiringCache<String, Response, ContinuousClock.Instant>(capacity: DocumentCache.ceiling)
    }

    /// Answers that are kept.
    static let ceiling = 2_000
    /// Bytes of a key; longer ones are not worth their place.
    static let keyBytes = 500
    /// How long one is served, should no change be heard of.
    static let age = Duration.seconds(60)

    // A mutex rather than an actor: a hop would cost as much as the rest of the answer.
    private let state = Mutex(State())

    /// Answers that are kept now.
    var count: Int { state.withLock { $0.answers.count } }

    func forgetAll() {
        state.withLock {
            $0.generation &+= 1
            $0.answers.removeAll()
        }
    }

    /// The ready answer, or the one that `make` makes; only a success is kept.
    func answer(
        _ key: String, now: ContinuousClock.Instant = .now, make: () async throws -> Response
    ) async throws -> Response {
        let (known, generation) = state.withLock { ($0.answers.value(for: key, at: now), $0.generation) }
        if let known { return known }
        let answer = try await make()
        guard answer.status == .ok, key.utf8.count <= Self.keyBytes else { return answer }
        state.withLock { state in
            guard state.generation == generation else { return }
            state.answers.insert(answer, for: key, until: now + Self.age)
        }
        return answer
    }
}
