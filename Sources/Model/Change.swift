// SPDX-License-Identifier: Apache-2.0

/// What happened, told to every process after the commit; the raw value travels between processes.
public enum Change: String, Sendable, Hashable, CaseIterable {
    /// A received activity waits to be processed.
    case inboxWaits = "inbox"
    /// Deliveries wait to be sent.
    case deliveriesWait = "delivery"
    /// Mail waits to be sent.
    case mailWaits = "mail"
    /// Media wait to be converted or removed.
    case mediaWaits = "media"
    /// Pushes wait to be sent.
    case pushWaits = "push"
    /// Local accounts, keys, policies or settings changed: caches forget.
    case settingsChanged = "settings"
}
