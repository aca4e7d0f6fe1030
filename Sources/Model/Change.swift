// SPDX-License-Identifier: Apache-2.0

/// A change notification that is sent to every process after the commit; the raw value is the message between
/// processes.
public enum Change: String, Sendable, Hashable, CaseIterable {
    /// A received activity waits to be processed.
    case inboxWaits = "inbox"
    /// Deliveries are due in the delivery queue.
    case deliveriesWait = "delivery"
    /// E-mails are due in the mail queue.
    case mailWaits = "mail"
    /// Media wait to be converted or removed.
    case mediaWaits = "media"
    /// Pushes are due in the push queue.
    case pushWaits = "push"
    /// Local accounts, keys, policies or settings changed, so caches must be emptied.
    case settingsChanged = "settings"
    /// A local account got a key, so kept private keys must be read again.
    case keysChanged = "keys"
}
