// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Model
internal import Synchronization
internal import Vocabulary

/// What earlier fetches have taught: what need not be asked again for a while, and which signatures a host wants.
final class FetchMemory: Sendable {
    private struct Refusal {
        var error: FetchError
        var until: Timestamp
    }

    private struct State {
        var refusals: [String: Refusal] = [:]
        var modernHosts: [String: Timestamp] = [:]
    }

    private let limit: Int
    // A mutex rather than an actor: every fetch looks here first, and nothing inside waits.
    private let state = Mutex(State())

    /// - Parameter limit: how many of each kind are kept; beyond it all are forgotten, which costs a request each.
    init(limit: Int = 4096) {
        self.limit = limit
    }

    /// Why the question need not be asked at present.
    func refusal(of question: String, now: Timestamp) -> FetchError? {
        state.withLock { state in
            guard let refusal = state.refusals[question] else { return nil }
            guard refusal.until <= now else { return refusal.error }
            state.refusals[question] = nil
            return nil
        }
    }

    /// Remembers answers that will not change soon: what is gone for a day, what is not there or not for us for five
    /// minutes.
    func remember(_ error: FetchError, of question: String, now: Timestamp) {
        let lifetime: Duration
        switch error {
        case .gone: lifetime = .hours(24)
        case .notFound, .refused: lifetime = .minutes(5)
        default: return
        }
        state.withLock { state in
            if state.refusals.count >= limit { state.refusals = [:] }
            state.refusals[question] = Refusal(error: error, until: now + lifetime)
        }
    }

    /// With what to sign first.
    func scheme(of host: String, now: Timestamp) -> SignatureScheme {
        state.withLock { ($0.modernHosts[host] ?? Timestamp(0)) > now ? .rfc9421 : .cavage }
    }

    /// Remembers for a day which signature a host took.
    func learn(_ scheme: SignatureScheme, of host: String, now: Timestamp) {
        state.withLock { state in
            guard scheme == .rfc9421 else { return state.modernHosts[host] = nil }
            if state.modernHosts.count >= limit { state.modernHosts = [:] }
            state.modernHosts[host] = now + .hours(24)
        }
    }
}
