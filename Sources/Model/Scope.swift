// SPDX-License-Identifier: Apache-2.0

/// An OAuth scope of an app: `read`, `write:statuses`, `push`.
public struct Scope: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name of the scope as in requests and tokens.
    public let description: String

    /// Makes a scope from a literal in the source code.
    public init(stringLiteral text: StaticString) {
        description = String(describing: text)
    }

    /// Parses a scope that this server knows.
    ///
    /// - Returns: nil for an unknown scope.
    public init?(_ text: some StringProtocol) {
        guard Self.names.contains(String(text)) else { return nil }
        description = String(text)
    }

    /// Whether this scope includes `other`: `read` includes `read:lists`, and the old scope `follow` includes the
    /// scopes that replaced it.
    public func covers(_ other: Scope) -> Bool {
        if self == other { return true }
        if other == "profile" { return self == "read" || self == "read:accounts" }
        if description == "follow" { return Self.ofFollow.contains(other.description) }
        return other.description.hasPrefix("\(description):")
    }

    private static let ofFollow: Set<String> = [
        "read:blocks", "write:blocks", "read:follows", "write:follows", "read:mutes", "write:mutes",
    ]
    private static let areas = [
        "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists", "mutes",
        "notifications", "search", "statuses",
    ]
    /// Every scope that an app may request. The `admin:` scopes are accepted but grant nothing.
    public static let names: [String] =
        ["profile", "read"] + areas.map { "read:\($0)" } + ["write"]
        + areas.filter { $0 != "search" }.map { "write:\($0)" }
        + ["write:conversations", "write:media", "write:reports", "follow", "push"]
        + ["admin:read", "admin:write"] + administered.flatMap { ["admin:read:\($0)", "admin:write:\($0)"] }
    private static let administered = [
        "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
        "canonical_email_blocks",
    ]
}

/// A set of scopes, in the order in which they were requested.
public struct Scopes: Hashable, Sendable, CustomStringConvertible {
    /// The scopes without duplicates.
    public let list: [Scope]

    /// Creates the value; duplicates are removed.
    public init(_ list: [Scope]) {
        var seen: Set<Scope> = []
        self.list = list.filter { seen.insert($0).inserted }
    }

    /// Parses scope names that are separated by spaces, `+` or commas.
    ///
    /// - Returns: nil when one of them is unknown, or when there are none.
    public init?(_ text: String) {
        let names = text.split { $0 == " " || $0 == "+" || $0 == "," }
        let scopes = names.compactMap { Scope($0) }
        guard !names.isEmpty, scopes.count == names.count else { return nil }
        self.init(scopes)
    }

    /// The default for apps that request no scopes.
    public static let read = Scopes(["read"])

    /// Whether one of the scopes includes `scope`.
    public func cover(_ scope: Scope) -> Bool {
        list.contains { $0.covers(scope) }
    }

    /// Whether the scopes include every one of `others`.
    public func cover(_ others: Scopes) -> Bool {
        others.list.allSatisfy(cover)
    }

    /// The names, separated by spaces.
    public var description: String { list.map(\.description).joined(separator: " ") }
}
