// SPDX-License-Identifier: Apache-2.0

/// A filter of a member that hides or covers posts with certain keywords, or certain single posts.
public struct ContentFilter: Sendable, Hashable, Identifiable {
    /// What a client app does with a filtered post.
    public enum Action: String, Sendable, CaseIterable {
        /// The app shows a warning instead of the post.
        case warn
        /// The app does not show the post.
        case hide
        /// The app covers the media of the post.
        case blur
    }

    /// The places where apps apply a filter.
    public enum Place: String, Sendable, CaseIterable {
        case home, notifications, `public`, thread, account
    }

    /// A keyword or a phrase of a filter.
    public struct Keyword: Sendable, Hashable, Identifiable {
        /// The local id.
        public let id: ID<Keyword>
        /// The text as it was typed.
        public var text: String
        /// Whether the keyword must be a whole word, not a part of a longer word.
        public var wholeWord: Bool

        /// Creates the value.
        public init(id: ID<Keyword>, text: String, wholeWord: Bool) {
            self.id = id
            self.text = text
            self.wholeWord = wholeWord
        }
    }

    /// A single post or event that a filter names.
    public struct Named: Sendable, Hashable, Identifiable {
        /// The local id.
        public let id: ID<Named>
        /// The timeline item of the post or event.
        public var item: ID<TimelineItem>

        /// Creates the value.
        public init(id: ID<Named>, item: ID<TimelineItem>) {
            self.id = id
            self.item = item
        }
    }

    /// The local id.
    public let id: ID<ContentFilter>
    /// The account that owns the filter.
    public var owner: ID<Account>
    /// The title that the owner chose.
    public var title: String
    /// The places where the filter applies.
    public var places: [Place]
    /// What an app does with a filtered post.
    public var action: Action
    /// When the filter expires; nil for never.
    public var expiresAt: Timestamp?
    /// The id of the app that created the filter; nil for none. Only this app is sure to understand every action.
    public var maker: Int64?
    /// The keywords, in their order.
    public var keywords: [Keyword] = []
    /// The single posts and events, in their order.
    public var named: [Named] = []

    /// Creates the value without keywords.
    public init(
        id: ID<ContentFilter>, owner: ID<Account>, title: String, places: [Place], action: Action = .warn
    ) {
        self.id = id
        self.owner = owner
        self.title = title
        self.places = places
        self.action = action
    }

    /// Whether the filter is active at an instant.
    public func isActive(at now: Timestamp) -> Bool { expiresAt.map { $0 > now } ?? true }
}

/// A match of a filter in a post or an event.
public struct FilterMatch: Sendable, Hashable {
    /// The filter.
    public var filter: ContentFilter
    /// The keywords that were found.
    public var keywords: [String]
    /// The ids of the matched posts and events that the filter names.
    public var named: [ID<TimelineItem>]

    /// Creates the value.
    public init(filter: ContentFilter, keywords: [String], named: [ID<TimelineItem>]) {
        self.filter = filter
        self.keywords = keywords
        self.named = named
    }
}
