// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Limits
internal import Model
internal import Synchronization
internal import Vocabulary

/// Results of earlier fetches: errors that need no new request for a while, and the signature scheme that a host
/// accepts.
final class FetchMemory: Sendable {
    // Mutexes and not an actor, because every fetch reads this first and nothing inside waits.
    private let refusals: Mutex<ExpiringCache<String, FetchError, Timestamp>>
    private let schemes: Mutex<ExpiringCache<String, SignatureScheme, Timestamp>>
    private let plainHosts: Mutex<ExpiringCache<String, Bool, Timestamp>>

    /// - Parameter limit: how many errors and how many schemes are kept. A forgotten one costs one more request.
    init(limit: Int = 4096) {
        refusals = Mutex(ExpiringCache(capacity: limit))
        schemes = Mutex(ExpiringCache(capacity: limit))
        plainHosts = Mutex(ExpiringCache(capacity: limit))
    }

    /// The remembered error for this request; nil when the request should be sent.
    func refusal(of question: String, now: Timestamp) -> FetchError? {
        refusals.withLock { $0.value(for: question, at: now) }
    }

    /// Remembers errors that will not change soon: `.gone` for a day, `.notFound` and `.refused` for five minutes.
    func remember(_ error: FetchError, of question: String, now: Timestamp) {
        let lifetime: Duration
        switch error {
        case .gone: lifetime = .hours(24)
        case .notFound, .refused: lifetime = .minutes(5)
        default: return
        }
        refusals.withLock { $0.insert(error, for: question, until: now + lifetime) }
    }

    /// Whether a host of a test network answered over plain http only.
    func isPlain(_ host: String, now: Timestamp) -> Bool {
        plainHosts.withLock { $0.value(for: host, at: now) } ?? false
    }

    /// Remembers for an hour that a host answers over plain http only.
    func learnPlain(_ host: String, now: Timestamp) {
        plainHosts.withLock { $0.insert(true, for: host, until: now + .hours(1)) }
    }

    /// The signature scheme to try first.
    func scheme(of host: String, now: Timestamp) -> SignatureScheme {
        schemes.withLock { $0.value(for: host, at: now) } ?? .cavage
    }

    /// Remembers for a day which signature scheme a host accepted.
    func learn(_ scheme: SignatureScheme, of host: String, now: Timestamp) {
        schemes.withLock { schemes in
            // draft-cavage is the default, so it needs no entry.
            guard scheme != .cavage else { return schemes.removeValue(for: host) }
            schemes.insert(scheme, for: host, until: now + .hours(24))
        }
    }
}
