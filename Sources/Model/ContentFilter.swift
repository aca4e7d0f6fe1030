// SPDX-License-Identifier: Apache-2.0

/// What a member does not want to see at once: posts with certain words, or certain posts.
public struct ContentFilter: Sendable, Hashable, Identifiable {
    /// What an app does with what is found.
    public enum Action: String, Sendable, CaseIterable {
        /// It shows a line in its place.
        case warn
        /// It leaves it out.
        case hide
        /// It covers the pictures.
        case blur
    }

    /// Where an app heeds it.
    public enum Place: String, Sendable, CaseIterable {
        case home, notifications, `public`, thread, account
    }

    /// A word or a phrase.
    public struct Keyword: Sendable, Hashable, Identifiable {
        /// The local number.
        public let id: ID<Keyword>
        /// As it was typed.
        public var text: String
        /// Whether a part of a longer word does not count.
        public var wholeWord: Bool

        /// Creates the value.
        public init(id: ID<Keyword>, text: String, wholeWord: Bool) {
            self.id = id
            self.text = text
            self.wholeWord = wholeWord
        }
    }

    /// One post or event.
    public struct Named: Sendable, Hashable, Identifiable {
        /// The local number.
        public let id: ID<Named>
        /// What is named.
        public var entry: ID<Entry>

        /// Creates the value.
        public init(id: ID<Named>, entry: ID<Entry>) {
            self.id = id
            self.entry = entry
        }
    }

    /// The local number.
    public let id: ID<ContentFilter>
    /// Whose filter.
    public var owner: ID<Account>
    /// What the owner calls it.
    public var title: String
    /// Where it counts.
    public var places: [Place]
    /// What is done.
    public var action: Action
    /// When it ends by itself.
    public var expiresAt: Timestamp?
    /// The number of the app that made it; nil for none. Only that one understands every action.
    public var maker: Int64?
    /// Words, in their order.
    public var keywords: [Keyword] = []
    /// Single posts and events, in their order.
    public var named: [Named] = []

    /// Creates the value without words.
    public init(
        id: ID<ContentFilter>, owner: ID<Account>, title: String, places: [Place], action: Action = .warn
    ) {
        self.id = id
        self.owner = owner
        self.title = title
        self.places = places
        self.action = action
    }

    /// Whether it counts at an instant.
    public func isActive(at now: Timestamp) -> Bool { expiresAt.map { $0 > now } ?? true }
}

/// That a filter found something in a post or an event.
public struct FilterMatch: Sendable, Hashable {
    /// The filter.
    public var filter: ContentFilter
    /// Which of its words.
    public var keywords: [String]
    /// Which of the posts and events that it names.
    public var named: [ID<Entry>]

    /// Creates the value.
    public init(filter: ContentFilter, keywords: [String], named: [ID<Entry>]) {
        self.filter = filter
        self.keywords = keywords
        self.named = named
    }
}
