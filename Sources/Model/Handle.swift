// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// The handle of an account: `@name@host`.
public struct Handle: Hashable, Sendable, CustomStringConvertible {
    /// The user name as it was written.
    public let name: String
    /// The host in normal form (see ``Host``), with its port when it has one; empty for a local account.
    public let host: String

    /// Creates the value.
    ///
    /// - Parameter host: empty for a local account. A host that is none is kept in lower case.
    public init(name: String, host: String) {
        self.name = name
        self.host = host.isEmpty ? "" : Self.normalHost(host) ?? host.lowercased()
    }

    /// Parses `@name`, `name@host`, `@name@host`, `acct:name@host` and `!name@host`.
    ///
    /// - Returns: nil when the name or the host has invalid characters. International names and hosts are valid.
    public init?(_ text: some StringProtocol) {
        var rest = text[...]
        if rest.lowercased().hasPrefix("acct:") { rest = rest.dropFirst(5) }
        if rest.hasPrefix("@") || rest.hasPrefix("!") { rest = rest.dropFirst() }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, Self.isName(name) else { return nil }
        guard parts.count == 2 else {
            self.init(name: String(name), host: "")
            return
        }
        guard let host = Self.normalHost(parts[1]) else { return nil }
        self.init(name: String(name), host: host)
    }

    /// The handle as `@name@host`, or `@name` for a local account.
    public var description: String { host.isEmpty ? "@\(name)" : "@\(name)@\(host)" }

    /// The user name in lower case, for comparisons.
    public var foldedName: String { name.lowercased() }

    /// The normal form of a host that a person typed or a server sent, with its port when that is not 443: lower case,
    /// and `xn--` for international labels. Everything that compares hosts uses it.
    ///
    /// - Returns: nil when the text is not a host.
    public static func normalHost(_ text: some StringProtocol) -> String? {
        guard text.utf8.count <= 1_024, let (host, port) = Host.split(text, defaultPort: 443) else { return nil }
        return port == 443 ? host : "\(host):\(port)"
    }

    /// Whether the character may be in the name of a handle.
    public static func mayContain(_ scalar: Unicode.Scalar) -> Bool { WebFinger.isNameScalar(scalar) }

    private static func isName(_ text: some StringProtocol) -> Bool { WebFinger.isName(text) }
}

/// The rules for user names of local accounts and groups.
public enum LocalName {
    /// Names that users could mistake for a part of the server.
    public static let reserved: Set<String> = [
        "about", "account", "acct", "accounts", "activities", "activity", "actor", "admin", "administrator", "api",
        "auth", "discussions", "event", "events", "follow", "group", "groups", "help", "host", "inbox", "instance",
        "login", "mail", "me", "members", "moderator", "networks", "nodeinfo", "oauth", "outbox", "post", "posts",
        "postmaster", "register", "root", "security", "settings", "share", "signin", "signup", "static", "steward",
        "support", "system", "troquet", "user", "users", "webmaster", "www",
    ]

    /// Whether `name` is accepted by every known server software: 3 to 30 characters of `a-z`, `0-9`, `_`, and not
    /// reserved.
    public static func isAllowed(_ name: String) -> Bool {
        (3...30).contains(name.utf8.count) && !reserved.contains(name)
            && name.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }
    }
}
