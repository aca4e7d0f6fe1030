// SPDX-License-Identifier: Apache-2.0

/// One version in the edit history of a post.
public struct PostVersion: Sendable, Hashable {
    /// When this version was published.
    public var at: Timestamp
    /// The title; empty for none.
    public var title: String
    /// The text.
    public var content: SanitizedHTML
    /// The content warning; empty for none.
    public var warning: String
    /// Whether its media were hidden behind a warning.
    public var sensitive: Bool
    /// The options of its poll; empty when it had none.
    public var options: [String]
    /// The attachments, in their order.
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

/// A scheduled post.
public struct ScheduledPost: Sendable, Hashable, Identifiable {
    /// The local id.
    public let id: ID<ScheduledPost>
    /// The author.
    public var author: ID<Account>
    /// When it is to be published.
    public var dueAt: Timestamp
    /// The parameters of the request, as JSON.
    public var parameters: String
    /// How often publishing was attempted.
    public var attempts = 0

    /// Creates a value without attempts.
    public init(id: ID<ScheduledPost>, author: ID<Account>, dueAt: Timestamp, parameters: String) {
        self.id = id
        self.author = author
        self.dueAt = dueAt
        self.parameters = parameters
    }
}
