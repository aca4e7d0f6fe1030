// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Model
internal import Storage
internal import Synchronization

/// Who signs with a key, for a few seconds: a burst from one peer asks the database once.
///
/// The few seconds are also how long a suspension may take to hold at the gate; applying an activity asks again.
final class SignerCache: Sendable {
    private static let lifetime = Duration.seconds(5)

    // A mutex rather than an actor: it is asked once for every request, for a moment.
    private let signers = Mutex(
        ExpiringCache<String, (key: StoredKey, account: Account), Timestamp>(capacity: 10_000))

    /// The key and its owner, unless they were read too long ago.
    func signer(_ keyID: String, at now: Timestamp) -> (key: StoredKey, account: Account)? {
        signers.withLock { $0.value(for: keyID, at: now) }
    }

    /// Keeps what was just read.
    func keep(_ key: StoredKey, of account: Account, at now: Timestamp) {
        signers.withLock { $0.insert((key, account), for: key.keyID, until: now + Self.lifetime) }
    }
}
