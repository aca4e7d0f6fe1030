// SPDX-License-Identifier: Apache-2.0

/// What an app may do in somebody's name: `read`, `write:statuses`, `push`.
public struct Scope: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The word as it stands in requests and tokens.
    public let description: String

    /// A scope of our own source.
    public init(stringLiteral text: StaticString) {
        description = String(describing: text)
    }

    /// Reads a scope that this node knows.
    ///
    /// - Returns: nil for a word that is no scope.
    public init?(_ text: some StringProtocol) {
        guard Self.words.contains(String(text)) else { return nil }
        description = String(text)
    }

    /// Whether this one gives `other` too: `read` gives `read:lists`, `follow` gives what it once was.
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
    /// Every scope that an app may ask for. The ones of administration are taken and give nothing.
    public static let words: [String] =
        ["profile", "read"] + areas.map { "read:\($0)" } + ["write"]
        + areas.filter { $0 != "search" }.map { "write:\($0)" }
        + ["write:conversations", "write:media", "write:reports", "follow", "push"]
        + ["admin:read", "admin:write"] + administered.flatMap { ["admin:read:\($0)", "admin:write:\($0)"] }
    private static let administered = [
        "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
        "canonical_email_blocks",
    ]
}

/// Some scopes, in the order in which they were asked for.
public struct Scopes: Hashable, Sendable, CustomStringConvertible {
    /// Each once.
    public let list: [Scope]

    /// Creates the value; what comes twice counts once.
    public init(_ list: [Scope]) {
        var seen: Set<Scope> = []
        self.list = list.filter { seen.insert($0).inserted }
    }

    /// Reads words with spaces or `+` between them.
    ///
    /// - Returns: nil when one of them is no scope, or when there are none.
    public init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "+" || $0 == "," }
        let scopes = words.compactMap { Scope($0) }
        guard !words.isEmpty, scopes.count == words.count else { return nil }
        self.init(scopes)
    }

    /// What an app gets that asks for nothing.
    public static let read = Scopes(["read"])

    /// Whether one of them gives `scope`.
    public func cover(_ scope: Scope) -> Bool {
        list.contains { $0.covers(scope) }
    }

    /// Whether they give every one of `others`.
    public func cover(_ others: Scopes) -> Bool {
        others.list.allSatisfy(cover)
    }

    /// The words with spaces between them.
    public var description: String { list.map(\.description).joined(separator: " ") }
}
