// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import Synchronization

/// Who signs with a key, for a few seconds: a burst from one peer asks the database once.
///
/// The few seconds are also how long a suspension may take to hold at the gate; applying an activity asks again.
final class SignerCache: Sendable {
    private struct Entry {
        let key: StoredKey
        let account: Account
        let until: Timestamp
    }

    private static let lifetime = Duration.seconds(5)
    private static let ceiling = 10_000

    // A mutex rather than an actor: it is asked once for every request, for a moment.
    private let entries = Mutex<[String: Entry]>([:])

    /// The key and its owner, unless they were read too long ago.
    func signer(_ keyID: String, at now: Timestamp) -> (key: StoredKey, account: Account)? {
        entries.withLock { entries in
            guard let entry = entries[keyID], entry.until > now else { return nil }
            return (entry.key, entry.account)
        }
    }

    /// Keeps what was just read.
    func keep(_ key: StoredKey, of account: Account, at now: Timestamp) {
        entries.withLock { entries in
            if entries.count >= Self.ceiling { entries = entries.filter { $0.value.until > now } }
            if entries.count >= Self.ceiling { entries = [:] }
            entries[key.keyID] = Entry(key: key, account: account, until: now + Self.lifetime)
        }
    }
}
