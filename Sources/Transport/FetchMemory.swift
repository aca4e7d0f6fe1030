// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Limits
internal import Model
internal import Synchronization
internal import Vocabulary

/// What earlier fetches have taught: what need not be asked again for a while, and which signatures a host wants.
final class FetchMemory: Sendable {
    // Mutexes rather than an actor: every fetch looks here first, and nothing inside waits.
    private let refusals: Mutex<ExpiringCache<String, FetchError, Timestamp>>
    private let schemes: Mutex<ExpiringCache<String, SignatureScheme, Timestamp>>

    /// - Parameter limit: how many of each kind are kept; one that is forgotten costs a request.
    init(limit: Int = 4096) {
        refusals = Mutex(ExpiringCache(capacity: limit))
        schemes = Mutex(ExpiringCache(capacity: limit))
    }

    /// Why the question need not be asked at present.
    func refusal(of question: String, now: Timestamp) -> FetchError? {
        refusals.withLock { $0.value(for: question, at: now) }
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
        refusals.withLock { $0.insert(error, for: question, until: now + lifetime) }
    }

    /// With what to sign first.
    func scheme(of host: String, now: Timestamp) -> SignatureScheme {
        schemes.withLock { $0.value(for: host, at: now) } ?? .cavage
    }

    /// Remembers for a day which signature a host took.
    func learn(_ scheme: SignatureScheme, of host: String, now: Timestamp) {
        schemes.withLock { schemes in
            // The older one is where everybody begins, so it needs no place.
            guard scheme != .cavage else { return schemes.removeValue(for: host) }
            schemes.insert(scheme, for: host, until: now + .hours(24))
        }
    }
}
