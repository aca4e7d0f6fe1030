// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Synchronization

/// Public keys that were read before: reading one costs more than using it.
final class KeyCache: Sendable {
    /// One for the process: keys are values, the same text is the same key everywhere.
    static let shared = KeyCache(limit: 4_096)

    private struct State {
        var young: [String: PublicKey] = [:]
        var old: [String: PublicKey] = [:]
    }

    // A mutex rather than an actor: it is asked once for every request, for a moment.
    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: at most twice as many keys are kept.
    init(limit: Int) {
        self.limit = limit
    }

    /// The key that the text stands for; nil when it is none that we accept.
    func publicKey(pem: String) -> PublicKey? {
        if let known = state.withLock({ $0.young[pem] ?? $0.old[pem] }) { return known }
        guard let key = try? PublicKey(pem: pem) else { return nil }
        state.withLock { state in
            if state.young.count >= limit {
                state.old = state.young
                state.young = [:]
            }
            state.young[pem] = key
        }
        return key
    }
}
