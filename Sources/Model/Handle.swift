// SPDX-License-Identifier: Apache-2.0

/// The handle of an account: `@name@host`.
public struct Handle: Hashable, Sendable, CustomStringConvertible {
    /// The user name as it was written.
    public let name: String
    /// The host in lower case, with its port when it has one; empty for a local account.
    public let host: String

    /// Creates the value.
    ///
    /// - Parameter host: empty for a local account.
    public init(name: String, host: String) {
        self.name = name
        self.host = host.lowercased()
    }

    /// Parses `@name`, `name@host`, `@name@host`, `acct:name@host` and `!name@host`.
    ///
    /// - Returns: nil when the name has other characters than letters, digits, `_`, `.`, `-`, or the host has
    ///   invalid characters.
    public init?(_ text: some StringProtocol) {
        var rest = text[...]
        if rest.lowercased().hasPrefix("acct:") { rest = rest.dropFirst(5) }
        if rest.hasPrefix("@") || rest.hasPrefix("!") { rest = rest.dropFirst() }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, Self.isName(name) else { return nil }
        if parts.count == 2, !Self.isHost(parts[1]) { return nil }
        self.init(name: String(name), host: parts.count == 2 ? String(parts[1]) : "")
    }

    /// The handle as `@name@host`, or `@name` for a local account.
    public var description: String { host.isEmpty ? "@\(name)" : "@\(name)@\(host)" }

    /// The user name in lower case, for comparisons.
    public var foldedName: String { name.lowercased() }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "." || $0 == "-"
            }
    }

    private static func isHost(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 261
            && text.utf8.allSatisfy {
                ($0 >= 97 && $0 <= 122) || ($0 >= 65 && $0 <= 90) || ($0 >= 48 && $0 <= 58) || $0 == 45 || $0 == 46
                    || $0 == 91 || $0 == 93
            }
    }
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
