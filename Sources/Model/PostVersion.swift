// SPDX-License-Identifier: Apache-2.0

/// What a post said at some time.
public struct PostVersion: Sendable, Hashable {
    /// When it began to say that.
    public var at: Timestamp
    /// A title; empty for none.
    public var title: String
    /// The text.
    public var content: SanitizedHTML
    /// The warning before it; empty for none.
    public var warning: String
    /// Whether its pictures were covered.
    public var sensitive: Bool
    /// The answers that it offered; empty when it asked nothing.
    public var options: [String]
    /// The pictures and files that it showed, in their order.
    public var attachments: [Attachment] = []

    /// Creates the value.
    public init(
        at: Timestamp, title: String, content: SanitizedHTML, warning: String, sensitive: Bool, options: [String]
    ) {
        self.at = at
        self.title = title
        self.content = content
        self.warning = warning
        self.sensitive = sensitive
        self.options = options
    }
}

/// A post that is to appear later.
public struct ScheduledPost: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<ScheduledPost>
    /// Who wrote it.
    public var author: ID<Account>
    /// When it is to appear.
    public var dueAt: Timestamp
    /// What was sent, as JSON.
    public var parameters: String
    /// How often its publication was tried.
    public var attempts = 0

    /// Creates the value, not yet tried.
    public init(id: ID<ScheduledPost>, author: ID<Account>, dueAt: Timestamp, parameters: String) {
        self.id = id
        self.author = author
        self.dueAt = dueAt
        self.parameters = parameters
    }
}
