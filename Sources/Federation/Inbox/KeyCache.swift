// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Limits
internal import Synchronization

/// Public keys that were read before: reading one costs more than using it.
final class KeyCache: Sendable {
    /// One for the process: keys are values, the same text is the same key everywhere.
    static let shared = KeyCache(limit: 8_192)

    // A mutex rather than an actor: it is asked once for every request, for a moment.
    private let keys: Mutex<LRUCache<String, PublicKey>>

    /// - Parameter limit: how many keys are kept.
    init(limit: Int) {
        keys = Mutex(LRUCache(capacity: limit))
    }

    /// The key that the text stands for; nil when it is none that we accept.
    func publicKey(pem: String) -> PublicKey? {
        if let known = keys.withLock({ $0.value(for: pem) }) { return known }
        guard let key = try? PublicKey(pem: pem) else { return nil }
        keys.withLock { _ = $0.insert(key, for: pem) }
        return key
    }
}
